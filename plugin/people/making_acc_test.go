// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package people_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// names are the user names of the mirrored users that stand, sorted.
func (s *server) names() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.users {
		if u.TeamsUser != "" && !u.inactive {
			names = append(names, u.Username)
		}
	}
	slices.Sort(names)
	return names
}

func (s *server) has(t *testing.T, when string, want ...string) {
	t.Helper()
	if got := s.names(); !slices.Equal(got, want) {
		t.Errorf("%s: mirrored are %q, want %q", when, got, want)
	}
}

// Who was never seen is made of the directory, unless they need no mirrored user.
func TestUsersAreMadeOfTheDirectory(t *testing.T) {
	w := newWorld(t)
	n := w.start("one")
	guest, off, another := named("g", "Gina"), named("f", "Finn"), named("o", "Otto")
	guest.Type, off.Enabled, another.Mail = "Guest", new(bool), ""
	another.UPN = "otto@other.example"
	for _, p := range []teams.Profile{
		named("a", "Ann"), guest, off, another, named("b", "Bob"), named("c", "Cid"), named("d", "Dora"), named("r", "Robot"), {ID: "x", Removed: &struct{}{}},
		named("e", "Eve before"), named("e", "Eve"),
	} {
		w.directory.put(p)
	}
	w.server.users["bob"] = &user{email: "bob@demo.example"}
	for _, a := range []store.Account{{ID: "a", User: "cid", TeamsUser: "c", Token: []byte{1}}, {ID: "b", Bot: true, User: "admin", TeamsUser: "r", Token: []byte{1}}} {
		if err := n.store.ConnectAccount(t.Context(), a, 10); err != nil {
			t.Fatal(err)
		}
	}
	w.directory.photos = map[bridge.TeamsUserID]string{"a": "picture"}
	if state := n.synced(t); state.FinishedAt.IsZero() || state.Changed != 4 {
		t.Errorf("%+v", state)
	}
	w.server.has(t, "after the first run", "msteams_ann", "msteams_dora", "msteams_eve", "msteams_otto")
	ann, found, err := n.store.MirroredUser(t.Context(), "a")
	if err != nil || !found || w.server.get(ann.User).picture != "picture" {
		t.Errorf("Ann is %+v, %v", w.server.get(ann.User), err)
	}
	if person, known, err := n.PersonOf(t.Context(), ann.User); person.ID != "a" || !known || err != nil {
		t.Errorf("whoever mentions Ann mentions %+v, %v", person, err)
	}
	if id := n.author(t, bridge.Sender{User: "a"}); id != ann.User {
		t.Errorf("Ann is shown by %q, then by %q", ann.User, id)
	}
	// Bob has no account that is connected: as soon as he writes there he is mirrored, as ever.
	if id := n.author(t, bridge.Sender{User: "b"}); w.server.get(id).Username != "msteams_bob" {
		t.Errorf("Bob is shown by %+v", w.server.get(id))
	}
	if w.directory.full != 1 {
		t.Errorf("all users were read %d times", w.directory.full)
	}

	// Who comes and who leaves.
	w.directory.put(named("n", "Nora"))
	w.directory.put(teams.Profile{ID: "d", Removed: &struct{}{}})
	n.synced(t)
	w.server.has(t, "after changes", "msteams_ann", "msteams_bob", "msteams_eve", "msteams_nora", "msteams_otto")

	// Other settings choose others, of whom no change tells.
	w.set(func(s *config.Settings) { s.SyncGuestUsers, s.SyncUsersDomains = true, "demo.example" })
	n.synced(t)
	w.server.has(t, "with guests, of one domain", "msteams_ann", "msteams_bob", "msteams_eve", "msteams_gina", "msteams_nora")
	if w.directory.full != 2 {
		t.Errorf("all users were read %d times, want once more", w.directory.full)
	}
}

// Nobody is made while the synchronisation is off.
func TestNobodyIsMadeWithoutTheSetting(t *testing.T) {
	w := newWorld(t)
	w.set(func(s *config.Settings) { s.SyncUsersMinutes = 0 })
	w.directory.put(named("a", "Ann"))
	if err := w.start("one").sync(t); err != nil {
		t.Fatal(err)
	}
	w.server.has(t, "switched off")
}

// Who is taken into a group is made, although the directory tells of no change of theirs.
func TestMembersOfGroupsAreMade(t *testing.T) {
	w := newWorld(t)
	w.set(func(s *config.Settings) { s.SyncUsersGroups = "some,more" })
	w.directory.groups = map[string][]bridge.TeamsUserID{"some": {"a", "a group, not a user"}, "more": {}}
	for _, p := range []teams.Profile{named("a", "Ann"), named("b", "Bob"), named("c", "Cid")} {
		w.directory.put(p)
	}
	n := w.start("one")
	n.synced(t)
	w.server.has(t, "at first", "msteams_ann")
	w.directory.groups = map[string][]bridge.TeamsUserID{"some": {"a", "b"}, "more": {"b"}}
	n.synced(t)
	w.server.has(t, "with one more", "msteams_ann", "msteams_bob")
	if w.directory.full != 1 {
		t.Errorf("all users were read %d times", w.directory.full)
	}
	// Who leaves the group is not mirrored any more.
	w.directory.groups = map[string][]bridge.TeamsUserID{"some": {"b"}, "more": {}}
	n.synced(t)
	w.server.has(t, "with one less", "msteams_bob")
}

// A large tenant is made in several runs, each of which goes on where the last one ended, also on another node.
func TestALargeTenantIsMadeInSeveralRuns(t *testing.T) {
	w := newWorld(t)
	w.perRun, w.directory.page = 5, 4
	for i := range 20 {
		w.directory.put(named(bridge.TeamsUserID(fmt.Sprintf("t%02d", i)), fmt.Sprintf("Person%02d", i)))
	}
	nodes := []*node{w.start("one"), w.start("two")}
	for run, want := range []int{5, 10, 15, 20} {
		state := nodes[run%2].synced(t)
		if len(w.server.names()) != want || state.FinishedAt.IsZero() != (want < 20) {
			t.Errorf("after run %d there are %d users, want %d; %+v", run+1, len(w.server.names()), want, state)
		}
	}
	if w.directory.full != 1 || w.server.made != 20 {
		t.Errorf("all users were read %d times, %d made", w.directory.full, w.server.made)
	}
	// One that was cut off in the middle makes nobody twice.
	w.directory.put(named("late", "Late"))
	w.server.cut = true
	if err := nodes[0].sync(t); err != nil {
		t.Fatal(err)
	}
	w.server.cut = false
	nodes[1].synced(t)
	if w.server.made != 21 {
		t.Errorf("%d users were made, want 21", w.server.made)
	}
}

// A server that takes no more users does not hold up what else there is to do.
func TestAServerThatIsFull(t *testing.T) {
	w := newWorld(t)
	for i := range 30 {
		w.directory.put(named(bridge.TeamsUserID(fmt.Sprintf("t%02d", i)), fmt.Sprintf("Person%02d", i)))
	}
	w.server.refuse = &bridge.Failure{Class: bridge.Permanent, Status: 400, Err: errors.New("too many users")}
	n := w.start("one")
	if state := n.synced(t); state.FinishedAt.IsZero() || state.LastError != "" {
		t.Errorf("%+v", state)
	}
	w.server.refuse = &bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("away")}
	w.directory.put(named("late", "Late"))
	if err := n.sync(t); err == nil {
		t.Error("no error although the server is away")
	}
	w.server.refuse = nil
	n.synced(t)
	w.server.has(t, "when it is back", "msteams_late")
}

// Pictures of many people are renewed in turn, those first that are the oldest.
func TestPicturesAreRenewedInTurn(t *testing.T) {
	w := newWorld(t)
	w.directory.photos = map[bridge.TeamsUserID]string{}
	const people = 70 // more than a run of one minute asks for
	for i := range people {
		id := bridge.TeamsUserID(fmt.Sprintf("t%02d", i))
		w.directory.put(named(id, fmt.Sprintf("Person%02d", i)))
		w.directory.photos[id] = "picture of " + string(id)
	}
	n := w.start("one")
	with := func() (count int) {
		w.server.mu.Lock()
		defer w.server.mu.Unlock()
		for _, u := range w.server.users {
			if u.picture != "" {
				count++
			}
		}
		return count
	}
	for _, want := range []int{50, people} {
		if n.synced(t); with() != want {
			t.Errorf("%d have pictures, want %d", with(), want)
		}
	}
	// Whoever writes has it at once.
	w.directory.photos["z"] = "picture of z"
	w.directory.put(named("z", "Zoe"))
	if _, err := n.store.Pool().Exec(t.Context(), "UPDATE msteamssync.mirrored_users SET photo_at = '-infinity'"); err != nil {
		t.Fatal(err)
	}
	n.synced(t)
	id := n.author(t, bridge.Sender{User: "z"})
	storetest.Eventually(t, "Zoe has her picture", func() bool { return w.server.get(id).picture != "" })
}
