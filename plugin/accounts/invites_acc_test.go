// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

// active has both nodes hear that users are active, and waits until neither has more to do.
func (w *world) active(t *testing.T, users ...bridge.UserID) {
	t.Helper()
	for _, user := range users {
		w.Active(user)
		w.second.Active(user)
	}
	w.AwaitInvites()
	w.second.AwaitInvites()
	w.Accounts, w.second = w.on(t, w.store), w.on(t, w.other)
}

// states are the invitations by user.
func (w *world) states(t *testing.T) map[bridge.UserID]store.InviteState {
	t.Helper()
	list, err := w.Invites(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	states := map[bridge.UserID]store.InviteState{}
	for _, invite := range list.Invites {
		states[invite.User] = invite.State
	}
	return states
}

// later lets the time of all pending invitations run out.
func (w *world) later(t *testing.T) {
	t.Helper()
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.invites SET expires_at = clock_timestamp() - interval '1 second'"); err != nil {
		t.Fatal(err)
	}
}

func TestWhoeverIsActiveIsInvitedOnce(t *testing.T) {
	w := newWorld(t)
	w.active(t, "alex")
	if told := w.server.said(); told != nil {
		t.Errorf("told %q although the setting is 0", told)
	}
	w.settings.MaxPendingInvites = 10
	w.mustConnect(t, "blake", "blake@demo.example", false)
	w.active(t, "alex", "blake", "guest", "robot", "mirror", "alex")
	w.active(t, "alex")
	told := w.server.said()
	if len(told) != 1 || !strings.HasPrefix(told[0], "alex: You are invited") || !strings.Contains(told[0], "Alex@Demo.example") ||
		!strings.HasSuffix(told[0], "[Connect your account]("+teamstest.SiteURL+"/plugins/com.mattermost.msteams-sync/connect)") {
		t.Errorf("told %q", told)
	}
	if states := w.states(t); len(states) != 1 || states["alex"] != store.InvitePending {
		t.Errorf("invitations %v", states)
	}
	w.mustConnect(t, "alex", "alex@demo.example", false)
	if states := w.states(t); states["alex"] != store.InviteConnected {
		t.Errorf("invitations %v", states)
	}
	if _, _, err := w.Disconnect(t.Context(), "alex"); err != nil {
		t.Fatal(err)
	}
	w.active(t, "alex")
	if told := w.server.said(); len(told) != 1 {
		t.Errorf("who disconnected is invited again: %q", told)
	}
}

func TestAnInvitationHoldsAPlace(t *testing.T) {
	w := newWorld(t)
	w.settings.MaxPendingInvites, w.settings.ConnectedUsersAllowed = 10, 2
	w.mustConnect(t, "blake", "blake@demo.example", false)
	w.active(t, "alex", "casey")
	if states := w.states(t); len(states) != 1 || states["alex"] != store.InvitePending {
		t.Fatalf("invitations %v with room for one", states)
	}
	_, _, err := w.Begin(t.Context(), visitor("casey"), false)
	refused(t, err, refusal.Conflict, "2 users are connected or invited")
	if list, err := w.Invites(t.Context()); err != nil || list.Pending != 1 || list.MaxPending != 10 || list.Connected != 1 || list.Allowed != 2 {
		t.Errorf("invitations %+v, %v", list, err)
	}
	if pending, whitelisted, err := w.store.CountInvited(t.Context()); err != nil || pending != 1 || whitelisted != 0 {
		t.Errorf("%d pending, %d on the whitelist, %v", pending, whitelisted, err)
	}
	if err := w.WithdrawInvite(t.Context(), "root", "alex"); err != nil {
		t.Fatal(err)
	}
	w.active(t, "alex", "casey")
	if states := w.states(t); states["alex"] != store.InviteWithdrawn || states["casey"] != store.InvitePending {
		t.Errorf("invitations %v", states)
	}
	w.later(t)
	if states := w.states(t); states["casey"] != store.InviteExpired {
		t.Errorf("invitations %v", states)
	}
	w.active(t, "alex", "casey") // once is enough
	// What has ended can be forgotten.
	if err := w.WithdrawInvite(t.Context(), "root", "alex"); err != nil {
		t.Fatal(err)
	}
	refused(t, w.WithdrawInvite(t.Context(), "root", "alex"), refusal.NotFound, "alex")
	w.active(t, "alex")
	if states := w.states(t); states["alex"] != store.InvitePending || states["casey"] != store.InviteExpired {
		t.Errorf("invitations %v", states)
	}
	trail, err := w.store.AuditTrail(t.Context(), 3)
	var actions []string
	for _, record := range trail {
		actions = append(actions, record.Action+" "+record.Subject+" by "+string(record.Actor))
	}
	if want := []string{"invite alex by ", "forget-invite alex by root", "invite casey by "}; err != nil || !slices.Equal(actions, want) {
		t.Errorf("audit %q, %v, want %q", actions, err, want)
	}
}

// TestNoMoreInvitationsThanMayBePending: however many people are active at once, on both nodes.
func TestNoMoreInvitationsThanMayBePending(t *testing.T) {
	w := newWorld(t)
	w.settings.MaxPendingInvites = 2
	var nodes sync.WaitGroup
	for _, node := range []*accounts.Accounts{w.Accounts, w.second} {
		nodes.Go(func() {
			for _, user := range []bridge.UserID{"alex", "blake", "casey", "root"} {
				node.Active(user)
			}
		})
	}
	nodes.Wait()
	w.active(t, "alex", "blake", "casey", "root")
	storetest.Eventually(t, "two are told", func() bool { return len(w.server.said()) >= 2 })
	if states := w.states(t); len(states) != 2 || len(w.server.said()) != 2 {
		t.Errorf("invitations %v, told %q", states, w.server.said())
	}
}

// TestWhoMayNotConnectIsNotInvited: by the whitelist, the enabled teams, or because the user mirrors somebody.
func TestWhoMayNotConnectIsNotInvited(t *testing.T) {
	w := newWorld(t)
	w.settings.MaxPendingInvites, w.settings.ConnectedUsersRestricted = 10, true
	w.setWhitelist(t, "blake@demo.example")
	w.active(t, "alex")
	w.settings.EnabledTeams = "blue"
	w.active(t, "blake")
	w.settings.EnabledTeams, w.settings.ConnectedUsersRestricted = "", false
	if _, err := w.store.Pool().Exec(t.Context(), "INSERT INTO msteamssync.mirrored_users (teams_user_id, user_id, display_name, kind) VALUES ('t', 'casey', 'Casey', 'member')"); err != nil {
		t.Fatal(err)
	}
	w.active(t, "casey")
	if states := w.states(t); len(states) != 0 {
		t.Errorf("invitations %v", states)
	}
}

// TestAnInvitationThatCannotBeDeliveredIsNone: the user is invited when that works again.
func TestAnInvitationThatCannotBeDeliveredIsNone(t *testing.T) {
	w := newWorld(t)
	w.settings.MaxPendingInvites = 10
	w.server.deaf = errors.New("busy")
	w.active(t, "alex")
	if states := w.states(t); len(states) != 0 {
		t.Errorf("invitations %v", states)
	}
	w.server.deaf = nil
	w.active(t, "alex")
	if states := w.states(t); states["alex"] != store.InvitePending {
		t.Errorf("invitations %v", states)
	}
}

// TestTheReportOfConnectedUsers: pages in the order of connecting, with what is wrong with each token.
func TestTheReportOfConnectedUsers(t *testing.T) {
	w := newWorld(t)
	w.settings.ClientID = "one"
	w.server.users["admin"] = bridge.User{ID: "admin", Username: "admin", Email: "admin@demo.example"}
	w.mustConnect(t, "admin", "admin@demo.example", false)
	w.settings.ClientID = "two"
	w.mustConnect(t, "alex", "alex@demo.example", false)
	w.mustConnect(t, "blake", "blake@demo.example", false)
	used := w.age(t, "alex")
	if err := w.Directory().RevokeSessions("blake@demo.example"); err != nil {
		t.Fatal(err)
	}
	lost := w.account(t, "blake")
	token, _, err := w.Token(t.Context(), lost.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.Forget(lost.ID, token)
	if _, _, err := w.Token(t.Context(), lost.ID); err == nil {
		t.Fatal("a revoked token is good")
	}
	all, total, err := w.ConnectedUsers(t.Context(), 0, 10)
	if err != nil || total != 3 || len(all) != 3 {
		t.Fatalf("%d of %d users, %v", len(all), total, err)
	}
	want := []struct {
		user  bridge.UserID
		state accounts.TokenState
	}{{"admin", accounts.TokenOtherApplication}, {"alex", accounts.TokenGood}, {"blake", accounts.TokenLost}}
	for i, u := range all {
		if u.User != want[i].user || u.TokenState != want[i].state || (u.Reason == "") != (u.TokenState == accounts.TokenGood) || u.ConnectedAt.IsZero() {
			t.Errorf("line %d: %+v, want %v", i, u, want[i])
		}
	}
	if u := all[0]; u.Username != "admin" || u.Email != "admin@demo.example" || u.Mail != "admin@demo.example" || u.LastUsedAt != nil {
		t.Errorf("line %+v", u)
	}
	if u := all[1]; u.TeamsUser != used.TeamsUser || u.LastUsedAt == nil || time.Since(*u.LastUsedAt) > time.Hour {
		t.Errorf("line %+v", u)
	}
	delete(w.server.users, "blake")
	page, total, err := w.ConnectedUsers(t.Context(), 2, 1)
	if err != nil || total != 3 || len(page) != 1 || page[0].User != "blake" || page[0].Username != "" {
		t.Errorf("page %+v of %d, %v", page, total, err)
	}
}
