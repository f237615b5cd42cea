// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

// tell has nodes tell of losses, one after the other, as the job does.
func tell(t *testing.T, nodes ...*accounts.Accounts) {
	t.Helper()
	for _, node := range nodes {
		if err := node.TellLost(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// passes makes that accounts cannot be used for longer than anybody is patient.
func (w *world) passes(t *testing.T) {
	t.Helper()
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.accounts SET unusable_since = unusable_since - interval '6 minutes'"); err != nil {
		t.Fatal(err)
	}
}

// works asserts how many accounts work and how many do not.
func (w *world) works(t *testing.T, connected, lost int) {
	t.Helper()
	if c, l, err := w.store.CountAccounts(t.Context()); err != nil || c != connected || l != lost {
		t.Errorf("%d accounts work and %d do not, want %d and %d; %v", c, l, connected, lost, err)
	}
}

// TestAnotherKeyIsToldOnceToEachUser: on two nodes, with the reason and a button, and again only after the accounts worked in
// between.
func TestAnotherKeyIsToldOnceToEachUser(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	w.boot(t, w.store, true, first)
	one, two := w.boot(t, w.store, false, second), w.boot(t, w.other, false, second)
	tell(t, one.Accounts, two.Accounts)
	w.works(t, 0, 2)
	if told := w.server.said(); len(told) != 0 {
		t.Errorf("told at once: %q", told)
	}
	w.passes(t)
	tell(t, one.Accounts, two.Accounts, one.Accounts)
	told := w.server.said()
	slices.Sort(told)
	want := "alex: Your connection with the Microsoft Teams account alex@demo.example was lost. The plugin's encryption key was changed.\n"
	if len(told) != 2 || !strings.HasPrefix(told[0], want) || !strings.HasSuffix(told[0], "[Connect again]("+catalog.PluginURL(teamstest.SiteURL, "/connect")+")") || !strings.HasPrefix(told[1], "blake: ") {
		t.Fatalf("told %q", told)
	}
	if !slices.Contains(w.server.events, "user_disconnected alex") {
		t.Errorf("events %v", w.server.events)
	}
	w.connected = nil
	for _, n := range []*node{one, two} {
		n.use(t, second, first)
	}
	tell(t, one.Accounts)
	w.works(t, 2, 0)
	slices.Sort(w.connected)
	if want := []bridge.UserID{"alex", "blake"}; !slices.Equal(w.connected, want) {
		t.Errorf("that an account works again was told of %v, want %v", w.connected, want)
	}
	one.settled(t)
	again := w.boot(t, w.other, false, third)
	tell(t, again.Accounts)
	w.passes(t)
	tell(t, again.Accounts)
	if told := w.server.said(); len(told) != 4 {
		t.Errorf("told %q", told)
	}
}

// TestAChangeThatIsTakenBackIsToldNobody.
func TestAChangeThatIsTakenBackIsToldNobody(t *testing.T) {
	w := newWorld(t)
	w.settings.ClientID = "first"
	w.mustConnect(t, "alex", "alex@demo.example", false)
	w.settings.ClientID = "second"
	tell(t, w.Accounts)
	w.works(t, 0, 1)
	w.passes(t)
	w.settings.ClientID = "FIRST"
	tell(t, w.Accounts, w.second)
	w.works(t, 1, 0)
	if told := w.server.said(); len(told) != 0 {
		t.Errorf("told %q", told)
	}
	w.settings.ClientID = "second"
	tell(t, w.Accounts)
	if told := w.server.said(); len(told) != 0 {
		t.Errorf("the time before counts: %q", told)
	}
}

// TestWhoWritesIsToldAtOnceThatTheApplicationIsAnother: by whichever of the two ways is first.
func TestWhoWritesIsToldAtOnceThatTheApplicationIsAnother(t *testing.T) {
	w := newWorld(t)
	w.settings.ClientID = "first"
	w.mustConnect(t, "alex", "alex@demo.example", false)
	w.mustConnect(t, "root", "admin@demo.example", true)
	if told, err := w.ToldLost(t.Context(), "alex"); told || err != nil {
		t.Errorf("while it works: %v, %v", told, err)
	}
	w.settings.ClientID = "second"
	for _, node := range []*accounts.Accounts{w.Accounts, w.second} {
		if told, err := node.ToldLost(t.Context(), "alex"); !told || err != nil {
			t.Errorf("told: %v, %v", told, err)
		}
	}
	if told, err := w.ToldLost(t.Context(), "blake"); told || err != nil {
		t.Errorf("without an account: %v, %v", told, err)
	}
	tell(t, w.Accounts)
	w.passes(t)
	tell(t, w.Accounts, w.second)
	told := w.server.said()
	if len(told) != 2 || !strings.Contains(told[0], "alex: ") || !strings.Contains(told[0], "The plugin uses another app registration since.") ||
		!strings.HasPrefix(told[1], "root: The bot account admin@demo.example cannot send") || !strings.Contains(told[1], "?bot=true") {
		t.Errorf("told %q", told)
	}
	w.settings.ClientID = "first"
	tell(t, w.Accounts)
	w.settings.ClientID = "second"
	if _, err := w.ToldLost(t.Context(), "alex"); err != nil || len(w.server.said()) != 3 {
		t.Errorf("the next time: %v, told %q", err, w.server.said())
	}
}

// TestAStormOfLossesIsToldInBatches: each run tells a hundred, and everybody hears once although all nodes tell.
func TestAStormOfLossesIsToldInBatches(t *testing.T) {
	w := newWorld(t)
	const users = 230
	if _, err := w.store.Pool().Exec(t.Context(), `INSERT INTO msteamssync.accounts (id, bot, user_id, teams_user_id, display_name, email, token, token_key, client_id)
		SELECT 'a' || n, false, 'u' || n, 't' || n, '', '', '', $1, 'first' FROM generate_series(1, $2) n`, w.vault.KeyID(), users); err != nil {
		t.Fatal(err)
	}
	w.settings.ClientID = "second"
	tell(t, w.Accounts)
	w.passes(t)
	tell(t, w.Accounts)
	if told := w.server.said(); len(told) != 100 {
		t.Errorf("the first run told %d", len(told))
	}
	var both sync.WaitGroup
	for _, node := range []*accounts.Accounts{w.Accounts, w.second} {
		both.Go(func() { tell(t, node) })
	}
	both.Wait()
	tell(t, w.Accounts, w.second)
	told := w.server.said()
	slices.Sort(told)
	if n := len(slices.Compact(slices.Clone(told))); len(told) != users || n != users {
		t.Errorf("told %d times, %d different", len(told), n)
	}
}

// TestACrashKeepsNoLossFromBeingTold: between recording a loss and telling it, and while it is told.
func TestACrashKeepsNoLossFromBeingTold(t *testing.T) {
	w := newWorld(t)
	for _, user := range []string{"alex", "blake"} {
		w.mustConnect(t, user, user+"@demo.example", false)
		a := w.account(t, user)
		if lost, err := w.store.LoseAccount(t.Context(), a.ID, 1, "It was revoked."); !lost || err != nil {
			t.Fatal(lost, err)
		}
		if user == "blake" {
			if first, err := w.store.ClaimNotice(t.Context(), store.LossNotice(a.ID), time.Hour); !first || err != nil {
				t.Fatal(first, err)
			}
		}
	}
	tell(t, w.second, w.second)
	if told := w.server.said(); len(told) != 1 || !strings.HasPrefix(told[0], "alex: ") {
		t.Errorf("told %q", told)
	}
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.notices SET claimed_until = clock_timestamp() WHERE claimed_until IS NOT NULL"); err != nil {
		t.Fatal(err)
	}
	tell(t, w.second, w.second)
	if told := w.server.said(); len(told) != 2 || !strings.HasPrefix(told[1], "blake: ") {
		t.Errorf("told %q", told)
	}
	// Months later it is still told, not told again.
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.notices SET told_at = told_at - interval '91 days'"); err != nil {
		t.Fatal(err)
	}
	if err := w.store.CleanUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	tell(t, w.Accounts)
	if told := w.server.said(); len(told) != 2 {
		t.Errorf("told %q", told)
	}
}

// TestWhoCannotBeToldKeepsNobodyElseFromIt: a user whom the server does not let be told is not tried again.
func TestWhoCannotBeToldKeepsNobodyElseFromIt(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	if _, err := w.store.LoseAccount(t.Context(), w.account(t, "alex").ID, 1, "It was revoked."); err != nil {
		t.Fatal(err)
	}
	w.server.deaf = &bridge.Failure{Class: bridge.NotFound, Err: fmt.Errorf("no user alex")}
	tell(t, w.Accounts)
	w.server.deaf = nil
	tell(t, w.Accounts)
	if told := w.server.said(); len(told) != 0 {
		t.Errorf("told %q", told)
	}
}
