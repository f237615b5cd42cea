// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/people"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Trigger is the command's word, without the slash.
const Trigger = "msteams-sync"

// Accounts connects and disconnects.
type Accounts interface {
	Mine(ctx context.Context, user bridge.UserID) (accounts.Mine, error)
	Disconnect(ctx context.Context, user bridge.UserID) (store.Account, bool, error)
	DisconnectUserNamed(ctx context.Context, by bridge.UserID, username string) (store.Account, error)
	DisconnectBot(ctx context.Context, by bridge.UserID, email string) (store.Account, bool, error)
}

// Whitelist is who may connect while that is restricted.
type Whitelist interface {
	Restricted() bool
	Whitelist(ctx context.Context) ([]string, error)
	ChangeWhitelist(ctx context.Context, by bridge.UserID, entry string, add bool) (changed bool, err error)
}

// People makes mirrored users regular ones.
type People interface {
	Promote(ctx context.Context, by bridge.UserID, username, newName string) (people.Promoted, error)
}

// Links links and unlinks; *links.Links implements it.
type Links interface {
	Of(channel bridge.ChannelID) (bridge.Link, bool)
	List(ctx context.Context) ([]bridge.Link, error)
	// MayLink tells whether the person may link the channel at all.
	MayLink(ctx context.Context, by bridge.UserID, channel bridge.ChannelID) error
	Create(ctx context.Context, by links.Actor, channel bridge.ChannelID, in bridge.Conversation, backfill bridge.Backfill) (links.Linked, error)
	Resync(ctx context.Context, by bridge.UserID, channel bridge.ChannelID) (bridge.Link, error)
	Delete(ctx context.Context, by links.Actor, channel bridge.ChannelID) (bridge.Link, error)
	Asked(ctx context.Context) ([]store.LinkRequest, error)
	Approve(ctx context.Context, by links.Actor, id string) (bridge.Link, error)
	Refuse(ctx context.Context, by links.Actor, id, reason string) error
	TeamsName(ctx context.Context, c bridge.Conversation) texts.Text
}

// DeadLetters are what the bridge gave up; an empty channel stands for all.
type DeadLetters interface {
	List(ctx context.Context, channel bridge.ChannelID, limit int) (newest []store.DeadLetter, total int, err error)
	Retry(ctx context.Context, by bridge.UserID, channel bridge.ChannelID) (int, error)
}

// Config is what the command works with.
type Config struct {
	Accounts    Accounts
	Whitelist   Whitelist
	Links       Links
	People      People
	Chats       Chats
	DeadLetters DeadLetters
	SystemAdmin func(user bridge.UserID) bool
	// Locale is the user's; empty when it is not known.
	Locale      func(user bridge.UserID) string
	ChannelName func(ctx context.Context, channel bridge.ChannelID) string
	// OpenLinkDialog opens the dialog that links the channel, in the person's web and desktop apps.
	OpenLinkDialog func(user bridge.UserID, channel bridge.ChannelID)
	// ConnectURL is the address at which users connect.
	ConnectURL func() string
	// Summary describes the plugin's own state in a few lines, for system admins.
	Summary func(ctx context.Context) string
	Log     *slog.Logger
}

// Command answers the slash command.
type Command struct{ Config }

// New returns it.
func New(config Config) *Command { return &Command{config} }

// Call is one use of the command.
type Call struct {
	User    bridge.UserID
	Channel bridge.ChannelID
	Text    string // all that was typed, with the slash

	language texts.Language // of the user
}

// say answers in the caller's language.
func (call Call) say(format string, args ...any) string {
	return texts.New(format, args...).In(call.language)
}

// subcommand is what follows the command's word.
type subcommand struct {
	name  string
	hint  string // of its arguments
	help  string
	args  []string // what each argument is, for autocompletion
	least int      // how many arguments it needs
	admin bool     // for system admins only
	run   func(*Command, context.Context, Call, []string) (string, error)
}

// subcommands are in the order in which help shows them.
func subcommands() []subcommand {
	return []subcommand{
		{name: "connect", help: "Connect your Microsoft Teams account.", run: (*Command).connect},
		{name: "disconnect", help: "Disconnect your Microsoft Teams account.", run: (*Command).disconnect},
		{name: "chat", hint: "[@user] [@user …]", help: "Open a direct or group message with people who use Microsoft Teams. Who has no user here is named by the address of their log-in there.", least: 1, run: (*Command).chat,
			args: []string{"Who it is with, like @msteams_alex_demo"}},
		{name: "link", hint: "[team id] [channel id] [days] [days to Teams]", help: "Link this channel with a channel of Teams, which a dialog helps to find; with ids it is linked at once, with numbers of days the messages of these come along.", run: (*Command).link,
			args: []string{"Team id (groupId in the link that Teams copies)", "Channel id, like 19:…@thread.tacv2", "Bring the messages of the last days along from Teams, at most 240; without a number none", "Bring the posts of the last days along to Teams, where they are new messages; without a number none"}},
		{name: "unlink", help: "Unlink this channel.", run: (*Command).unlink},
		{name: "resync", help: "Look for messages and changes in Teams that this channel missed.", run: (*Command).resync},
		{name: "show", help: "Show what this channel is linked with.", run: (*Command).show},
		{name: "status", help: "Show whether your account is connected.", run: (*Command).status},
		{name: "show-links", help: "Show all links.", admin: true, run: (*Command).showLinks},
		{name: "link-requests", help: "Show the links that wait for a system admin.", admin: true, run: (*Command).linkRequests},
		{name: "approve", hint: "[request]", help: "Make a link that a channel admin asked for.", least: 1, admin: true, run: (*Command).approve,
			args: []string{"Id of the request, as link-requests shows it"}},
		{name: "refuse", hint: "[request] [reason]", help: "Refuse a link that a channel admin asked for.", least: 1, admin: true, run: (*Command).refuse,
			args: []string{"Id of the request, as link-requests shows it", "Why, for whoever asked; it may be left out"}},
		{name: "dead-letters", help: "Show what was given up, and why.", admin: true, run: (*Command).deadLetters},
		{name: "retry", hint: "[all]", help: "Give what was given up in this channel, or in all, another chance.", admin: true, run: (*Command).retry,
			args: []string{"all: in all channels"}},
		{name: "promote", hint: "[user name] [new user name]", help: "Make a user that stands for somebody in Teams that person's own.", least: 2, admin: true, run: (*Command).promote,
			args: []string{"User name of the mirrored user, like msteams_alex_demo", "User name that the person gets"}},
		{name: "whitelist", hint: "[add|remove] [user name or e-mail]", help: "Show who may connect an account while that is restricted, or add somebody or take somebody off.", admin: true, run: (*Command).whitelist,
			args: []string{"add or remove; without it the list is shown", "User name or e-mail address"}},
		{name: "disconnect-user", hint: "[user name]", help: "Disconnect somebody else's Microsoft Teams account.", least: 1, admin: true, run: (*Command).disconnectUser,
			args: []string{"User name, like @alex"}},
		{name: "connect-bot", help: "Connect a Microsoft Teams account that speaks for everybody without one.", admin: true, run: (*Command).connectBot},
		{name: "disconnect-bot", hint: "[e-mail]", help: "Disconnect a bot account.", admin: true, run: (*Command).disconnectBot,
			args: []string{"E-mail address of the bot, when there are several"}},
	}
}

// Run answers a call with text for the caller.
func (c *Command) Run(ctx context.Context, call Call) string {
	call.language = texts.OfLocale(c.Locale(call.User))
	words := strings.Fields(call.Text)
	if len(words) < 2 || words[1] == "help" {
		return c.help(call)
	}
	for _, s := range subcommands() {
		if s.name != words[1] {
			continue
		}
		arguments := words[2:]
		switch {
		case s.admin && !c.SystemAdmin(call.User):
			return call.say("Only system admins may use this command.")
		case len(arguments) < s.least:
			return call.say("Write it like this: %s", s.usage())
		}
		answer, err := s.run(c, ctx, call, arguments)
		if err != nil {
			return c.explain(call, err)
		}
		return answer
	}
	return call.say("There is no command %s.", code(words[1])) + "\n" + c.help(call)
}

// usage says how the subcommand is written.
func (s subcommand) usage() string {
	return fmt.Sprintf("`/%s %s %s`", Trigger, s.name, s.hint)
}

// explain turns an error into a sentence. What nobody foresaw goes to the log.
func (c *Command) explain(call Call, err error) string {
	if r, ok := errors.AsType[*refusal.Refusal](err); ok {
		return r.In(call.language)
	}
	c.Log.Warn("a command failed", "command", call.Text, "user", call.User, "error", err)
	if f, ok := errors.AsType[*bridge.Failure](err); ok {
		return call.say("That did not work: %v. Try again in a minute; if it stays like this, show this text to your system admin.", f)
	}
	return call.say("That did not work. Try again in a minute; the server's log says more.")
}

func (c *Command) help(call Call) string {
	var b strings.Builder
	b.WriteString(call.say("With `/%s` you can:", Trigger) + "\n")
	for _, s := range subcommands() {
		if s.admin && !c.SystemAdmin(call.User) {
			continue
		}
		fmt.Fprintf(&b, "* `%s`: %s\n", strings.TrimSpace(s.name+" "+s.hint), texts.Of(s.help).In(call.language))
	}
	return b.String()
}

// code shows text as it is, whatever it holds.
func code(text string) string { return "`" + strings.ReplaceAll(text, "`", "'") + "`" }
