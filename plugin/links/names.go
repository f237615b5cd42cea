// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Names keeps how Teams calls what is linked; *store.Store implements it.
type Names interface {
	TeamsNames(ctx context.Context) (map[bridge.ConversationID]store.TeamsName, error)
	NoteTeamsName(ctx context.Context, conversation bridge.ConversationID, team, channel string) error
}

const (
	// namesAge is how long a name is shown before Graph is asked whether it is still so.
	namesAge = 24 * time.Hour
	// askWithin bounds what a list waits for Graph; it shows ids instead of the names that did not come.
	askWithin = 5 * time.Second
	// askAtATime is how many conversations Graph is asked about at a time: two calls each.
	askAtATime = 4
	// refusedFor is how long lists do not ask again for a name that Graph refuses, failedFor for one that did not come.
	refusedFor = 10 * time.Minute
	failedFor  = 30 * time.Second
)

// unnamed remembers which names could not be had.
type unnamed struct {
	mu    sync.Mutex
	until map[bridge.ConversationID]time.Time
}

func (u *unnamed) note(id bridge.ConversationID, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(u.until, func(_ bridge.ConversationID, until time.Time) bool { return !now.Before(until) })
	if err == nil {
		delete(u.until, id)
		return
	}
	if u.until == nil {
		u.until = map[bridge.ConversationID]time.Time{}
	}
	wait := failedFor
	switch bridge.ClassOf(err) {
	case bridge.NotFound, bridge.Permanent, bridge.UserAction:
		wait = refusedFor
	case bridge.Retry, bridge.Unknown:
	}
	u.until[id] = now.Add(wait)
}

func (u *unnamed) holds(id bridge.ConversationID) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return time.Now().Before(u.until[id])
}

// TeamsName names a Teams conversation for people; its ids when the names cannot be had.
func (l *Links) TeamsName(ctx context.Context, c bridge.Conversation) texts.Text {
	return l.teamsName(ctx, c, asItIs)
}

func (l *Links) teamsName(ctx context.Context, c bridge.Conversation, show func(string) string) texts.Text {
	current, err := l.Current()
	if err != nil {
		return texts.New("the Teams channel %s", show(string(c.ID)))
	}
	team, channel, err := l.askName(ctx, current.Graph, c)
	if err != nil {
		return texts.New("the Teams channel %s", show(string(c.ID)))
	}
	return texts.New("the Teams channel %s of team %s", show(channel), show(team))
}

func asItIs(text string) string { return text }

// code shows text in Markdown as it is, whatever it holds: people believe what the bot's messages say and link.
func code(text string) string {
	return "`" + strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "`", "'") + "`"
}

// askName asks Graph, and keeps the answer for the lists. Who asks for the same name meanwhile gets the same answer.
func (l *Links) askName(ctx context.Context, graph Graph, c bridge.Conversation) (teamName, channelName string, err error) {
	answer := l.asking.DoChan(string(c.Team)+" "+string(c.ID), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askWithin) // others wait too
		defer cancel()
		team, channel, err := l.fetchName(ctx, graph, c)
		l.unnamed.note(c.ID, err)
		return [2]string{team, channel}, err
	})
	select {
	case got := <-answer:
		names, _ := got.Val.([2]string)
		return names[0], names[1], got.Err
	case <-ctx.Done():
		return "", "", ctx.Err()
	}
}

func (l *Links) fetchName(ctx context.Context, graph Graph, c bridge.Conversation) (teamName, channelName string, err error) {
	team, err := graph.Team(ctx, c.Team)
	if err != nil {
		return "", "", err
	}
	channel, err := graph.Channel(ctx, "", c.Team, c.ID)
	if err != nil {
		return "", "", err
	}
	if err := l.Names.NoteTeamsName(ctx, c.ID, team.DisplayName, channel.DisplayName); err != nil {
		l.Log.Warn("could not keep the name of a Teams channel", "error", err)
	}
	return team.DisplayName, channel.DisplayName, nil
}

// learnName asks for a name before people are told of it: their lists all come at once then, and Graph answers few questions
// about one team in a second.
func (l *Links) learnName(ctx context.Context, c bridge.Conversation) {
	current, err := l.Current()
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if _, _, err := l.askName(ctx, current.Graph, c); err != nil {
		l.Log.Debug("a Teams channel has no name yet; lists ask for it", "teams_channel", c.ID, "error", err)
	}
}

// refreshNames asks Graph for names that are missing or old, for a short while, and puts them into known.
func (l *Links) refreshNames(ctx context.Context, known map[bridge.ConversationID]store.TeamsName, shown []bridge.Conversation) {
	current, err := l.Current()
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var asking sync.WaitGroup
	var mu sync.Mutex
	room := make(chan struct{}, askAtATime)
	var todo []bridge.Conversation // found out before anybody writes into known
	for _, c := range shown {
		if name, found := known[c.ID]; (!found || time.Since(name.SeenAt) >= namesAge) && !l.unnamed.holds(c.ID) {
			todo = append(todo, c)
		}
	}
	for _, c := range todo {
		room <- struct{}{}
		asking.Go(func() {
			defer func() { <-room }()
			team, channel, err := l.askName(ctx, current.Graph, c)
			if err != nil {
				return // it is shown as it was
			}
			mu.Lock()
			defer mu.Unlock()
			known[c.ID] = store.TeamsName{Conversation: c.ID, Team: team, Channel: channel, SeenAt: time.Now()}
		})
	}
	asking.Wait()
}

// channelName names a Mattermost channel in Markdown, for people who may know it.
func (l *Links) channelName(ctx context.Context, id bridge.ChannelID) texts.Text {
	channel, err := l.Mattermost.Channel(ctx, id)
	if err != nil {
		return texts.Of(code(string(id)))
	}
	return texts.New("%s in team %s", code(channel.Name), code(channel.TeamName))
}

// visibleName names a channel to somebody; empty when they may not even know that it is there.
func (l *Links) visibleName(ctx context.Context, user bridge.UserID, id bridge.ChannelID) string {
	channel, err := l.Mattermost.Channel(ctx, id)
	if err != nil || !l.Mattermost.Knows(user, channel) {
		return ""
	}
	return fmt.Sprintf("%s in team %s", channel.Name, channel.TeamName)
}

// nameFor is visibleName inside a sentence.
func (l *Links) nameFor(ctx context.Context, user bridge.UserID, id bridge.ChannelID) texts.Text {
	channel, err := l.Mattermost.Channel(ctx, id)
	if err != nil || !l.Mattermost.Knows(user, channel) {
		return texts.New("a channel that you cannot see")
	}
	return texts.New("the channel %s in team %s", channel.Name, channel.TeamName)
}

func (l *Links) username(ctx context.Context, id bridge.UserID) string {
	user, err := l.Mattermost.User(ctx, id)
	if err != nil {
		return string(id)
	}
	return user.Username
}
