// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/certificates"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// Parts are what the routes need. A part that is nil is not ready yet: its routes answer 503 with NotReady.
type Parts struct {
	Log         *slog.Logger
	Permissions Permissions
	// Status returns what GET /api/v1/status answers.
	Status func(ctx context.Context) any
	// Fingerprints returns an HMAC per secret setting under the salt.
	Fingerprints func(salt []byte) map[string]string
	Checks       Checks
	Certificates Certificates
	Accounts     Accounts
	Access       Access
	Bots         Bots
	Reports      Reports
	Keys         Keys
	Links        Links
	DeadLetters  DeadLetters
	Mirrored     Mirrored
	Posts        Posts
	Linked       LinkedChannels
	Lookup       Lookup
	Changes      http.Handler
	Lifecycle    http.Handler
	Metrics      http.Handler
	// SiteURL returns the address of the Mattermost server; it may hold a path.
	SiteURL func() string
	// Locale is a user's, DefaultLocale the server's; both may be nil, and empty.
	Locale        func(user bridge.UserID) string
	DefaultLocale func() string
	// NotReady says why parts are missing.
	NotReady string
	// Observe is told about each answered request; it may be nil. The pattern is empty for an unknown address.
	Observe func(pattern, method string, status int, took time.Duration)
}

// Permissions answers from Mattermost's roles.
type Permissions interface {
	SystemAdmin(user bridge.UserID) bool
	ChannelReader(user bridge.UserID, channel bridge.ChannelID) bool
	ChannelAdmin(user bridge.UserID, channel bridge.ChannelID) bool
}

// Accounts connects users and bots with their Teams accounts.
type Accounts interface {
	// Begin starts a log-in and returns the address at Microsoft and the value of the cookie that binds it to the browser.
	Begin(ctx context.Context, who accounts.Visitor, bot bool) (address, cookie string, err error)
	// Complete ends a log-in with what Microsoft sent back.
	Complete(ctx context.Context, who accounts.Visitor, answer accounts.Answer) (accounts.Completed, error)
	// ConnectFailed tells the user's web app why a log-in connected nothing.
	ConnectFailed(user bridge.UserID, message string)
	// Connection returns the user's account; false when there is none that works.
	Connection(ctx context.Context, user bridge.UserID) (accounts.Connection, error)
	// Requirement says whether the user has to connect.
	Requirement(ctx context.Context, user bridge.UserID) (accounts.Requirement, error)
	// Active is told that a user has the web app open.
	Active(user bridge.UserID)
	// Mine returns the user's own connection.
	Mine(ctx context.Context, user bridge.UserID) (accounts.Mine, error)
	// Disconnect deletes the user's account; false when there is none.
	Disconnect(ctx context.Context, user bridge.UserID) (store.Account, bool, error)
}

// Access says who may connect which account.
type Access interface {
	Whitelist(ctx context.Context) ([]string, error)
	// ValidEntry tells whether an entry may be an e-mail address or a user name.
	ValidEntry(entry string) bool
	// SetWhitelist replaces the whitelist and returns it as it is kept.
	SetWhitelist(ctx context.Context, by bridge.UserID, entries []string) ([]string, error)
	Mappings(ctx context.Context) ([]store.AccountMapping, error)
	// Approve lets a user connect a Teams account, named by object id or user principal name, and no other.
	Approve(ctx context.Context, by, user bridge.UserID, teamsUser string) (store.AccountMapping, error)
	Withdraw(ctx context.Context, by, user bridge.UserID) error
}

// Reports tell system admins who is connected and who was invited to be, and let them end both.
type Reports interface {
	// ConnectedUsers lists users with an account from an offset on; total counts all.
	ConnectedUsers(ctx context.Context, offset, limit int) (users []accounts.ConnectedUser, total int, err error)
	// DisconnectUser ends a user's connection and tells the user.
	DisconnectUser(ctx context.Context, by, user bridge.UserID) (store.Account, error)
	Invites(ctx context.Context) (accounts.Invites, error)
	WithdrawInvite(ctx context.Context, by, user bridge.UserID) error
}

// Keys are what tokens and private keys are encrypted with.
type Keys interface {
	State(ctx context.Context) (accounts.KeysState, error)
	// Rotate makes a fresh key, with which everything is encrypted again in the background.
	Rotate(ctx context.Context, by bridge.UserID) error
}

// Bots connects bots without a browser.
type Bots interface {
	ListBots(ctx context.Context) ([]accounts.Bot, error)
	ConnectBot(ctx context.Context, by bridge.UserID, username, password string) (accounts.Bot, error)
	DropBot(ctx context.Context, by bridge.UserID, id bridge.TeamsUserID) error
}

// Lookup finds teams and channels of Microsoft Teams, as the application.
type Lookup interface {
	// Teams lists the teams with a name, in any case; all teams when it is empty.
	Teams(ctx context.Context, name string) ([]teams.Team, error)
	Team(ctx context.Context, id bridge.TeamID) (teams.Team, error)
	// Channels lists a team's channels with a name, in any case; all of them when it is empty.
	Channels(ctx context.Context, team bridge.TeamID, name string) ([]teams.Channel, error)
}

// Certificates makes and deletes the certificates with which the application logs in.
type Certificates interface {
	List(ctx context.Context) ([]certificates.Certificate, error)
	Create(ctx context.Context, by bridge.UserID, subject string, validFor time.Duration) (certificates.Certificate, error)
	Delete(ctx context.Context, by bridge.UserID, id string) error
}

// DeadLetters are what the bridge gave up; an empty channel stands for all.
type DeadLetters interface {
	List(ctx context.Context, channel bridge.ChannelID, limit int) (newest []store.DeadLetter, total int, err error)
	Retry(ctx context.Context, by bridge.UserID, channel bridge.ChannelID) (int, error)
}

// Mirrored are the users that stand for people in Teams.
type Mirrored interface {
	// MirroredUsers lists those after a Teams user, in the order of these, up to limit.
	MirroredUsers(ctx context.Context, after bridge.TeamsUserID, limit int) ([]store.MirroredUser, error)
}

// Links links and unlinks channels; *links.Links implements it.
type Links interface {
	List(ctx context.Context) ([]bridge.Link, error)
	Create(ctx context.Context, by links.Actor, channel bridge.ChannelID, in bridge.Conversation, backfill bridge.Backfill) (links.Linked, error)
	Resync(ctx context.Context, by bridge.UserID, channel bridge.ChannelID) (bridge.Link, error)
	Delete(ctx context.Context, by links.Actor, channel bridge.ChannelID) (bridge.Link, error)

	// Asked lists the links that wait for a system admin.
	Asked(ctx context.Context) ([]store.LinkRequest, error)
	Approve(ctx context.Context, by links.Actor, id string) (bridge.Link, error)
	Refuse(ctx context.Context, by links.Actor, id, reason string) error
	// Trail tells what was done to links, newest first, and how many records there are.
	Trail(ctx context.Context, channel bridge.ChannelID, page int) ([]store.AuditRecord, int, error)

	// What a person may see.
	Visible(ctx context.Context, user bridge.UserID, text string, page int) (links.Listing, error)
	OfChannel(ctx context.Context, user bridge.UserID, channel bridge.ChannelID) (links.ChannelState, error)
	// NeedsApproval tells whether what the user links waits for a system admin.
	NeedsApproval(user bridge.UserID) bool
	SearchChannels(ctx context.Context, user bridge.UserID, text string, page int) (links.Page[links.FoundChannel[mattermost.Channel]], error)
	SearchTeams(ctx context.Context, user bridge.UserID, text string, page int) (links.Page[teams.Team], error)
	SearchTeamsChannels(ctx context.Context, user bridge.UserID, team bridge.TeamID, text string, page int) (links.Page[links.FoundChannel[teams.Channel]], error)
}

func (a *api) notReady() error {
	message := "The plugin is not ready."
	if a.NotReady != "" {
		message += " " + a.NotReady
	}
	return &Error{Status: http.StatusServiceUnavailable, Code: "not_ready", Message: message}
}
