// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package people_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestAPersonWithoutAnAccountIsMirrored(t *testing.T) {
	w := newWorld(t)
	w.directory.put(drew())
	w.directory.photos = map[bridge.TeamsUserID]string{"teams-drew": "a picture"}
	w.server.users["taken"] = &user{Mirror: mattermost.Mirror{Username: "msteams_drew_demo"}, email: "drew@demo.example"}
	n := w.start("one")
	from := bridge.Sender{User: "teams-drew", Name: "Drew", Tenant: tenant}
	id := n.author(t, from)
	if id == "" || id == "taken" {
		t.Fatalf("shown by %q, want a user of its own", id)
	}
	u := w.server.get(id)
	isName(t, u.Username, "msteams_drew_demo-2")
	if u.Nickname != "Drew Démo" || u.FirstName != "Drew" || u.LastName != "Démo" || u.email == "drew@demo.example" || u.AuthService != "" {
		t.Errorf("made %+v", u)
	}
	if !w.server.members[string(id)+" team channel"] {
		t.Errorf("members %v", w.server.members)
	}
	storetest.Eventually(t, "the user has the picture", func() bool { return w.server.get(id).picture == "a picture" })

	// Whoever asks again, on whichever node, finds the same one.
	for range 3 {
		if again := n.author(t, from); again != id {
			t.Errorf("then shown by %q", again)
		}
	}
	if user, known, err := w.start("two").UserOf(t.Context(), "teams-drew"); user != id || !known || err != nil {
		t.Errorf("on the other node %q, %v, %v", user, known, err)
	}
	if person, known, err := n.PersonOf(t.Context(), id); person != (bridge.Person{ID: "teams-drew", Name: "Drew Démo"}) || !known || err != nil {
		t.Errorf("the user is %+v, %v, %v", person, known, err)
	}
	if w.server.made != 1 || w.directory.read() != 1 {
		t.Errorf("%d users made, %d looks into the directory; want one of each", w.server.made, w.directory.read())
	}
}

func TestTwoNodesMakeOneUser(t *testing.T) {
	w := newWorld(t)
	w.directory.put(drew())
	nodes := []*node{w.start("one"), w.start("two")}
	var ids sync.Map
	var running sync.WaitGroup
	for i := range 20 {
		running.Go(func() {
			id, known, err := nodes[i%2].UserOf(t.Context(), "teams-drew")
			if !known || err != nil {
				t.Errorf("%v, %v", known, err)
			}
			ids.Store(id, true)
		})
	}
	running.Wait()
	n := 0
	ids.Range(func(any, any) bool { n++; return true })
	if n != 1 || w.server.made != 1 {
		t.Errorf("%d users, %d made", n, w.server.made)
	}
}

func TestACrashAfterTheUserWasMade(t *testing.T) {
	w := newWorld(t)
	w.directory.put(drew())
	w.server.cut = true
	n := w.start("one")
	id := n.author(t, bridge.Sender{User: "teams-drew"}) // it looks, and finds it
	w.server.cut = false
	if _, err := n.store.Pool().Exec(t.Context(), "DELETE FROM msteamssync.mirrored_users"); err != nil {
		t.Fatal(err)
	}
	if again := w.start("two").author(t, bridge.Sender{User: "teams-drew"}); again != id || w.server.made != 1 {
		t.Errorf("then %q after %q; %d made", again, id, w.server.made)
	}
}

func TestAUserWhoWasDeletedForGoodIsMadeAgain(t *testing.T) {
	w := newWorld(t)
	w.directory.put(drew())
	n := w.start("one")
	id := n.author(t, bridge.Sender{User: "teams-drew"})
	delete(w.server.users, id)
	n.Forget()
	if again := n.author(t, bridge.Sender{User: "teams-drew"}); again != id || w.server.get(id).Username == "" {
		t.Errorf("then shown by %q, %+v", again, w.server.get(id))
	}
}

func TestWhoIsNotMirrored(t *testing.T) {
	w := newWorld(t)
	guest, off := drew(), drew()
	guest.ID, guest.Type = "teams-guest", "Guest"
	off.ID, off.Enabled = "teams-off", new(bool)
	w.directory.put(guest)
	w.directory.put(off)
	n := w.start("one")
	if err := n.store.ConnectAccount(t.Context(), store.Account{ID: "b", Bot: true, User: "admin", TeamsUser: "teams-bot", Token: []byte{1}}, 1); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]bridge.Sender{
		"guest": {User: "teams-guest"}, "external": {User: "teams-other", Name: "Olga", Tenant: "22222222-2222-4222-8222-222222222222"},
		"switched off": {User: "teams-off"}, "unknown": {User: "teams-nobody", Name: "Nobody", Tenant: tenant}, "bot": {User: "teams-bot"},
		"phone": {User: "4:+15550100", Name: "+1 555 0100", Anonymous: true}, "application": {Name: "App", Application: true},
	} {
		if id := n.author(t, from); id != "" {
			t.Errorf("%s: shown by %q, want the bot", name, id)
		}
	}

	w.set(func(s *config.Settings) { s.SyncGuestUsers = true })
	n.Forget()
	if id := n.author(t, bridge.Sender{User: "teams-guest"}); w.server.get(id).Position != "Guest in Microsoft Teams" {
		t.Errorf("the guest is shown by %+v", w.server.get(id))
	}
	olga := n.author(t, bridge.Sender{User: "teams-other", Name: "Olga", Tenant: "22222222-2222-4222-8222-222222222222"})
	if u := w.server.get(olga); u.Nickname != "Olga" || u.Position != "Another organisation in Microsoft Teams" {
		t.Errorf("the other organisation's is shown by %+v", u)
	}
	w.set(func(s *config.Settings) { s.SyncGuestUsers = false })
	n.Forget()
	if id := n.author(t, bridge.Sender{User: "teams-guest"}); id != "" {
		t.Errorf("with guests off shown by %q", id)
	}
}

// That the directory does not know somebody says nothing of people of other organisations: who is asked about without a word of
// theirs is mirrored as soon as it is said.
func TestPeopleOfOtherOrganisationsAreFoundOnceTheirsIsKnown(t *testing.T) {
	w := newWorld(t)
	w.set(func(s *config.Settings) { s.SyncGuestUsers = true })
	n := w.start("one")
	storetest.Eventually(t, "that nobody is found is remembered", func() bool {
		before := w.directory.read()
		id, known, err := n.UserOf(t.Context(), "teams-other")
		if known || err != nil {
			t.Errorf("%q, %v", id, err)
		}
		return w.directory.read() == before
	})
	olga := bridge.Sender{User: "teams-other", Name: "Olga", Tenant: "22222222-2222-4222-8222-222222222222"}
	id, known, err := n.StandsFor(t.Context(), olga)
	if u := w.server.get(id); !known || err != nil || u.Nickname != "Olga" {
		t.Fatalf("%+v, %v", u, err)
	}
	if again, _, err := n.UserOf(t.Context(), "teams-other"); again != id || err != nil {
		t.Errorf("then %q, %v", again, err)
	}
}

func TestWhatCannotBeKnownNowIsAskedAgain(t *testing.T) {
	w := newWorld(t)
	w.directory.put(drew())
	w.directory.down = &bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("down")}
	n := w.start("one")
	if _, _, err := n.UserOf(t.Context(), "teams-drew"); bridge.ClassOf(err) != bridge.Retry {
		t.Fatalf("an outage: %v", err)
	}
	w.directory.down = nil
	w.server.refuse = &bridge.Failure{Class: bridge.Permanent, Status: 400, Err: errors.New("too many users")}
	if id := n.author(t, bridge.Sender{User: "teams-drew"}); id != "" {
		t.Errorf("shown by %q although the server takes no more users", id)
	}
	w.server.refuse = nil
	n.Forget()
	if id := n.author(t, bridge.Sender{User: "teams-drew"}); id == "" {
		t.Error("shown by the bot although the server takes users again")
	}
}

func TestWhoeverConnectsTakesOver(t *testing.T) {
	w := newWorld(t)
	w.directory.put(drew())
	n, other := w.start("one"), w.start("two")
	mirror := n.author(t, bridge.Sender{User: "teams-drew"})
	other.author(t, bridge.Sender{User: "teams-drew"})
	if err := n.store.ConnectAccount(t.Context(), store.Account{ID: "a", User: "drew", TeamsUser: "teams-drew", DisplayName: "Drew", Token: []byte{1}}, 10); err != nil {
		t.Fatal(err)
	}
	n.Connected(t.Context())
	for name, node := range map[string]*node{"one": n, "two": other} {
		storetest.Eventually(t, "node "+name+" knows", func() bool { return node.author(t, bridge.Sender{User: "teams-drew"}) == "drew" })
	}
	if !w.server.get(mirror).inactive {
		t.Error("the mirrored user is still active")
	}
	if person, known, err := n.PersonOf(t.Context(), mirror); person.ID != "teams-drew" || !known || err != nil {
		t.Errorf("the mirrored user is %+v, %v, %v", person, known, err)
	}
	if _, _, err := n.store.DisconnectAccount(t.Context(), "drew", "a"); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the mirrored user is back", func() bool {
		return n.author(t, bridge.Sender{User: "teams-drew"}) == mirror && !w.server.get(mirror).inactive
	})
	if w.server.made != 1 {
		t.Errorf("%d users made", w.server.made)
	}
}
