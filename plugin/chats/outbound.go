// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package chats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// ChatOf implements bridge.Chats.
func (c *Chats) ChatOf(ctx context.Context, channel bridge.ChannelID, author bridge.UserID) (bridge.ConversationID, error) {
	if v, known := c.verdicts.ofChannel(channel); known && v.refused != nil {
		return "", v.refused
	}
	current, err := c.Current()
	if err != nil {
		return "", &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	talk, err := c.Mattermost.Talk(ctx, channel)
	if err != nil {
		return "", err
	}
	chat, err := c.chatOf(ctx, current, channel, talk, author)
	if refused, ok := errors.AsType[*bridge.NotCarried](err); ok {
		c.Log.Debug("a direct message is not carried", "channel", channel, "why", refused.Why)
		c.verdicts.keepChannel(channel, verdict{direct: talk.Direct, group: talk.Group, refused: refused})
	}
	return chat, err
}

func (c *Chats) chatOf(ctx context.Context, current Current, channel bridge.ChannelID, talk mattermost.Talk, author bridge.UserID) (bridge.ConversationID, error) {
	switch {
	case !talk.Direct && !talk.Group:
		return "", refuse(bridge.Unlinked, "it is neither a direct nor a group message")
	case talk.Direct && len(talk.Members) == 1:
		return "", c.alone(ctx, current.Settings, channel, author)
	case !slices.Contains(talk.Members, author):
		return "", refuse(bridge.NoAccount, "its author is not among its members")
	}
	if refused := allowed(current.Settings, talk.Direct); refused != nil {
		return "", refused
	}
	people, err := c.inTeams(ctx, talk.Members, author)
	if err != nil {
		return "", err
	}
	if !selected(current.Settings, len(talk.Members), people.mirrored, people.connected) {
		return "", refuse(bridge.SwitchedOff, "its people are not on both sides (settings selectiveSync and syncRemoteOnly)")
	}
	if len(people.nowhere) > 0 {
		return "", c.notEverybody(ctx, channel, author, people)
	}
	account, able, err := c.Accounts.OfUser(ctx, author)
	switch {
	case err != nil:
		return "", err
	case !able:
		return "", c.awaits(ctx, current.Settings, channel, author, people)
	}
	if talk.Direct {
		return current.Graph.CreateChat(ctx, account.ID, teams.OneOnOne, people.ids)
	}
	return c.groupChat(ctx, current.Graph, channel, account, people.ids)
}

// counterparts are the members of a direct or group message as Teams sees them.
type counterparts struct {
	ids       []bridge.TeamsUserID
	author    bool            // the author is one of them
	nowhere   []bridge.UserID // who beside the author is none
	mirrored  int
	connected int
	others    int // who beside the author is one
}

// inTeams finds out who the members are in Teams.
func (c *Chats) inTeams(ctx context.Context, members []bridge.UserID, author bridge.UserID) (p counterparts, err error) {
	for _, user := range members {
		person, known, err := c.People.PersonOf(ctx, user)
		if err != nil {
			return p, err
		}
		mirrored, err := c.Mattermost.Mirrored(ctx, user)
		switch {
		case err != nil:
			return p, err
		case mirrored:
			p.mirrored++
		case known:
			if _, is, err := c.Accounts.OfTeamsUser(ctx, person.ID); err != nil {
				return p, err
			} else if is {
				p.connected++
			}
		}
		if known {
			p.ids = append(p.ids, person.ID)
		}
		switch {
		case known && user == author:
			p.author = true
		case known:
			p.others++
		case user != author:
			p.nowhere = append(p.nowhere, user)
		}
	}
	return p, nil
}

// notEverybody refuses a message that not all of its people could see in Teams. Whoever writes it is told, once for each
// conversation, when it concerns somebody there: somebody who is there only does not see it at all.
func (c *Chats) notEverybody(ctx context.Context, channel bridge.ChannelID, author bridge.UserID, people counterparts) error {
	refused := refuse(bridge.NoAccount, "a member is nobody in Teams")
	if people.mirrored == 0 && (!people.author || people.others == 0) {
		return refused
	}
	first, err := c.Store.Tell(ctx, "not everybody in teams:"+string(channel)+":"+string(author))
	if err != nil || !first {
		return cmp.Or[error](err, refused)
	}
	list := make([]string, len(people.nowhere))
	for i, id := range people.nowhere {
		user, err := c.Mattermost.User(ctx, id)
		if err != nil && bridge.ClassOf(err) != bridge.NotFound {
			return errors.Join(err, c.Store.Untell(context.WithoutCancel(ctx), "not everybody in teams:"+string(channel)+":"+string(author)))
		}
		list[i] = "@" + user.Username
	}
	c.Mattermost.Whisper(ctx, author, channel, fmt.Sprintf(onlyHere, names(list)))
	return refused
}

const onlyHere = "What is written in this conversation is not sent to Microsoft Teams, and who uses Teams only does not see it: not everybody here is there (%s). " +
	"It is sent once everybody here has connected an account with `/msteams-sync connect`."

// awaits says what becomes of a message whose author has no account that can send: it waits when the author had one, or when
// somebody is meant who cannot see it otherwise. Else all of its people see it where it is.
func (c *Chats) awaits(ctx context.Context, settings config.Settings, channel bridge.ChannelID, author bridge.UserID, people counterparts) error {
	if settings.PromptIntervalHours > 0 && !people.author {
		due, err := c.Store.Prompt(ctx, author, channel, time.Duration(settings.PromptIntervalHours)*time.Hour)
		if err != nil {
			return err
		}
		if due {
			c.Mattermost.Whisper(ctx, author, channel, fmt.Sprintf(prompt, c.ConnectURL()))
		}
	}
	if people.author || people.mirrored > 0 {
		return bridge.ErrNoAccount
	}
	return refuse(bridge.NoAccount, "its author has not connected an account")
}

const prompt = "Somebody in this conversation uses Microsoft Teams. [Connect your Teams account](%s) or write `/msteams-sync connect`, and what you write here is sent there too."

// alone refuses a message to oneself, whose chat nobody can make in Teams but its owner. Who has connected an account is told how,
// once, unless reminders are switched off.
func (c *Chats) alone(ctx context.Context, settings config.Settings, channel bridge.ChannelID, author bridge.UserID) error {
	_, able, err := c.Accounts.OfUser(ctx, author)
	if err != nil {
		return err
	}
	if able && settings.PromptIntervalHours > 0 && allowed(settings, true) == nil {
		first, err := c.Store.Prompt(ctx, author, channel, forEver)
		if err != nil {
			return err
		}
		if first {
			c.Mattermost.Whisper(ctx, author, channel, noteToSelf)
		}
	}
	return refuse(bridge.Unlinked, "Microsoft makes no chat with oneself; it is carried once something is written in it in Teams")
}

// forEver is longer than anybody waits.
const forEver = 100 * 365 * 24 * time.Hour

const noteToSelf = "Notes to yourself are not sent to Microsoft Teams yet. Write something in your own chat there, once: from then on what you write in either place is in both."

// Looks for a group chat whose making was not confirmed.
const (
	looksInVain = 3
	lookFor     = 30 * time.Second
)

// groupChat finds the group chat of exactly these people, or makes it. Graph makes another one each time that it is asked, so
// what became of a request is looked for before there is another.
func (c *Chats) groupChat(ctx context.Context, graph Graph, channel bridge.ChannelID, account bridge.Account, people []bridge.TeamsUserID) (bridge.ConversationID, error) {
	attempted, looks, open, err := c.Store.ChatAttempt(ctx, channel)
	if err != nil {
		return "", err
	}
	chats, err := graph.ChatsOf(ctx, account.ID)
	if err != nil {
		return "", err
	}
	chats = slices.DeleteFunc(chats, func(chat teams.Chat) bool { return c.IsLinked(chat.ID) }) // shown in a private channel
	if chat, found := sameGroup(chats, people); found {
		return chat, c.Store.EndChat(ctx, channel)
	}
	if open && (looks+1 < looksInVain || time.Since(attempted) < lookFor) {
		if err := c.Store.LookedForChat(ctx, channel); err != nil {
			return "", err
		}
		return "", &bridge.Failure{Class: bridge.Retry, Err: errors.New("whether the group chat was made is not known yet"), RetryAfter: lookFor / looksInVain}
	}
	if err := c.Store.BeginChat(ctx, channel); err != nil {
		return "", err
	}
	chat, err := graph.CreateChat(ctx, account.ID, teams.Group, people)
	if err != nil && bridge.ClassOf(err) == bridge.Unknown {
		return "", err
	}
	return chat, errors.Join(err, c.Store.EndChat(context.WithoutCancel(ctx), channel))
}

// sameGroup finds the newest group chat without a name that has exactly these members.
func sameGroup(chats []teams.Chat, people []bridge.TeamsUserID) (bridge.ConversationID, bool) {
	wanted := slices.Sorted(slices.Values(people))
	var newest teams.Chat
	for _, chat := range chats {
		if chat.Type != teams.Group || chat.Topic != "" || len(chat.Members) != len(wanted) {
			continue
		}
		var members []bridge.TeamsUserID
		for _, m := range chat.Members {
			members = append(members, m.User)
		}
		slices.Sort(members)
		if slices.Equal(members, wanted) && (newest.ID == "" || chat.CreatedAt.After(newest.CreatedAt)) {
			newest = chat
		}
	}
	return newest.ID, newest.ID != ""
}
