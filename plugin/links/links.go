// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Index is the bridge's links; *bridge.Links implements it.
type Index interface {
	ByChannel(channel bridge.ChannelID) (bridge.Link, bool)
	Channels() []bridge.Link // links of channels
	Create(ctx context.Context, link bridge.Link) (bridge.Link, error)
	Delete(ctx context.Context, channel bridge.ChannelID) (bridge.Link, bool, error)
}

// Mattermost is the server as linking needs it; *mattermost.Server implements it.
type Mattermost interface {
	Channel(ctx context.Context, id bridge.ChannelID) (mattermost.Channel, error)
	ChannelAdmin(user bridge.UserID, channel bridge.ChannelID) bool
	ChannelReader(user bridge.UserID, channel bridge.ChannelID) bool
	SystemAdmin(user bridge.UserID) bool
	// Knows tells whether the user may know that the channel is there.
	Knows(user bridge.UserID, channel mattermost.Channel) bool
	User(ctx context.Context, id bridge.UserID) (bridge.User, error)
	ChannelsOf(ctx context.Context, ids []bridge.ChannelID) (map[bridge.ChannelID]mattermost.Channel, error)
	MemberOf(ctx context.Context, user bridge.UserID, ids []bridge.ChannelID) (map[bridge.ChannelID]bool, error)
	ChannelsNamed(ctx context.Context, user bridge.UserID, text string) ([]mattermost.Channel, error)
	Notify(ctx context.Context, user bridge.UserID, text string) error
	NotifySystemAdmins(ctx context.Context, notice mattermost.Notice) error
	PublishToChannel(event string, channel bridge.ChannelID, payload map[string]any)
}

// Graph is Teams as linking needs it; *teams.Client implements it.
type Graph interface {
	Team(ctx context.Context, team bridge.TeamID) (teams.Team, error)
	TeamsNamed(ctx context.Context, name string) ([]teams.Team, error)
	TeamsStarting(ctx context.Context, text string, most int) ([]teams.Team, error)
	JoinedTeams(ctx context.Context, as bridge.AccountID) ([]teams.Team, error)
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
	Requests   Requests
	Names      Names
	Mattermost Mattermost
	Accounts   bridge.Accounts
	// Health is how the links do; Searching tells of which conversations what may have been missed is being looked for.
	Health    func(ctx context.Context) (bridge.Health, error)
	Searching func(ctx context.Context) (map[bridge.ConversationID]bool, error)
	// Current returns what follows from the settings in use; an error when there are none.
	Current func() (Current, error)
	// Changed is told that links changed, so that the subscriptions follow.
	Changed func()
	// Resync has what may have been missed in a conversation looked for.
	Resync func(ctx context.Context, conversation bridge.ConversationID) error
	// Records reads what was written, newest first, and tells how much there is.
	Records func(ctx context.Context, actions []string, subject string, offset, limit int) ([]store.AuditRecord, int, error)
	Log     *slog.Logger
}

// Links links and unlinks channels. It is safe for concurrent use.
type Links struct {
	Config
	asking  singleflight.Group // for names, by the conversation
	unnamed unnamed
	health  healthMemory
}

// New returns it.
func New(config Config) *Links {
	return &Links{Config: config}
}

// List returns the links of channels, oldest first.
func (l *Links) List(context.Context) ([]bridge.Link, error) { return l.Index.Channels(), nil }

// Of returns a channel's link.
func (l *Links) Of(channel bridge.ChannelID) (bridge.Link, bool) { return l.Index.ByChannel(channel) }

// Linked is what became of the wish to link a channel.
type Linked struct {
	bridge.Link
	Pending bool // a system admin has to approve it first; the id is the request's
}

// Create links a channel. A channel admin must be connected and able to read the Teams channel, and with the setting
// linkApprovalRequired only asks for it; for a system admin the application itself must be able to see it. Older
// messages are brought along as the backfill says.
func (l *Links) Create(ctx context.Context, by Actor, id bridge.ChannelID, in bridge.Conversation, backfill bridge.Backfill) (Linked, error) {
	for _, days := range []int{backfill.FromTeams, backfill.ToTeams} {
		if days < 0 || days > longestBackfill {
			return Linked{}, refusal.New(refusal.BadRequest, "Messages of the last 0 to %d days can be brought along, not of %d.", longestBackfill, days)
		}
	}
	current, channel, err := l.permitted(ctx, by.User, id, in)
	if err != nil {
		return Linked{}, err
	}
	if err := l.readable(ctx, current.Graph, by.User, in); err != nil {
		return Linked{}, err
	}
	wanted := bridge.Link{Channel: id, MattermostTeam: channel.Team, Conversation: in, Creator: by.User}
	if current.Settings.LinkApprovalRequired && !l.Mattermost.SystemAdmin(by.User) {
		return l.request(ctx, by, wanted, backfill)
	}
	wanted.Backfill, wanted.BackfillToTeams = daysAgo(backfill.FromTeams), daysAgo(backfill.ToTeams)
	link, err := l.put(ctx, by, wanted, ActionLink, nil)
	return Linked{Link: link}, err
}

// permitted checks the person, the channel and the policy. What is linked already is not asked about here.
func (l *Links) permitted(ctx context.Context, by bridge.UserID, id bridge.ChannelID, in bridge.Conversation) (Current, mattermost.Channel, error) {
	current, err := l.Current()
	if err != nil {
		return Current{}, mattermost.Channel{}, err
	}
	channel, err := l.mayLink(ctx, current.Settings, by, id)
	if err != nil {
		return Current{}, mattermost.Channel{}, err
	}
	if !current.Settings.TeamLinkable(string(in.Team)) {
		return Current{}, mattermost.Channel{}, refusal.New(refusal.Forbidden, "The team %s of Microsoft Teams is not among those that may be linked (setting linkableTeams).", in.Team)
	}
	return current, channel, nil
}

// MayLink tells whether the person may link the channel at all, whatever with. It may be linked already.
func (l *Links) MayLink(ctx context.Context, by bridge.UserID, id bridge.ChannelID) error {
	current, err := l.Current()
	if err != nil {
		return err
	}
	_, err = l.mayLink(ctx, current.Settings, by, id)
	return err
}

func (l *Links) mayLink(ctx context.Context, settings config.Settings, by bridge.UserID, id bridge.ChannelID) (mattermost.Channel, error) {
	if !settings.SyncLinkedChannels {
		return mattermost.Channel{}, refusal.New(refusal.Forbidden, "Linking channels is switched off (setting syncLinkedChannels).")
	}
	channel, err := l.channel(ctx, by, id)
	switch {
	case err != nil:
		return mattermost.Channel{}, err
	case channel.Direct:
		return mattermost.Channel{}, refusal.New(refusal.BadRequest, "Direct and group messages cannot be linked, only channels.")
	case channel.Archived:
		return mattermost.Channel{}, refusal.New(refusal.Conflict, "The channel %s is archived.", channel.Name)
	case !settings.TeamEnabled(channel.TeamName):
		return mattermost.Channel{}, refusal.New(refusal.Forbidden, "The team %s is not among those that take part (setting enabledTeams).", channel.TeamName)
	}
	return channel, nil
}

// put makes a link, writes it down and tells everybody.
func (l *Links) put(ctx context.Context, by Actor, wanted bridge.Link, action string, more map[string]string) (bridge.Link, error) {
	link, err := l.Index.Create(noting(ctx, by, action, more), wanted)
	if conflict, ok := errors.AsType[*bridge.LinkConflict](err); ok {
		return bridge.Link{}, l.explain(ctx, conflict, by.User, wanted.Channel)
	}
	if err != nil {
		return bridge.Link{}, err
	}
	l.log(by, action, link.Channel, link.Conversation)
	l.Changed()
	if by.Via == ViaWebApp { // who links in bulk does not wait for names
		l.learnName(ctx, link.Conversation)
	}
	l.announce(EventLinked, link.Channel, link.Conversation)
	return link, nil
}

// longestBackfill is how far back Graph can be asked for changes: 8 months (Graph docs, "chatMessage: delta").
const longestBackfill = 240

// daysAgo is when so many days began; zero for none.
func daysAgo(days int) time.Time {
	if days == 0 {
		return time.Time{}
	}
	return time.Now().AddDate(0, 0, -days)
}

// Resync has what may have been missed in Teams looked for. A notification that was lost leaves no other trace.
func (l *Links) Resync(ctx context.Context, by bridge.UserID, id bridge.ChannelID) (bridge.Link, error) {
	if !l.manages(by, id) {
		return bridge.Link{}, notChannelAdmin(texts.New("resync"))
	}
	link, linked := l.Index.ByChannel(id)
	if !linked {
		return bridge.Link{}, refusal.New(refusal.NotFound, "This channel is not linked.")
	}
	return link, l.Config.Resync(ctx, link.Conversation.ID)
}

// Delete unlinks a channel, or takes back the request to link it.
func (l *Links) Delete(ctx context.Context, by Actor, id bridge.ChannelID) (bridge.Link, error) {
	if !l.manages(by.User, id) {
		return bridge.Link{}, notChannelAdmin(texts.New("unlink"))
	}
	if link, linked := l.Index.ByChannel(id); linked && link.Conversation.IsChat() { // its messages would go with it
		return bridge.Link{}, refusal.New(refusal.BadRequest, "This is a chat of Microsoft Teams. Nobody linked it, and it cannot be unlinked; only linked channels can.")
	}
	link, found, err := l.Index.Delete(noting(ctx, by, ActionUnlink, nil), id)
	if err == nil && !found {
		if link, found, err = l.withdraw(ctx, by, id); found {
			return link, nil
		}
	}
	if err != nil {
		return bridge.Link{}, err
	}
	if !found {
		return bridge.Link{}, refusal.New(refusal.NotFound, "This channel is not linked.")
	}
	l.log(by, ActionUnlink, link.Channel, link.Conversation)
	l.Changed()
	l.announce(EventUnlinked, link.Channel, link.Conversation)
	return link, nil
}

// manages tells whether the person may link, unlink and resync the channel.
func (l *Links) manages(user bridge.UserID, id bridge.ChannelID) bool {
	return l.Mattermost.ChannelAdmin(user, id) || l.Mattermost.SystemAdmin(user)
}

func notChannelAdmin(what texts.Text) error {
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
	if !channel.Direct && !l.manages(by, id) {
		return mattermost.Channel{}, notChannelAdmin(texts.New("link"))
	}
	return channel, nil
}

// readable makes sure that the person may read what they want to bring into Mattermost. A system admin decides for others too:
// then the application must be able to see it.
func (l *Links) readable(ctx context.Context, graph Graph, by bridge.UserID, in bridge.Conversation) error {
	account, err := l.seesAs(ctx, by)
	if err != nil {
		return err
	}
	if _, err = graph.Channel(ctx, account, in.Team, in.ID); err == nil && account != "" {
		err = graph.CanRead(ctx, account, in)
	}
	switch class := bridge.ClassOf(err); {
	case err == nil:
		return nil
	case class == bridge.NotFound || class == bridge.Permanent:
		return refusal.New(refusal.NotFound, "There is no Teams channel %s in team %s that you can see. Copy both ids from the channel's link in Teams (Get link to channel): groupId is the team's id.", in.ID, in.Team)
	case bridge.NeedsAction(err):
		return refusal.New(refusal.Forbidden, "You may not read the Teams channel %s: %v.", in.ID, err)
	}
	return err
}

// seesAs is the account with which Graph is asked what the person may see in Teams: their own, for system admins the
// application's, which is empty.
func (l *Links) seesAs(ctx context.Context, user bridge.UserID) (bridge.AccountID, error) {
	if l.Mattermost.SystemAdmin(user) {
		return "", nil
	}
	account, connected, err := l.Accounts.OfUser(ctx, user)
	if err != nil {
		return "", err
	}
	if !connected {
		return "", refusal.New(refusal.NotConnected, "Connect your Microsoft Teams account first, with /msteams-sync connect.")
	}
	return account.ID, nil
}

// explain names the link that is in the way by the names that people know, if the person may know the channel.
func (l *Links) explain(ctx context.Context, conflict *bridge.LinkConflict, by bridge.UserID, wanted bridge.ChannelID) error {
	if conflict.Holder.Channel == wanted {
		return refusal.New(refusal.Conflict, "This channel is linked already, with %s. Unlink it first.", l.TeamsName(ctx, conflict.Holder.Conversation))
	}
	return refusal.New(refusal.Conflict, "That Teams channel is linked already, with %s. Unlink it there first.", l.nameFor(ctx, by, conflict.Holder.Channel))
}
