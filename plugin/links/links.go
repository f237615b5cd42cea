// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// Index is the bridge's links; *bridge.Links implements it.
type Index interface {
	ByChannel(channel bridge.ChannelID) (bridge.Link, bool)
	Channels() []bridge.Link // links of channels
	Create(ctx context.Context, link bridge.Link) (bridge.Link, error)
	Delete(ctx context.Context, channel bridge.ChannelID) (bridge.Link, bool, error)
}

// Mattermost is the server as linking needs it.
type Mattermost interface {
	Channel(ctx context.Context, id bridge.ChannelID) (mattermost.Channel, error)
	ChannelAdmin(user bridge.UserID, channel bridge.ChannelID) bool
	SystemAdmin(user bridge.UserID) bool
}

// Graph is Teams as linking needs it; *teams.Client implements it.
type Graph interface {
	Team(ctx context.Context, team bridge.TeamID) (teams.Team, error)
	TeamsNamed(ctx context.Context, name string) ([]teams.Team, error)
	Channels(ctx context.Context, as bridge.AccountID, team bridge.TeamID) ([]teams.Channel, error)
	Channel(ctx context.Context, as bridge.AccountID, team bridge.TeamID, channel bridge.ConversationID) (teams.Channel, error)
	CanRead(ctx context.Context, as bridge.AccountID, in bridge.Conversation) error
}

// Current is what follows from the settings in use.
type Current struct {
	Settings config.Settings
	Graph    Graph
}

// Config is what linking works with.
type Config struct {
	Index      Index
	Mattermost Mattermost
	Accounts   bridge.Accounts
	// Current returns what follows from the settings in use; an error when there are none.
	Current func() (Current, error)
	// Changed is told that links changed, so that the subscriptions follow.
	Changed func()
	// Resync has what may have been missed in a conversation looked for.
	Resync func(ctx context.Context, conversation bridge.ConversationID) error
	// Audit writes who did what.
	Audit func(ctx context.Context, actor bridge.UserID, action, subject string, detail map[string]string) error
	Log   *slog.Logger
}

// Links links and unlinks channels.
type Links struct{ Config }

// New returns it.
func New(config Config) *Links { return &Links{config} }

// List returns the links of channels, oldest first.
func (l *Links) List(context.Context) ([]bridge.Link, error) { return l.Index.Channels(), nil }

// Of returns a channel's link.
func (l *Links) Of(channel bridge.ChannelID) (bridge.Link, bool) { return l.Index.ByChannel(channel) }

// Create links a channel. A channel admin must be connected and able to read the Teams channel; a system admin need not
// be connected: then the application itself must be able to see it. The messages of the last backfillDays days are brought along
// from Teams.
func (l *Links) Create(ctx context.Context, by bridge.UserID, id bridge.ChannelID, in bridge.Conversation, backfillDays int) (bridge.Link, error) {
	if backfillDays < 0 || backfillDays > longestBackfill {
		return bridge.Link{}, refusal.New(refusal.BadRequest, "Messages of the last 0 to %d days can be brought along, not of %d.", longestBackfill, backfillDays)
	}
	current, err := l.Current()
	if err != nil {
		return bridge.Link{}, err
	}
	if !current.Settings.SyncLinkedChannels {
		return bridge.Link{}, refusal.New(refusal.Forbidden, "Linking channels is switched off (setting syncLinkedChannels).")
	}
	channel, err := l.channel(ctx, by, id)
	if err != nil {
		return bridge.Link{}, err
	}
	switch {
	case channel.Direct:
		return bridge.Link{}, refusal.New(refusal.BadRequest, "Direct and group messages cannot be linked, only channels.")
	case channel.Archived:
		return bridge.Link{}, refusal.New(refusal.Conflict, "The channel %s is archived.", channel.Name)
	case !current.Settings.TeamEnabled(channel.TeamName):
		return bridge.Link{}, refusal.New(refusal.Forbidden, "The team %s is not among those that take part (setting enabledTeams).", channel.TeamName)
	}
	if err := l.readable(ctx, current.Graph, by, in); err != nil {
		return bridge.Link{}, err
	}
	wanted := bridge.Link{Channel: id, MattermostTeam: channel.Team, Conversation: in, Creator: by}
	if backfillDays > 0 {
		wanted.Backfill = time.Now().AddDate(0, 0, -backfillDays)
	}
	link, err := l.Index.Create(ctx, wanted)
	if conflict, ok := errors.AsType[*bridge.LinkConflict](err); ok {
		return bridge.Link{}, l.explain(ctx, conflict, id)
	}
	if err != nil {
		return bridge.Link{}, err
	}
	l.record(ctx, by, "link", link)
	l.Changed()
	return link, nil
}

// longestBackfill is how far back Graph can be asked for changes: 8 months (Graph docs, "chatMessage: delta").
const longestBackfill = 240

// Resync has what may have been missed in Teams looked for. A notification that was lost leaves no other trace.
func (l *Links) Resync(ctx context.Context, by bridge.UserID, id bridge.ChannelID) (bridge.Link, error) {
	if !l.Mattermost.ChannelAdmin(by, id) && !l.Mattermost.SystemAdmin(by) {
		return bridge.Link{}, notChannelAdmin("resync")
	}
	link, linked := l.Index.ByChannel(id)
	if !linked {
		return bridge.Link{}, refusal.New(refusal.NotFound, "This channel is not linked.")
	}
	return link, l.Config.Resync(ctx, link.Conversation.ID)
}

// Delete unlinks a channel.
func (l *Links) Delete(ctx context.Context, by bridge.UserID, id bridge.ChannelID) (bridge.Link, error) {
	if !l.Mattermost.ChannelAdmin(by, id) && !l.Mattermost.SystemAdmin(by) {
		return bridge.Link{}, notChannelAdmin("unlink")
	}
	link, found, err := l.Index.Delete(ctx, id)
	if err != nil {
		return bridge.Link{}, err
	}
	if !found {
		return bridge.Link{}, refusal.New(refusal.NotFound, "This channel is not linked.")
	}
	l.record(ctx, by, "unlink", link)
	l.Changed()
	return link, nil
}

func notChannelAdmin(what string) error {
	return refusal.New(refusal.Forbidden, "Only channel admins (permission manage_channel_roles) may %s a channel.", what)
}

func (l *Links) channel(ctx context.Context, by bridge.UserID, id bridge.ChannelID) (mattermost.Channel, error) {
	channel, err := l.Mattermost.Channel(ctx, id)
	if bridge.ClassOf(err) == bridge.NotFound {
		return mattermost.Channel{}, refusal.New(refusal.NotFound, "There is no Mattermost channel %s.", id)
	}
	if err != nil {
		return mattermost.Channel{}, err
	}
	if !channel.Direct && !l.Mattermost.ChannelAdmin(by, id) && !l.Mattermost.SystemAdmin(by) {
		return mattermost.Channel{}, notChannelAdmin("link")
	}
	return channel, nil
}

// readable makes sure that the person may read what they want to bring into Mattermost.
func (l *Links) readable(ctx context.Context, graph Graph, by bridge.UserID, in bridge.Conversation) error {
	account, connected, err := l.Accounts.OfUser(ctx, by)
	if err != nil {
		return err
	}
	switch {
	case connected:
		if _, err = graph.Channel(ctx, account.ID, in.Team, in.ID); err == nil {
			err = graph.CanRead(ctx, account.ID, in)
		}
	case l.Mattermost.SystemAdmin(by):
		_, err = graph.Channel(ctx, "", in.Team, in.ID)
	default:
		return refusal.New(refusal.NotConnected, "Connect your Microsoft Teams account first, with /msteams-sync connect.")
	}
	switch class := bridge.ClassOf(err); {
	case err == nil:
		return nil
	case class == bridge.NotFound || class == bridge.Permanent:
		return refusal.New(refusal.NotFound, "There is no Teams channel %s in team %s that you can see. Copy both ids from the channel's link in Teams (Get link to channel): groupId is the team's id.", in.ID, in.Team)
	case class == bridge.UserAction:
		return refusal.New(refusal.Forbidden, "You may not read the Teams channel %s: %v.", in.ID, err)
	}
	return err
}

// explain names the link that is in the way by the names that people know.
func (l *Links) explain(ctx context.Context, conflict *bridge.LinkConflict, wanted bridge.ChannelID) error {
	if conflict.Holder.Channel == wanted {
		return refusal.New(refusal.Conflict, "This channel is linked already, with %s. Unlink it first.", l.TeamsName(ctx, conflict.Holder.Conversation))
	}
	name := string(conflict.Holder.Channel)
	if holder, err := l.Mattermost.Channel(ctx, conflict.Holder.Channel); err == nil {
		name = fmt.Sprintf("%s in team %s", holder.Name, holder.TeamName)
	}
	return refusal.New(refusal.Conflict, "That Teams channel is linked already, with the channel %s. Unlink it there first.", name)
}

// TeamsName names a Teams conversation for people; its ids when the names cannot be had.
func (l *Links) TeamsName(ctx context.Context, c bridge.Conversation) string {
	current, err := l.Current()
	if err != nil {
		return "the Teams channel " + string(c.ID)
	}
	team, teamErr := current.Graph.Team(ctx, c.Team)
	channel, channelErr := current.Graph.Channel(ctx, "", c.Team, c.ID)
	if teamErr != nil || channelErr != nil {
		return "the Teams channel " + string(c.ID)
	}
	return fmt.Sprintf("the Teams channel %s of team %s", channel.DisplayName, team.DisplayName)
}

func (l *Links) record(ctx context.Context, by bridge.UserID, action string, link bridge.Link) {
	err := l.Audit(context.WithoutCancel(ctx), by, action, string(link.Channel), map[string]string{"conversation": string(link.Conversation.ID), "team": string(link.Conversation.Team)})
	if err != nil {
		l.Log.Error("could not write an audit record", "action", action, "channel", link.Channel, "by", by, "error", err)
	}
}
