// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/command"
	linking "github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// world answers for the packages behind the command. root is the system admin.
type world struct {
	mine      accounts.Mine
	account   store.Account
	found     bool
	links     []bridge.Link
	err       error
	barred    error // why the user may not link
	whitelist []string
	open      bool // the whitelist has no effect
	asked     string
	dead      int
	pending   bool
	requests  []store.LinkRequest
}

func (w *world) Mine(context.Context, bridge.UserID) (accounts.Mine, error) { return w.mine, w.err }
func (w *world) Restricted() bool                                           { return !w.open }
func (w *world) Whitelist(context.Context) ([]string, error)                { return w.whitelist, w.err }
func (w *world) ChangeWhitelist(_ context.Context, _ bridge.UserID, entry string, add bool) (bool, error) {
	return slices.Contains(w.whitelist, entry) != add, w.err
}
func (w *world) Disconnect(context.Context, bridge.UserID) (store.Account, bool, error) {
	return w.account, w.found, w.err
}
func (w *world) DisconnectUserNamed(_ context.Context, by bridge.UserID, username string) (store.Account, error) {
	w.asked = fmt.Sprint("disconnect ", username, " by ", by)
	return w.account, w.err
}
func (w *world) DisconnectBot(_ context.Context, _ bridge.UserID, email string) (store.Account, bool, error) {
	w.asked = email
	return w.account, w.found, w.err
}
func (w *world) Of(bridge.ChannelID) (bridge.Link, bool) {
	if len(w.links) == 0 {
		return bridge.Link{}, false
	}
	return w.links[0], true
}
func (w *world) List(context.Context) ([]bridge.Link, error)                    { return w.links, w.err }
func (w *world) MayLink(context.Context, bridge.UserID, bridge.ChannelID) error { return w.barred }
func (w *world) Create(_ context.Context, by linking.Actor, channel bridge.ChannelID, in bridge.Conversation, days bridge.Backfill) (linking.Linked, error) {
	w.asked = fmt.Sprint(by.User, " by ", by.Via, " ", channel, " ", in.Team, " ", in.ID, " ", days)
	return linking.Linked{Pending: w.pending}, w.err
}
func (w *world) Asked(context.Context) ([]store.LinkRequest, error) { return w.requests, w.err }
func (w *world) Approve(_ context.Context, by linking.Actor, id string) (bridge.Link, error) {
	w.asked = fmt.Sprint("approve ", by.User, " ", id)
	return bridge.Link{Channel: "town"}, w.err
}
func (w *world) Refuse(_ context.Context, by linking.Actor, id, reason string) error {
	w.asked = fmt.Sprint("refuse ", by.User, " ", id, " ", reason)
	return w.err
}
func (w *world) Resync(_ context.Context, by bridge.UserID, channel bridge.ChannelID) (bridge.Link, error) {
	w.asked = fmt.Sprint("resync ", by, " ", channel)
	return bridge.Link{}, w.err
}
func (w *world) Delete(context.Context, linking.Actor, bridge.ChannelID) (bridge.Link, error) {
	return bridge.Link{}, w.err
}
func (w *world) Open(_ context.Context, by bridge.UserID, names []string) (bridge.ChannelID, error) {
	w.asked = fmt.Sprint("open ", by, " ", names)
	return "direct", w.err
}
func (w *world) TeamsName(context.Context, bridge.Conversation) texts.Text {
	return texts.New("the Teams channel %s of team %s", "Bridge", "Demo Team")
}

// locales are of those who chose one.
var locales = map[bridge.UserID]string{"jonas": "de"}

// letters are what was given up: dead of them, two of which are listed.
type letters struct{ *world }

func (l letters) List(context.Context, bridge.ChannelID, int) ([]store.DeadLetter, int, error) {
	if l.dead == 0 {
		return nil, 0, l.err
	}
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	return []store.DeadLetter{
		{Direction: bridge.Inbound, Kind: bridge.Create, Channel: "town", Message: "1700000000000", Attempts: 12, SourceAt: at, Reason: "it cannot\nbe posted a|b"},
		{Direction: bridge.Outbound, Kind: bridge.Edit, Channel: "town", Post: "post", Attempts: 1, SourceAt: at, Reason: "refused"},
	}, l.dead, l.err
}
func (l letters) Retry(_ context.Context, _ bridge.UserID, channel bridge.ChannelID) (int, error) {
	l.asked = "retry " + string(channel)
	return l.dead, l.err
}

func (w *world) run(t *testing.T, user, text string) string {
	t.Helper()
	c := command.New(command.Config{
		Accounts: w, Whitelist: w, Links: w, Chats: w, DeadLetters: letters{w}, Log: slog.New(slog.DiscardHandler),
		SystemAdmin: func(user bridge.UserID) bool { return user == "root" },
		Locale:      func(user bridge.UserID) string { return locales[user] },
		ChannelName: func(_ context.Context, id bridge.ChannelID) string { return "red / " + string(id) },
		OpenLinkDialog: func(user bridge.UserID, channel bridge.ChannelID) {
			w.asked = fmt.Sprint("dialog ", user, " ", channel)
		},
		ConnectURL: func() string { return "https://chat.example.com/connect" },
		Summary:    func(context.Context) string { return "MS Teams Sync is running." },
	})
	return c.Run(t.Context(), command.Call{User: bridge.UserID(user), Channel: "town", Text: text})
}

func TestAnswers(t *testing.T) {
	since := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	teamsAccount := &accounts.TeamsAccount{Mail: "alex@demo.example", DisplayName: "Alex Demo"}
	alex := accounts.Mine{Connected: true, TeamsAccount: teamsAccount, ConnectedAt: &since, CanConnect: true}
	lost := accounts.Mine{NeedsReconnect: true, TeamsAccount: teamsAccount, ConnectedAt: &since, CanConnect: true, Reason: "It was revoked."}
	free := accounts.Mine{CanConnect: true, EmailMustMatch: "alex@corp.example"}
	barred := accounts.Mine{Reason: "Not on the whitelist."}
	link := bridge.Link{Channel: "a|b", Conversation: bridge.Conversation{ID: "19:x@thread.tacv2", Team: "team-1"}, CreatedAt: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		user, text string
		world      world
		want       []string
	}{
		{"alex", "/msteams-sync connect", world{mine: free}, []string{"(https://chat.example.com/connect)", "e-mail", "`alex@corp.example`"}},
		{"alex", "/msteams-sync connect", world{mine: lost}, []string{"(https://chat.example.com/connect)"}},
		{"alex", "/msteams-sync connect", world{mine: alex}, []string{"already", "alex@demo.example"}},
		{"alex", "/msteams-sync connect", world{mine: barred}, []string{"Not on the whitelist."}},
		{"alex", "/msteams-sync disconnect", world{}, []string{"not connected"}},
		{"alex", "/msteams-sync disconnect", world{found: true, account: store.Account{Email: "alex@demo.example"}}, []string{"alex@demo.example", "is disconnected"}},
		{"alex", "/msteams-sync status", world{mine: alex}, []string{"You are connected", "Alex Demo", "since 23 November 2026"}},
		{"alex", "/msteams-sync status", world{mine: lost}, []string{"was lost", "It was revoked.", "/msteams-sync connect"}},
		{"alex", "/msteams-sync status", world{mine: free}, []string{"not connected", "/msteams-sync connect"}},
		{"alex", "/msteams-sync status", world{mine: barred}, []string{"You are not connected. Not on the whitelist."}},
		{"jonas", "/msteams-sync connect", world{mine: free}, []string{"[Hier klicken, um Ihr Microsoft-Teams-Konto zu verbinden](https://chat.example.com/connect)", "`alex@corp.example`"}},
		{"jonas", "/msteams-sync disconnect", world{}, []string{"Sie sind nicht verbunden."}},
		{"jonas", "/msteams-sync status", world{mine: alex}, []string{"seit dem 23. November 2026"}},
		{"jonas", "/msteams-sync show", world{links: []bridge.Link{link}}, []string{"Dieser Kanal ist verknüpft mit Teams-Kanal Bridge im Team Demo Team."}},
		{"jonas", "/msteams-sync unlink", world{err: refusal.New(refusal.NotFound, "This channel is not linked.")}, []string{"Dieser Kanal ist nicht verknüpft."}},
		{"jonas", "/msteams-sync chat", world{}, []string{"Schreiben Sie es so: `/msteams-sync chat [@user] [@user …]`"}},
		{"jonas", "/msteams-sync help", world{}, []string{"Mit `/msteams-sync` können Sie:", "* `unlink`: Die Verknüpfung dieses Kanals trennen."}},
		{"jonas", "/msteams-sync retry", world{}, []string{"Nur Systemadministratoren"}},
		{"alex", "/msteams-sync whitelist", world{}, []string{"Only system admins"}},
		{"root", "/msteams-sync whitelist", world{}, []string{"The whitelist is empty."}},
		{"root", "/msteams-sync whitelist", world{whitelist: []string{"alex", "blake@demo.example"}, open: true}, []string{"2 on the whitelist: Everybody may connect all the same", "* `blake@demo.example`"}},
		{"root", "/msteams-sync whitelist", world{whitelist: make([]string, 130)}, []string{"30 more"}},
		{"root", "/msteams-sync whitelist add alex", world{}, []string{"`alex` is on the whitelist now."}},
		{"root", "/msteams-sync whitelist add alex", world{whitelist: []string{"alex"}, open: true}, []string{"`alex` is on the whitelist already. Everybody may connect"}},
		{"root", "/msteams-sync whitelist remove alex", world{whitelist: []string{"alex"}}, []string{"no longer on the whitelist", "stays connected"}},
		{"root", "/msteams-sync whitelist remove alex", world{}, []string{"`alex` is not on the whitelist."}},
		{"root", "/msteams-sync whitelist drop alex", world{}, []string{"`/msteams-sync whitelist add [user name or e-mail]`"}},
		{"root", "/msteams-sync whitelist add", world{}, []string{"Write it like this"}},
		{"root", "/msteams-sync status", world{}, []string{"MS Teams Sync is running."}},
		{"alex", "/msteams-sync   link  team-1   19:x@thread.tacv2 ", world{}, []string{"now linked with the Teams channel Bridge"}},
		{"alex", "/msteams-sync link", world{}, []string{"dialog that has opened", "`/msteams-sync link [team id] [channel id] [days] [days to Teams]`"}},
		{"alex", "/msteams-sync link", world{links: []bridge.Link{link}}, []string{"linked already, with the Teams channel Bridge"}},
		{"alex", "/msteams-sync link", world{barred: refusal.New(refusal.Forbidden, "Only channel admins.")}, []string{"Only channel admins."}},
		{"alex", "/msteams-sync link team-1", world{}, []string{"Write it like this: `/msteams-sync link [team id] [channel id] [days] [days to Teams]`"}},
		{"alex", "/msteams-sync link team-1 19:x@thread.tacv2", world{pending: true}, []string{"has to approve", "the Teams channel Bridge"}},
		{"alex", "/msteams-sync approve r", world{}, []string{"Only system admins"}},
		{"alex", "/msteams-sync refuse r", world{}, []string{"Only system admins"}},
		{"alex", "/msteams-sync link-requests", world{}, []string{"Only system admins"}},
		{"root", "/msteams-sync link-requests", world{}, []string{"No link waits"}},
		{"root", "/msteams-sync link-requests", world{requests: []store.LinkRequest{{ID: "abc", Channel: "a|b"}}}, []string{"| `abc` | red / a\\|b | the Teams channel Bridge of team Demo Team |"}},
		{"root", "/msteams-sync approve", world{}, []string{"`/msteams-sync approve [request]`"}},
		{"root", "/msteams-sync approve ABC", world{}, []string{"The channel red / town is now linked with the Teams channel Bridge"}},
		{"root", "/msteams-sync refuse abc not this one", world{}, []string{"It is refused."}},
		{"alex", "/msteams-sync link team-1 19:x@thread.tacv2 30", world{}, []string{"of the last 30 days come from Teams"}},
		{"alex", "/msteams-sync link team-1 19:x@thread.tacv2 0 5", world{}, []string{"from now on. Posts of the last 5 days go to Teams"}},
		{"alex", "/msteams-sync link team-1 19:x@thread.tacv2 month", world{}, []string{"`month` is no number of days"}},
		{"alex", "/msteams-sync resync", world{}, []string{"Looking for what this channel missed in the Teams channel Bridge"}},
		{"alex", "/msteams-sync chat", world{}, []string{"`/msteams-sync chat [@user] [@user …]`"}},
		{"alex", "/msteams-sync chat @msteams_drew", world{}, []string{"The conversation is open"}},
		{"alex", "/msteams-sync chat @nobody", world{err: refusal.New(refusal.NotFound, "There is no user @nobody.")}, []string{"There is no user @nobody."}},
		{"alex", "/msteams-sync unlink", world{}, []string{"no longer linked"}},
		{"alex", "/msteams-sync show", world{}, []string{"not linked"}},
		{"alex", "/msteams-sync show", world{links: []bridge.Link{link}}, []string{"the Teams channel Bridge of team Demo Team"}},
		{"alex", "/msteams-sync show-links", world{}, []string{"Only system admins"}},
		{"root", "/msteams-sync show-links", world{}, []string{"No channel is linked."}},
		{"root", "/msteams-sync show-links", world{links: []bridge.Link{link}}, []string{`| red / a\|b |`, "`19:x@thread.tacv2`", "2026-11-23"}},
		{"alex", "/msteams-sync dead-letters", world{}, []string{"Only system admins"}},
		{"alex", "/msteams-sync retry", world{}, []string{"Only system admins"}},
		{"root", "/msteams-sync dead-letters", world{}, []string{"Nothing was given up."}},
		{"root", "/msteams-sync dead-letters", world{dead: 31}, []string{"| red / town | create from Teams | `1700000000000` | 12 | 2026-11-23 10:00 | it cannot be posted a\\|b |", "edit to Teams | `post`", "29 more", "retry all"}},
		{"root", "/msteams-sync retry", world{}, []string{"In this channel nothing was given up."}},
		{"root", "/msteams-sync retry", world{dead: 4}, []string{"In this channel 4 that were given up"}},
		{"root", "/msteams-sync retry all", world{dead: 4}, []string{"In all channels 4"}},
		{"root", "/msteams-sync retry everything", world{dead: 4}, []string{"`/msteams-sync retry all`"}},
		{"root", "/msteams-sync connect-bot", world{}, []string{"(https://chat.example.com/connect?bot=true)"}},
		{"root", "/msteams-sync disconnect-bot", world{}, []string{"no such bot"}},
		{"root", "/msteams-sync disconnect-bot bot@demo.example", world{found: true, account: store.Account{Email: "bot@demo.example"}}, []string{"bot@demo.example"}},
		{"alex", "/msteams-sync disconnect-user @blake", world{}, []string{"Only system admins"}},
		{"root", "/msteams-sync disconnect-user", world{}, []string{"`/msteams-sync disconnect-user [user name]`"}},
		{"root", "/msteams-sync disconnect-user @blake", world{account: store.Account{Email: "blake@demo.example"}}, []string{"The Microsoft Teams account `blake@demo.example` of @blake is disconnected."}},
		{"root", "/msteams-sync disconnect-user blake", world{err: refusal.New(refusal.NotFound, "There is no Mattermost user @blake.")}, []string{"There is no Mattermost user @blake."}},
		{"alex", "/msteams-sync", world{}, []string{"* `connect`", "* `link [team id] [channel id] [days] [days to Teams]`"}},
		{"alex", "/msteams-sync `dance`", world{}, []string{"no command `'dance'`"}},
		{"alex", "/msteams-sync connect", world{err: refusal.New(refusal.NotReady, "Not configured.")}, []string{"Not configured."}},
		{"alex", "/msteams-sync connect", world{err: &bridge.Failure{Class: bridge.Retry, Status: 503, RequestID: "g-1", Err: errors.New("busy")}}, []string{"busy", "g-1", "Try again"}},
	} {
		got := c.world.run(t, c.user, c.text)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s answers %q, want %q in it", c.user, c.text, got, want)
			}
		}
	}
}

func TestUnforeseenErrorsAreNotShown(t *testing.T) {
	w := world{err: errors.New("password=hunter2")}
	for _, text := range []string{"connect", "disconnect", "status", "link a b", "unlink", "resync"} {
		if got := w.run(t, "alex", "/msteams-sync "+text); strings.Contains(got, "hunter2") || !strings.Contains(got, "log") {
			t.Errorf("%s answers %q", text, got)
		}
	}
}

func TestUsersAreNotOfferedWhatTheyMayNot(t *testing.T) {
	var w world
	if got := w.run(t, "alex", "/msteams-sync help"); strings.Contains(got, "connect-bot") {
		t.Errorf("a user is offered %q", got)
	}
	if got := w.run(t, "root", "/msteams-sync help"); !strings.Contains(got, "connect-bot") {
		t.Errorf("a system admin is offered %q", got)
	}
}

func TestLongListsAreCut(t *testing.T) {
	w := world{links: make([]bridge.Link, 130)}
	if got := w.run(t, "root", "/msteams-sync show-links"); !strings.Contains(got, "30 more") || strings.Count(got, "\n") > 110 || len([]rune(got)) > 16383 {
		t.Errorf("the list has %d lines", strings.Count(got, "\n"))
	}
}

func TestTheServerCanRegisterIt(t *testing.T) {
	r := command.Registration()
	if err := r.AutocompleteData.IsValid(); err != nil {
		t.Error(err)
	}
	admin := 0
	for _, sub := range r.AutocompleteData.SubCommands {
		if sub.RoleID == model.SystemAdminRoleId {
			admin++
		}
	}
	if r.Trigger != "msteams-sync" || len(r.AutocompleteData.SubCommands) != 19 || admin != 11 {
		t.Errorf("%d subcommands, %d for admins", len(r.AutocompleteData.SubCommands), admin)
	}
}
