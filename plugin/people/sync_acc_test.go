// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package people_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// sync runs a synchronisation as if the last one was long ago.
func (n *node) sync(t *testing.T) error {
	t.Helper()
	if _, err := n.store.Pool().Exec(t.Context(), "UPDATE msteamssync.user_sync SET asked_at = '-infinity'"); err != nil {
		t.Fatal(err)
	}
	return n.Sync(t.Context())
}

func (n *node) synced(t *testing.T) store.UserSync {
	t.Helper()
	if err := n.sync(t); err != nil {
		t.Fatal(err)
	}
	state, err := n.store.UserSync(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// mirrored makes a mirrored user of each.
func (w *world) mirrored(n *node, profiles ...teams.Profile) (ids []bridge.UserID) {
	for _, p := range profiles {
		w.directory.put(p)
		ids = append(ids, n.author(w.t, bridge.Sender{User: p.ID}))
	}
	return ids
}

func named(id bridge.TeamsUserID, name string) teams.Profile {
	address := strings.ToLower(name) + "@demo.example"
	return teams.Profile{ID: id, DisplayName: name, Mail: address, UPN: address, Type: "Member"}
}

func TestMirroredUsersFollowTheDirectory(t *testing.T) {
	w := newWorld(t)
	w.directory.page = 2
	n := w.start("one")
	ids := w.mirrored(n, named("a", "Ann"), named("b", "Bob"), named("c", "Cid"))
	first := n.synced(t)
	if first.FinishedAt.IsZero() || first.Link != "3" || w.directory.full != 1 {
		t.Errorf("after the first run %+v, all users read %d times", first, w.directory.full)
	}

	w.directory.put(named("a", "Ann Other"))
	w.directory.put(teams.Profile{ID: "b", Removed: &struct{}{}})
	off := named("c", "Cid")
	off.Enabled = new(bool)
	w.directory.put(off)
	w.directory.photos = map[bridge.TeamsUserID]string{"a": "new picture"}
	if again := n.synced(t); again.Link != "6" || w.directory.full != 1 || again.Changed != first.Changed+3 {
		t.Errorf("after the second run %+v, all users read %d times", again, w.directory.full)
	}
	if u := w.server.get(ids[0]); u.Nickname != "Ann Other" || u.inactive {
		t.Errorf("Ann is %+v", u)
	}
	storetest.Eventually(t, "Ann has the picture", func() bool { return w.server.get(ids[0]).picture == "new picture" })
	for _, id := range ids[1:] {
		if !w.server.get(id).inactive {
			t.Errorf("%s left and is active", w.server.get(id).Nickname)
		}
	}
	// What somebody wrote who left is still shown as theirs.
	if id := n.author(t, bridge.Sender{User: "b"}); id != ids[1] || !w.server.get(id).inactive {
		t.Errorf("Bob's old message is by %q", id)
	}
	on := named("c", "Cid")
	w.directory.put(on)
	n.synced(t)
	if w.server.get(ids[2]).inactive {
		t.Error("Cid is back and inactive")
	}
	if w.server.made != 3 {
		t.Errorf("%d users made, want those only who were seen", w.server.made)
	}
}

func TestWhoLeftBeforeAllUsersWereRead(t *testing.T) {
	w := newWorld(t)
	n := w.start("one")
	ids := w.mirrored(n, named("a", "Ann"), named("b", "Bob"))
	n.synced(t)
	// The link expires, and a list of all users does not hold who was deleted meanwhile.
	w.directory.changes, w.directory.expired = []teams.Profile{named("a", "Ann")}, true
	if state := n.synced(t); w.directory.full != 2 || !state.FullSince.IsZero() {
		t.Errorf("all users were read %d times, want again; %+v", w.directory.full, state)
	}
	if w.server.get(ids[0]).inactive || !w.server.get(ids[1]).inactive {
		t.Errorf("Ann %+v, Bob %+v", w.server.get(ids[0]), w.server.get(ids[1]))
	}
}

func TestGuestsFollowTheSetting(t *testing.T) {
	w := newWorld(t)
	w.set(func(s *config.Settings) { s.SyncGuestUsers = true })
	n := w.start("one")
	guest := named("g", "Gina")
	guest.Type = "Guest"
	id := w.mirrored(n, guest)[0]
	w.set(func(s *config.Settings) { s.SyncGuestUsers = false })
	n.synced(t)
	if !w.server.get(id).inactive {
		t.Error("with guests off, the guest's mirrored user is active")
	}
	w.set(func(s *config.Settings) { s.SyncGuestUsers = true })
	n.synced(t)
	if w.server.get(id).inactive {
		t.Error("with guests on again, the guest's mirrored user is inactive")
	}
}

func TestDomainsAndGroupsSayWhoIsMirrored(t *testing.T) {
	other := named("o", "Otto")
	other.Mail = "otto@other.example"
	for name, choose := range map[string]func(*config.Settings){
		"domains": func(s *config.Settings) { s.SyncUsersDomains = "more.example, @Demo.example" },
		"groups":  func(s *config.Settings) { s.SyncUsersGroups = "nothing,some" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.directory.groups = map[string][]bridge.TeamsUserID{"some": {"a", "x"}}
			n := w.start("one")
			ids := w.mirrored(n, named("a", "Ann"), other)
			w.set(choose)
			n.Forget()
			for id, want := range map[bridge.TeamsUserID]bridge.UserID{"a": ids[0], "o": ""} {
				if got := n.author(t, bridge.Sender{User: id}); got != want {
					t.Errorf("%s is shown by %q, want %q", id, got, want)
				}
			}
			n.synced(t)
			if w.server.get(ids[0]).inactive || !w.server.get(ids[1]).inactive {
				t.Errorf("Ann %+v, Otto %+v", w.server.get(ids[0]), w.server.get(ids[1]))
			}
			stranger := named("x", "Xenia")
			stranger.Mail = "xenia@more.example"
			if id := w.mirrored(n, stranger)[0]; id == "" {
				t.Error("Xenia is one of those, and shown by the bot")
			}
			outside := named("y", "Yan")
			outside.Mail = "yan@other.example"
			if id := w.mirrored(n, outside)[0]; id != "" {
				t.Errorf("Yan is none of those, and shown by %q", id)
			}
			w.set(func(s *config.Settings) { s.SyncUsersDomains, s.SyncUsersGroups = "", "" })
			n.synced(t)
			if w.server.get(ids[1]).inactive {
				t.Error("with everybody mirrored again, Otto is inactive")
			}
		})
	}
}

func TestSyncKeepsToItsInterval(t *testing.T) {
	w := newWorld(t)
	n := w.start("one")
	w.mirrored(n, named("a", "Ann"))
	for range 3 {
		if err := n.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if w.directory.full != 1 {
		t.Errorf("read %d times within the interval", w.directory.full)
	}
	// Other people are chosen at once.
	w.set(func(s *config.Settings) { s.SyncGuestUsers = true })
	for range 2 {
		if err := n.Sync(t.Context()); err != nil || w.directory.full != 2 {
			t.Errorf("after a change of settings all users were read %d times, %v", w.directory.full, err)
		}
	}
	w.directory.down = errors.New("Graph is away")
	if err := n.sync(t); err == nil {
		t.Error("no error although Graph is away")
	}
	if state, err := n.store.UserSync(t.Context()); err != nil || state.LastError != "Graph is away" {
		t.Errorf("kept %+v, %v", state, err)
	}
	w.directory.down = nil
	if state := n.synced(t); state.LastError != "" {
		t.Errorf("kept %+v", state)
	}
	w.set(func(s *config.Settings) { s.SyncUsersMinutes = 0 })
	w.directory.down = errors.New("nobody asks")
	if err := n.sync(t); err != nil {
		t.Errorf("switched off: %v", err)
	}
}

func TestPromotion(t *testing.T) {
	w := newWorld(t)
	n := w.start("one")
	ids := w.mirrored(n, named("a", "Ann"), named("b", "Bob"), named("c", "Cid"))
	w.server.users["bob"] = &user{email: "bob@demo.example"}
	w.server.users["bob"].Username = "bob"
	refusedAs := func(code refusal.Code, name, newName string) {
		t.Helper()
		_, err := n.Promote(t.Context(), "admin", name, newName)
		if r, ok := errors.AsType[*refusal.Refusal](err); !ok || r.Code != code {
			t.Errorf("promote %s %s: %v", name, newName, err)
		}
	}
	refusedAs(refusal.NotFound, "nobody", "x")
	refusedAs(refusal.NotFound, "bob", "x")
	refusedAs(refusal.Conflict, "msteams_ann", "bob")
	refusedAs(refusal.Conflict, "msteams_bob", "robert") // has an account already
	if done, err := n.Promote(t.Context(), "admin", "@msteams_ann", "ann"); err != nil || done.Email != "ann@demo.example" {
		t.Fatalf("%+v, %v", done, err)
	}
	if u := w.server.get(ids[0]); !u.owned || u.Username != "ann" || u.email != "ann@demo.example" {
		t.Errorf("Ann is %+v", u)
	}
	refusedAs(refusal.Conflict, "ann", "anna")
	// She goes on to be shown by it, and leaves it alone when she leaves the tenant.
	w.directory.put(teams.Profile{ID: "a", Removed: &struct{}{}})
	n.synced(t)
	if id := n.author(t, bridge.Sender{User: "a"}); id != ids[0] || w.server.get(id).inactive {
		t.Errorf("Ann is shown by %q", id)
	}

	if refused := n.WillLogIn(t.Context(), ids[2], "saml"); refused == "" {
		t.Error("somebody logged in as a mirrored user although the setting is off")
	}
	w.set(func(s *config.Settings) { s.PromoteSyntheticUsers = true })
	for user, by := range map[bridge.UserID]string{ids[2]: "", "stranger": "saml"} {
		if refused := n.WillLogIn(t.Context(), user, by); refused == "" {
			t.Errorf("%s logged in by %q", user, by)
		}
	}
	if refused := n.WillLogIn(t.Context(), ids[2], "saml"); refused != "" || !w.server.get(ids[2]).owned {
		t.Errorf("Cid: %q, %+v", refused, w.server.get(ids[2]))
	}
}

func TestHowThePersonWillLogIn(t *testing.T) {
	for attribute, want := range map[string]string{"ID": "d", "Mail": "dora@demo.example", "UserPrincipalName": "dora@upn.example"} {
		t.Run(attribute, func(t *testing.T) {
			w := newWorld(t)
			n := w.start("one")
			dora := named("d", "Dora")
			dora.UPN = "dora@upn.example"
			before := w.mirrored(n, dora)[0]
			w.set(func(s *config.Settings) {
				s.PromoteSyntheticUsers, s.SyntheticUserAuthService, s.SyntheticUserAuthData = true, "ldap", attribute
			})
			n.synced(t) // gives it to those who are there
			if u := w.server.get(before); u.AuthService != "ldap" || u.AuthData != want {
				t.Errorf("Dora logs in by %q with %q", u.AuthService, u.AuthData)
			}
			// Somebody who is on the server already keeps the account, by address or by data.
			w.server.users["emil"] = &user{email: "emil@demo.example"}
			w.server.users["fay"] = &user{email: "f@other.example"}
			w.server.users["fay"].AuthData = map[string]string{"ID": "f", "Mail": "fay@demo.example", "UserPrincipalName": "fay@upn.example"}[attribute]
			fay := named("f", "Fay")
			fay.UPN = "fay@upn.example"
			for i, id := range w.mirrored(n, named("e", "Emil"), fay) {
				if u := w.server.get(id); u.AuthService != "" || u.AuthData != "" || u.Username == "" {
					t.Errorf("%d: %s", i, fmt.Sprintf("%+v", u))
				}
			}
		})
	}
}
