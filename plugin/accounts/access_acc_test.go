// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

func (w *world) setWhitelist(t *testing.T, entries ...string) {
	t.Helper()
	if _, err := w.SetWhitelist(t.Context(), "root", entries); err != nil {
		t.Fatal(err)
	}
}

// TestOnlyTheWhitelistConnects: while connecting is restricted; bots are system admins' business.
func TestOnlyTheWhitelistConnects(t *testing.T) {
	w := newWorld(t)
	w.server.users["blake"] = bridge.User{ID: "blake", Username: "blake", Email: "blake@demo.example"}
	w.mustConnect(t, "alex", "alex@demo.example", false)
	w.settings.ConnectedUsersRestricted, w.settings.EnforceConnectedUsers = true, true
	_, _, err := w.Begin(t.Context(), visitor("blake"), false)
	refused(t, err, refusal.Forbidden, "blake@demo.example")
	if m := w.mine(t, "blake"); m.CanConnect || !strings.Contains(m.Reason, "whitelist") {
		t.Errorf("connection %+v", m)
	}
	if r, err := w.Requirement(t.Context(), "blake"); err != nil || r.NeedsConnect {
		t.Errorf("who may not connect has to: %+v, %v", r, err)
	}
	if _, ok, err := w.OfUser(t.Context(), "alex"); !ok || err != nil {
		t.Errorf("who was connected before is not any more: %v", err)
	}
	w.mustConnect(t, "root", "admin@demo.example", true)

	w.setWhitelist(t, "@Blake")
	if r, err := w.Requirement(t.Context(), "blake"); err != nil || !r.NeedsConnect {
		t.Errorf("who may connect does not have to: %+v, %v", r, err)
	}
	who, answer := w.begin(t, visitor("blake"), "blake@demo.example", false)
	w.setWhitelist(t, "other@demo.example")
	_, err = w.Complete(t.Context(), who, answer)
	refused(t, err, refusal.Forbidden, "whitelist")
	w.setWhitelist(t, "BLAKE@demo.example", "blake@DEMO.example")
	w.mustConnect(t, "blake", "blake@demo.example", false)

	if list, err := w.Whitelist(t.Context()); err != nil || !slices.Equal(list, []string{"blake@demo.example"}) {
		t.Errorf("the list is %q, %v", list, err)
	}
	trail, err := w.store.AuditTrail(t.Context(), 2)
	if err != nil || trail[1].Action != "set-whitelist" || trail[1].Detail["added"] != "blake@demo.example" || trail[1].Detail["removed"] != "other@demo.example" {
		t.Errorf("audit %+v, %v", trail, err)
	}
	_, err = w.SetWhitelist(t.Context(), "root", []string{"two words"})
	refused(t, err, refusal.BadRequest, "two words")
}

// TestTheWhitelistIsChangedOneByOne: each change is recorded, and no change is none.
func TestTheWhitelistIsChangedOneByOne(t *testing.T) {
	w := newWorld(t)
	for _, step := range []struct {
		entry        string
		add, changed bool
		listed       []string
	}{
		{"@Alex", true, true, []string{"alex"}},
		{"alex", true, false, []string{"alex"}},
		{"blake@demo.example", true, true, []string{"alex", "blake@demo.example"}},
		{"ALEX", false, true, []string{"blake@demo.example"}},
		{"alex", false, false, []string{"blake@demo.example"}},
	} {
		changed, err := w.ChangeWhitelist(t.Context(), "root", step.entry, step.add)
		list, listErr := w.Whitelist(t.Context())
		if err != nil || listErr != nil || changed != step.changed || !slices.Equal(list, step.listed) {
			t.Errorf("%+v: changed %v, list %q, %v, %v", step, changed, list, err, listErr)
		}
	}
	_, err := w.ChangeWhitelist(t.Context(), "root", "two words", true)
	refused(t, err, refusal.BadRequest, "two words")
	if trail, err := w.store.AuditTrail(t.Context(), 10); err != nil || len(trail) != 3 || trail[0].Detail["removed"] != "alex" {
		t.Errorf("audit %+v, %v", trail, err)
	}
	if w.Restricted() {
		t.Error("it is restricted")
	}
}

// TestApprovedPairs: a pair lets its user connect its account, and only that, and nobody else.
func TestApprovedPairs(t *testing.T) {
	w := newWorld(t)
	pair, err := w.Approve(t.Context(), "root", "casey", "ALEX@demo.example")
	if err != nil || pair.UPN != "alex@demo.example" || pair.TeamsUser == "" {
		t.Fatalf("pair %+v, %v", pair, err)
	}
	refused(t, w.connect(t, "alex", "alex@demo.example", false), refusal.Forbidden, "approved for another")
	refused(t, w.connect(t, "casey", "blake@demo.example", false), refusal.Forbidden, "alex@demo.example")
	address, _, err := w.Begin(t.Context(), visitor("casey"), false)
	if err != nil || !strings.Contains(address, "login_hint=alex") {
		t.Errorf("the approved account is not offered: %s, %v", address, err)
	}
	w.mustConnect(t, "casey", "alex@demo.example", false)
	if c, err := w.Connection(t.Context(), "casey"); err != nil || !c.Connected || c.Email != "alex@demo.example" {
		t.Errorf("connection %+v, %v", c, err)
	}
	_, err = w.Approve(t.Context(), "root", "blake", string(pair.TeamsUser))
	refused(t, err, refusal.Conflict, "casey")
	if again, err := w.Approve(t.Context(), "root", "casey", string(pair.TeamsUser)); err != nil || again != pair {
		t.Errorf("approving the same again: %+v, %v", again, err)
	}
	for user, code := range map[string]refusal.Code{"nobody": refusal.NotFound, "robot": refusal.BadRequest} {
		_, err := w.Approve(t.Context(), "root", bridge.UserID(user), "blake@demo.example")
		refused(t, err, code, "")
	}
	_, err = w.Approve(t.Context(), "root", "blake", "nobody@demo.example")
	refused(t, err, refusal.NotFound, "nobody@demo.example")
	if err := w.Withdraw(t.Context(), "root", "casey"); err != nil {
		t.Error(err)
	}
	refused(t, w.Withdraw(t.Context(), "root", "casey"), refusal.NotFound, "casey")
	refused(t, w.connect(t, "casey", "alex@demo.example", false), refusal.Forbidden, "casey@demo.example")
	all, err := w.Mappings(t.Context())
	if err != nil || len(all) != 0 {
		t.Errorf("pairs are left: %+v, %v", all, err)
	}
	trail, err := w.store.AuditTrail(t.Context(), 10)
	var actions []string
	for _, record := range trail {
		actions = append(actions, record.Action)
	}
	if want := []string{"withdraw-account", "connect", "approve-account"}; err != nil || !slices.Equal(actions, want) {
		t.Errorf("audit %q, %v, want %q", actions, err, want)
	}
}

func TestABotOrAnotherUsersAccountCannotBeApproved(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "root", "admin@demo.example", true)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	_, err := w.Approve(t.Context(), "root", "casey", "admin@demo.example")
	refused(t, err, refusal.Conflict, "as a bot")
	_, err = w.Approve(t.Context(), "root", "casey", "alex@demo.example")
	refused(t, err, refusal.Conflict, "alex")
}

// TestABotConnectsWithItsPassword: and what is kept of it works like what a browser brings.
func TestABotConnectsWithItsPassword(t *testing.T) {
	w := newWorld(t)
	bot, err := w.ConnectBot(t.Context(), "root", "Blake@demo.example", directory.DemoPassword)
	if err != nil || !bot.Connected || bot.UserPrincipalName != "blake@demo.example" || bot.ConnectedBy != "root" || bot.ID == "" {
		t.Fatalf("bot %+v, %v", bot, err)
	}
	bots, err := w.Bots(t.Context())
	if err != nil || len(bots) != 1 {
		t.Fatalf("bots %+v, %v", bots, err)
	}
	if _, _, err := w.Token(t.Context(), bots[0].ID); err != nil {
		t.Errorf("the bot has no token: %v", err)
	}
	again, err := w.ConnectBot(t.Context(), "root", "blake@demo.example", directory.DemoPassword)
	if err != nil || again.ID != bot.ID {
		t.Errorf("connecting again: %+v, %v", again, err)
	}
	if list, err := w.ListBots(t.Context()); err != nil || len(list) != 1 || list[0].ID != bot.ID {
		t.Errorf("list %+v, %v", list, err)
	}
	if err := w.DropBot(t.Context(), "root", bot.ID); err != nil {
		t.Error(err)
	}
	refused(t, w.DropBot(t.Context(), "root", bot.ID), refusal.NotFound, string(bot.ID))
	w.mustConnect(t, "alex", "alex@demo.example", false)
	refused(t, w.DropBot(t.Context(), "root", w.account(t, "alex").TeamsUser), refusal.NotFound, "no bot")
	_, err = w.ConnectBot(t.Context(), "root", "alex@demo.example", directory.DemoPassword)
	refused(t, err, refusal.Conflict, "the Mattermost user @alex")
}

// TestARefusedPasswordIsExplained: with Entra's code and the address to open, without the password.
func TestARefusedPasswordIsExplained(t *testing.T) {
	w := newWorld(t)
	const link = "https://127.0.0.1/plugins/com.mattermost.msteams-sync/connect?bot=true"
	explained := func(code, user, password string) {
		t.Helper()
		_, err := w.ConnectBot(t.Context(), "root", user, password)
		refused(t, err, refusal.LoginRefused, code)
		refused(t, err, refusal.LoginRefused, link)
		if strings.Contains(fmt.Sprint(err), password) {
			t.Errorf("%v shows the password", err)
		}
	}
	explained("AADSTS50126", "blake@demo.example", "wrong-password")
	explained("AADSTS50034", "nobody@demo.example", "wrong-password")
	if err := w.Entra().SetPasswordPolicy(entra.PasswordPolicy{MFAUsers: []string{"blake@demo.example"}}); err != nil {
		t.Fatal(err)
	}
	explained("AADSTS50076", "blake@demo.example", directory.DemoPassword)
	if err := w.Entra().SetPasswordPolicy(entra.PasswordPolicy{Blocked: true}); err != nil {
		t.Fatal(err)
	}
	explained("AADSTS53003", "blake@demo.example", directory.DemoPassword)
	for _, request := range w.Requests() {
		if strings.Contains(request.Query+request.Body, "wrong-password") || strings.Contains(request.Body, directory.DemoPassword) {
			t.Errorf("the request log shows a password in %s", request.Path)
		}
	}
}

// TestAnAccountFromBeforeHasNoPrincipalName: its address stands in.
func TestAnAccountFromBeforeHasNoPrincipalName(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "root", "blake@demo.example", true)
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.accounts SET user_principal_name = ''"); err != nil {
		t.Fatal(err)
	}
	if list, err := w.ListBots(t.Context()); err != nil || len(list) != 1 || list[0].UserPrincipalName != "blake@demo.example" {
		t.Errorf("list %+v, %v", list, err)
	}
}

func TestMappingsReplaceEachOther(t *testing.T) {
	w := newWorld(t)
	for _, upn := range []string{"alex@demo.example", "blake@demo.example"} {
		if _, err := w.Approve(t.Context(), "root", "casey", upn); err != nil {
			t.Fatal(err)
		}
	}
	all, err := w.Mappings(t.Context())
	if err != nil || len(all) != 1 || all[0].UPN != "blake@demo.example" {
		t.Errorf("pairs %+v, %v", all, err)
	}
	_, err = w.store.PutMapping(t.Context(), store.AccountMapping{User: "other", TeamsUser: all[0].TeamsUser, UPN: "x", Creator: "root"})
	if taken, ok := errors.AsType[*store.MappingTaken](err); !ok || taken.Holder.User != "casey" {
		t.Errorf("error %v", err)
	}
}
