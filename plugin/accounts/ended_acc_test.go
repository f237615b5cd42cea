// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// newest returns the newest audit record.
func (w *world) newest(t *testing.T) store.AuditRecord {
	t.Helper()
	trail, err := w.store.AuditTrail(t.Context(), 1)
	if err != nil || len(trail) != 1 {
		t.Fatalf("audit %+v, %v", trail, err)
	}
	return trail[0]
}

// gone asserts that nothing is left of a user's connection.
func (w *world) gone(t *testing.T, a bridge.Account) {
	t.Helper()
	if _, found, err := w.store.Account(t.Context(), a.ID); found || err != nil {
		t.Errorf("the account of %s is kept: %v", a.MattermostUser, err)
	}
	if _, _, err := w.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction {
		t.Errorf("a token of %s afterwards: %v", a.MattermostUser, err)
	}
	if want := "user_disconnected " + string(a.MattermostUser); !slices.Contains(w.server.events, want) {
		t.Errorf("events %v lack %q", w.server.events, want)
	}
}

func TestASystemAdminEndsAConnection(t *testing.T) {
	w := newWorld(t)
	root := w.server.users["root"]
	root.Username = "root"
	w.server.users["root"] = root
	_, err := w.DisconnectUser(t.Context(), "root", "alex")
	refused(t, err, refusal.NotFound, "alex")

	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.account(t, "alex")
	if ended, err := w.DisconnectUser(t.Context(), "root", "alex"); err != nil || ended.TeamsUser != a.TeamsUser {
		t.Fatalf("ended %+v, %v", ended, err)
	}
	w.gone(t, a)
	if r := w.newest(t); r.Actor != "root" || r.Action != "disconnect" || r.Subject != string(a.TeamsUser) || r.Detail["user"] != "alex" {
		t.Errorf("audit %+v", r)
	}
	if told := w.server.said(); len(told) != 1 || !strings.HasPrefix(told[0], "alex: The system admin @root ended") || !strings.Contains(told[0], "alex@demo.example") || !strings.Contains(told[0], "[Connect again](") {
		t.Errorf("told %q", told)
	}

	// Whoever may not connect again gets no button that would be refused.
	w.mustConnect(t, "blake", "blake@demo.example", false)
	w.settings.ConnectedUsersRestricted = true
	if _, err := w.DisconnectUser(t.Context(), "root", "blake"); err != nil {
		t.Fatal(err)
	}
	if told := w.server.said(); len(told) != 2 || !strings.HasPrefix(told[1], "blake: ") || strings.Contains(told[1], "Connect again") {
		t.Errorf("told %q", told)
	}
}

func TestAConnectionStaysEndedWhenNobodyCanBeTold(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.account(t, "alex")
	w.server.deaf = errors.New("busy")
	if _, err := w.DisconnectUser(t.Context(), "root", "alex"); err != nil {
		t.Error(err)
	}
	w.gone(t, a)
}

// TestAConnectionIsEndedByUserName: as the command names people; that of the own account is no news to oneself.
func TestAConnectionIsEndedByUserName(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.account(t, "alex")
	_, err := w.DisconnectUserNamed(t.Context(), "root", "@nobody")
	refused(t, err, refusal.NotFound, "@nobody")
	if _, err := w.DisconnectUserNamed(t.Context(), "alex", "@Alex"); err != nil {
		t.Fatal(err)
	}
	w.gone(t, a)
	if told := w.server.said(); len(told) != 0 {
		t.Errorf("told %q", told)
	}
	if r := w.newest(t); r.Actor != "alex" || r.Detail["user"] != "" {
		t.Errorf("audit %+v", r)
	}
}

// TestDeactivatedUsersLoseTheirConnections: by the server's word, and by a look at its table of users for what it told nobody.
// The bots that they connected stay.
func TestDeactivatedUsersLoseTheirConnections(t *testing.T) {
	w := newWorld(t)
	if _, err := w.store.Pool().Exec(t.Context(), `CREATE TABLE users (id varchar(26) PRIMARY KEY, deleteat bigint);
		INSERT INTO users VALUES ('alex', 0), ('blake', 1767225600000)`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Directory().CreateUser(directory.Properties{}.Set("userPrincipalName", "casey@demo.example").Set("displayName", "Casey Demo").Set("mailNickname", "casey").
		Set("accountEnabled", true).Set("passwordProfile", map[string]any{"password": directory.DemoPassword, "forceChangePasswordNextSignIn": false})); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"alex", "blake", "casey"} { // casey was deleted from the table
		w.mustConnect(t, user, user+"@demo.example", false)
	}
	w.mustConnect(t, "blake", "admin@demo.example", true)
	alex, blake, casey := w.account(t, "alex"), w.account(t, "blake"), w.account(t, "casey")
	if err := w.EndDeactivated(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.gone(t, blake)
	w.gone(t, casey)
	w.account(t, "alex")
	if r := w.newest(t); r.Actor != "" || r.Action != "disconnect" || r.Detail["user"] != "casey" {
		t.Errorf("audit %+v", r)
	}
	for range 2 { // the second node is told, too
		if err := w.Deactivated(t.Context(), "alex"); err != nil {
			t.Fatal(err)
		}
	}
	w.gone(t, alex)
	if bots, err := w.Bots(t.Context()); err != nil || len(bots) != 1 {
		t.Errorf("bots %+v, %v", bots, err)
	}
	if told := w.server.said(); len(told) != 0 {
		t.Errorf("told %q", told)
	}
}
