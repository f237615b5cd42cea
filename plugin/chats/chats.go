// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package chats

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// Graph is what is called of Graph; *teams.Client implements it.
type Graph interface {
	Chat(ctx context.Context, id bridge.ConversationID) (teams.Chat, error)
	ChatsOf(ctx context.Context, as bridge.AccountID) ([]teams.Chat, error)
	AddChatMember(ctx context.Context, as bridge.AccountID, chat bridge.ConversationID, person bridge.TeamsUserID) error
	CreateChat(ctx context.Context, as bridge.AccountID, kind string, people []bridge.TeamsUserID) (bridge.ConversationID, error)
}

// Mattermost is the server as chats need it; *mattermost.Server implements it.
type Mattermost interface {
	Talk(ctx context.Context, id bridge.ChannelID) (mattermost.Talk, error)
	Members(ctx context.Context, id bridge.ChannelID) ([]bridge.UserID, error)
	DirectMessage(ctx context.Context, a, b bridge.UserID) (bridge.ChannelID, error)
	GroupMessage(ctx context.Context, people []bridge.UserID) (bridge.ChannelID, error)
	PrivateChannel(ctx context.Context, team, name, displayName, purpose string) (bridge.ChannelID, error)
	RemoveMember(ctx context.Context, id bridge.ChannelID, user bridge.UserID) error
	Join(ctx context.Context, user bridge.UserID, team string, channel bridge.ChannelID) error
	SetMembers(ctx context.Context, id bridge.ChannelID, people []bridge.UserID) error
	SharedTeams(ctx context.Context, people []bridge.UserID) ([]mattermost.TeamOf, error)
	Mirrored(ctx context.Context, id bridge.UserID) (bool, error)
	Say(ctx context.Context, id bridge.ChannelID, text string) error
	Whisper(ctx context.Context, user bridge.UserID, id bridge.ChannelID, text string)
	Notify(ctx context.Context, user bridge.UserID, text string) error
	User(ctx context.Context, id bridge.UserID) (bridge.User, error)
	UserByName(ctx context.Context, name string) (bridge.User, bool, error)
	// WithinTeamsOnly tells whether people may write only to those with whom they share a team.
	WithinTeamsOnly() bool
}

// People knows who stands for whom; *people.People implements it.
type People interface {
	bridge.People
	// StandsFor is UserOf of somebody of whom name and organisation are known.
	StandsFor(ctx context.Context, who bridge.Sender) (bridge.UserID, bool, error)
	// WithAddress is UserOf of the tenant's user who logs in to Teams with the address.
	WithAddress(ctx context.Context, address string) (bridge.UserID, bool, error)
}

// Store keeps what is known of chats; *store.Store implements it.
type Store interface {
	KeepChat(ctx context.Context, c store.Chat) (tell bool, err error)
	Chat(ctx context.Context, id bridge.ConversationID) (store.Chat, bool, error)
	ChatAttempt(ctx context.Context, channel bridge.ChannelID) (at time.Time, looks int, found bool, err error)
	BeginChat(ctx context.Context, channel bridge.ChannelID) error
	LookedForChat(ctx context.Context, channel bridge.ChannelID) error
	EndChat(ctx context.Context, channel bridge.ChannelID) error
	ChatsSince(ctx context.Context, direct bool) (time.Time, error)
	// Tell notes that somebody is being told something, and whether for the first time; Untell takes that back.
	Tell(ctx context.Context, subject string) (bool, error)
	Untell(ctx context.Context, subject string) error
	Prompt(ctx context.Context, user bridge.UserID, channel bridge.ChannelID, every time.Duration) (bool, error)
}

// Current is what follows from the settings in use.
type Current struct {
	Settings config.Settings
	Graph    Graph
}

// Config is what chats work with.
type Config struct {
	Store      Store
	Mattermost Mattermost
	Accounts   bridge.Accounts
	People     People
	// Current returns what follows from the settings in use; an error when there are none.
	Current func() (Current, error)
	// Switches tells out of memory, and at once, whether one-to-one and group chats are carried.
	Switches func() (direct, group bool)
	// IsLinked tells whether a chat is linked.
	IsLinked func(chat bridge.ConversationID) bool
	// ConnectURL is the address at which people connect their accounts.
	ConnectURL func() string
	// Changed is told that there is a new link.
	Changed func()
	Log     *slog.Logger
}

// Chats is the bridge's Chats. It is safe for concurrent use.
type Chats struct {
	Config
	verdicts verdicts
}

var _ bridge.Chats = (*Chats)(nil)

// New returns it.
func New(config Config) *Chats { return &Chats{Config: config} }

// Active implements bridge.Chats.
func (c *Chats) Active() bool {
	direct, group := c.Switches()
	return direct || group
}

// Wants implements bridge.Chats.
func (c *Chats) Wants(chat bridge.ConversationID) bool {
	return c.verdicts.ofChat(chat) == nil
}

// MayWant implements bridge.Chats.
func (c *Chats) MayWant(channel bridge.ChannelID) bool {
	v, known := c.verdicts.ofChannel(channel)
	return !known || c.wanted(v)
}

func (c *Chats) wanted(v verdict) bool {
	direct, group := c.Switches()
	return v.refused == nil && (v.direct && direct || v.group && group)
}

// WantsPosts implements bridge.Chats.
func (c *Chats) WantsPosts(ctx context.Context, channel bridge.ChannelID) bool {
	v, known := c.verdicts.ofChannel(channel)
	if !known {
		talk, err := c.Mattermost.Talk(ctx, channel)
		if err != nil {
			return bridge.ClassOf(err) != bridge.NotFound // the worker asks again
		}
		v = verdict{direct: talk.Direct, group: talk.Group}
		c.verdicts.keepChannel(channel, v)
	}
	return c.wanted(v)
}

// Since implements bridge.Chats. The id of a one-to-one chat names its two people, that of any other a thread.
func (c *Chats) Since(ctx context.Context, chat bridge.ConversationID) (time.Time, error) {
	return c.Store.ChatsSince(ctx, !strings.Contains(string(chat), "@thread."))
}

// Linked implements bridge.Chats.
func (c *Chats) Linked(context.Context, bridge.Link) {
	if c.Changed != nil {
		c.Changed()
	}
}

// Forget implements bridge.Chats.
func (c *Chats) Forget() { c.verdicts.forget() }
