// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

var first, second, third = strings.Repeat("1", 32), strings.Repeat("2", 32), strings.Repeat("3", 32)

// node is a process with keys and accounts of its own.
type node struct {
	*accounts.Accounts
	keys   *accounts.Keys
	behind bool
}

// boot starts a process on a store with the settings' keys. idle: it is killed before it seals anything again.
func (w *world) boot(t *testing.T, s *store.Store, idle bool, setting string, former ...string) *node {
	t.Helper()
	n := &node{}
	purposes := map[store.SealedKind]func(string) string{
		store.SealedTokens:         accounts.Purpose,
		store.SealedCertificates:   func(id string) string { return "certificate " + id },
		store.SealedDecryptionKeys: func(id string) string { return "decryption key " + id },
	}
	if idle {
		purposes = nil
	}
	n.keys = accounts.NewKeys(accounts.KeysConfig{Store: s, Purposes: purposes, Behind: func() bool { return n.behind }, Log: storetest.Log(t, "keys")})
	t.Cleanup(n.keys.Stop)
	n.Accounts = accounts.New(accounts.Config{
		Store: s, Mattermost: w.server, Log: storetest.Log(t, "accounts"), Keys: n.keys,
		Connected: func(_ context.Context, user bridge.UserID) { w.connected = append(w.connected, user) },
		Current: func() (accounts.Current, error) {
			return accounts.Current{Settings: w.settings, Login: w.client, Vault: n.keys.Vault()}, nil
		},
	})
	n.use(t, setting, former...)
	return n
}

func (n *node) use(t *testing.T, setting string, former ...string) {
	t.Helper()
	if err := n.keys.Use(t.Context(), setting, former); err != nil {
		t.Fatal(err)
	}
}

func (n *node) state(t *testing.T) accounts.KeysState {
	t.Helper()
	state, err := n.keys.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// good asserts that a user's token can be opened and is not only remembered.
func (n *node) good(t *testing.T, user bridge.UserID) {
	t.Helper()
	n.ForgetAll()
	account, ok, err := n.OfUser(t.Context(), user)
	if err == nil && ok {
		_, _, err = n.Token(t.Context(), account.ID)
	}
	if !ok || err != nil {
		t.Errorf("the account of %s: %v, %v", user, ok, err)
	}
}

// settled waits until nothing is left to be sealed again.
func (n *node) settled(t *testing.T) {
	t.Helper()
	storetest.Eventually(t, "everything is sealed with the newest key", func() bool {
		s := n.state(t)
		return s.Pending == 0 && s.DataKeys[len(s.DataKeys)-1].Current
	})
}

// connected connects alex and blake with the key that there was before there were data keys, and keeps a private key of each
// kind beside them.
func (w *world) connectedBefore(t *testing.T) {
	t.Helper()
	w.vault = vault(t, first)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	w.mustConnect(t, "blake", "blake@demo.example", false)
	for _, statement := range []struct {
		sql     string
		purpose string
	}{
		{"INSERT INTO msteamssync.certificates (id, certificate, private_key, sealed_with, created_by) VALUES ('c', '', $1, $2, 'root')", "certificate c"},
		{"INSERT INTO msteamssync.decryption_keys (certificate_id, private_key, sealed_with) VALUES ('d', $1, $2)", "decryption key d"},
	} {
		if _, err := w.store.Pool().Exec(t.Context(), statement.sql, w.vault.Seal(statement.purpose, []byte("a private key")), w.vault.KeyID()); err != nil {
			t.Fatal(err)
		}
	}
}

// privateKeys asserts that both private keys can be opened.
func (w *world) privateKeys(t *testing.T, n *node) {
	t.Helper()
	for table, purpose := range map[string]string{"certificates": "certificate c", "decryption_keys": "decryption key d"} {
		var sealed []byte
		var key string
		if err := w.store.Pool().QueryRow(t.Context(), "SELECT private_key, sealed_with FROM msteamssync."+table).Scan(&sealed, &key); err != nil {
			t.Fatal(err)
		}
		if plain, err := n.keys.Vault().Open(purpose, key, sealed); err != nil || string(plain) != "a private key" {
			t.Errorf("of %s: %q, %v", table, plain, err)
		}
	}
}

// TestAnotherEncryptionKeyLosesNobody: changed while two nodes run, one after the other; what was sealed with what followed
// from the former key is sealed anew.
func TestAnotherEncryptionKeyLosesNobody(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	one, two := w.boot(t, w.store, false, first), w.boot(t, w.other, false, first)
	one.good(t, "alex")
	if s := one.state(t); len(s.DataKeys) != 1 || s.Pending != 0 || s.Unreadable != 0 || s.DataKeys[0].Sealed != 4 {
		t.Errorf("before: %+v", s)
	}
	one.use(t, second, first)
	one.settled(t)
	two.use(t, second, first)
	for _, n := range []*node{one, two} {
		for _, user := range []bridge.UserID{"alex", "blake"} {
			n.good(t, user)
		}
		w.privateKeys(t, n)
		if s := n.state(t); len(s.DataKeys) != 2 || s.DataKeys[1].Sealed != 4 || !s.DataKeys[1].Current || s.Unreadable != 0 {
			t.Errorf("after: %+v", s)
		}
	}
	// Whoever knows the former key only can open nothing that is there now.
	if s := w.boot(t, w.store, true, first).state(t); s.Unreadable != 4 {
		t.Errorf("with the former key: %+v", s)
	}
	restarted := w.boot(t, w.store, false, second)
	restarted.good(t, "alex")
	restarted.use(t, third, second)
	restarted.settled(t)
	w.boot(t, w.store, false, third).good(t, "blake")
}

// TestACrashInTheMiddleOfAnotherEncryptionKey: the new key opens what the former one sealed, before and after it was sealed anew.
func TestACrashInTheMiddleOfAnotherEncryptionKey(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	w.boot(t, w.store, true, first).use(t, second, first)
	killed := w.boot(t, w.store, true, second) // the former key is in nobody's memory
	killed.good(t, "alex")
	if s := killed.state(t); s.Pending != 4 || s.Unreadable != 0 {
		t.Errorf("after the crash: %+v", s)
	}
	restarted := w.boot(t, w.other, false, second)
	restarted.settled(t)
	restarted.good(t, "blake")
	w.privateKeys(t, restarted)
}

// TestTheKeyIsChangedWhileNobodyRuns: without the former one the accounts wait; with it they work, whenever it is given.
func TestTheKeyIsChangedWhileNobodyRuns(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	w.boot(t, w.store, false, first)
	n := w.boot(t, w.store, false, second)
	if _, ok, err := n.OfUser(t.Context(), "alex"); ok || err != nil {
		t.Errorf("usable with another key: %v", err)
	}
	if m, err := n.Mine(t.Context(), "alex"); err != nil || !m.NeedsReconnect || !strings.Contains(m.Reason, "encryption key") {
		t.Errorf("connection %+v, %v", m, err)
	}
	if users, _, err := n.ConnectedUsers(t.Context(), 0, 1); err != nil || users[0].TokenState != accounts.TokenOtherKey {
		t.Errorf("report %+v, %v", users, err)
	}
	if s := n.state(t); s.Unreadable != 4 || s.Pending != 0 {
		t.Errorf("without the former key: %+v", s)
	}
	// Who connects meanwhile stays connected.
	w.vault = n.keys.Vault()
	w.mustConnect(t, "blake", "blake@demo.example", false)
	n.use(t, second, first)
	n.settled(t)
	n.good(t, "alex")
	n.good(t, "blake")
	w.privateKeys(t, n)
	w.boot(t, w.store, false, second).good(t, "alex")
}

// TestAKeyFromBeforeThereWereDataKeys: the plugin is upgraded, and its key is changed with it.
func TestAKeyFromBeforeThereWereDataKeys(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	n := w.boot(t, w.store, false, second, first)
	n.settled(t)
	n.good(t, "alex")
	w.boot(t, w.other, false, second).good(t, "alex")
}

// TestAFreshDataKey: everything is sealed with it on demand, and what seals nothing goes after a day.
func TestAFreshDataKey(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	one, two := w.boot(t, w.store, false, first), w.boot(t, w.other, false, first)
	if err := one.keys.Rotate(t.Context(), "root"); err != nil {
		t.Fatal(err)
	}
	one.settled(t)
	two.good(t, "alex") // it looks for the key that it does not know
	if s := two.state(t); len(s.DataKeys) != 2 || s.DataKeys[0].Sealed != 0 || s.DataKeys[1].Sealed != 4 {
		t.Errorf("after: %+v", s)
	}
	if trail, err := w.store.AuditTrail(t.Context(), 1); err != nil || trail[0].Action != "rotate-data-key" || trail[0].Actor != "root" {
		t.Errorf("audit %+v, %v", trail, err)
	}
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.data_keys SET created_at = created_at - interval '25 hours'"); err != nil {
		t.Fatal(err)
	}
	if _, err := two.keys.SealAgain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := one.state(t); len(s.DataKeys) != 1 || !s.DataKeys[0].Current {
		t.Errorf("a day later: %+v", s)
	}
	w.boot(t, w.store, false, first).good(t, "blake")
}

// TestNodesChangeTheKeyAtOnce: one of them does it.
func TestNodesChangeTheKeyAtOnce(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	one, two := w.boot(t, w.store, false, first), w.boot(t, w.other, false, first)
	var changes sync.WaitGroup
	for _, n := range []*node{one, two} {
		changes.Go(func() {
			if err := n.keys.Use(t.Context(), second, []string{first}); err != nil {
				t.Error(err)
			}
		})
	}
	// Tokens are refreshed meanwhile.
	changes.Go(func() {
		for range 10 {
			account, ok, err := one.OfUser(t.Context(), "alex")
			if !ok || err != nil {
				t.Errorf("the account: %v, %v", ok, err)
				return
			}
			token, _, err := one.Token(t.Context(), account.ID)
			if err != nil {
				t.Error(err)
			}
			one.Forget(account.ID, token)
		}
	})
	changes.Wait()
	one.settled(t)
	two.settled(t)
	if s := one.state(t); len(s.DataKeys) != 2 {
		t.Errorf("keys %+v", s)
	}
	one.good(t, "alex")
	two.good(t, "blake")
}

// TestANodeWithAnOlderKeyUndoesNothing: it goes on with what it could open, and makes no key.
func TestANodeWithAnOlderKeyUndoesNothing(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	one, old := w.boot(t, w.store, false, first), w.boot(t, w.other, false, first)
	if err := one.keys.Rotate(t.Context(), "root"); err != nil {
		t.Fatal(err)
	}
	one.settled(t)
	old.good(t, "alex")
	one.use(t, second, first)
	one.settled(t)
	old.behind = true
	if err := old.keys.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused(t, old.keys.Rotate(t.Context(), "root"), refusal.Conflict, "newer settings")
	if n, err := old.keys.SealAgain(t.Context()); err != nil || n != 0 {
		t.Errorf("it sealed %d again, %v", n, err)
	}
	one.good(t, "alex")
	old.use(t, second, first)
	old.behind = false
	old.good(t, "alex")
}

func TestNoKeyIsReadableInTheDatabase(t *testing.T) {
	w := newWorld(t)
	w.connectedBefore(t)
	n := w.boot(t, w.store, false, first)
	n.use(t, second, first)
	n.settled(t)
	rows, err := w.store.DataKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	trail, err := w.store.AuditTrail(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprint(rows, trail, n.state(t))
	for _, row := range rows {
		for _, setting := range []string{first, second} {
			if bytes.Contains(row.Wrapped, []byte(setting)) || strings.Contains(shown, setting) {
				t.Errorf("%+v shows a key", row)
			}
		}
	}
}

// TestThereIsNoKeyYet: what cannot be kept safely is not kept.
func TestThereIsNoKeyYet(t *testing.T) {
	w := newWorld(t)
	keys := accounts.NewKeys(accounts.KeysConfig{Store: w.store, Log: storetest.Log(t, "keys")})
	t.Cleanup(keys.Stop)
	if keys.Vault() != nil {
		t.Error("there is a vault")
	}
	refused(t, keys.Rotate(t.Context(), "root"), refusal.NotReady, "encryptionKey")
	if err := keys.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
}
