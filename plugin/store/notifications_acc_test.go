// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func sealed(id bridge.TeamsMessageID, kind bridge.Kind, hash, content string, tokens ...string) bridge.Arrival {
	return bridge.Arrival{
		Ref: ref(conversation, "", id), Kind: kind, ContentHash: hash, SourceAt: time.Now(),
		Sealed: []byte(content), Tenant: "tenant", Tokens: tokens,
	}
}

func accept(t *testing.T, s *store.Store, arrivals ...bridge.Arrival) {
	t.Helper()
	if err := s.Accept(t.Context(), arrivals, 0); err != nil {
		t.Fatal(err)
	}
}

func proofs(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	if err := s.Pool().QueryRow(t.Context(), "SELECT count(*) FROM msteamssync.proofs").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatCameWithANotificationIsKept(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	accept(t, s, sealed("1", bridge.Create, "h1", "one", "token a", "token b"), sealed("1", bridge.Edit, "h2", "two", "token a", "token b"))
	accept(t, s, sealed("2", bridge.Create, "h3", "three", "token c"))
	accept(t, s, bridge.Arrival{Ref: ref(conversation, "", "3"), Kind: bridge.Create, SourceAt: time.Now()})
	events := take(t, s, claim(t, s, in, time.Minute))
	if len(events) != 4 {
		t.Fatalf("%d events", len(events))
	}
	for i, want := range []struct {
		content string
		tokens  []string
	}{{"one", []string{"token a", "token b"}}, {"", []string{"token a", "token b"}}, {"three", []string{"token c"}}, {"", nil}} {
		e := events[i]
		tokens, err := s.Tokens(t.Context(), e.Proof)
		if err != nil || string(e.Sealed) != want.content || !slices.Equal(tokens, want.tokens) || (e.Proof == "") != (want.tokens == nil) {
			t.Errorf("event %d: content %q with tokens %q, %v; want %q with %q", i, e.Sealed, tokens, err, want.content, want.tokens)
		}
		if i < 3 && e.Tenant != "tenant" {
			t.Errorf("event %d: tenant %q", i, e.Tenant)
		}
	}
	if n := proofs(t, s); n != 2 {
		t.Errorf("%d sets of tokens are kept, want each once", n)
	}
}

func TestAFetchedMessageOutdatesWhatANotificationCarries(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	// A change came first and had the message fetched; the notification of its creation is late.
	arrive(t, s, conversation, "", "1")
	accept(t, s, sealed("1", bridge.Create, "h", "as it was created", "token"), sealed("2", bridge.Create, "h", "another", "token"))
	for _, e := range take(t, s, claim(t, s, in, time.Minute)) {
		if old := e.Ref.ID == "1"; old != (e.Sealed == nil) {
			t.Errorf("message %s comes with %q", e.Ref.ID, e.Sealed)
		}
	}
}

func TestARepetitionCannotReplaceTheProof(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	accept(t, s, sealed("1", bridge.Create, "h", "one", "good"))
	accept(t, s, sealed("1", bridge.Create, "h", "one", "forged"))
	lease := claim(t, s, in, time.Minute)
	proofOf := func() []string {
		t.Helper()
		events := take(t, s, lease)
		if len(events) != 1 {
			t.Fatalf("%d events, want one", len(events))
		}
		tokens, err := s.Tokens(t.Context(), events[0].Proof)
		if err != nil {
			t.Fatal(err)
		}
		return tokens
	}
	if got := proofOf(); !slices.Equal(got, []string{"good"}) {
		t.Errorf("the proof is %q", got)
	}
	if err := s.Bury(t.Context(), lease, take(t, s, lease)[0].Event, bridge.CountsFailure, "given up"); err != nil {
		t.Fatal(err)
	}
	accept(t, s, sealed("1", bridge.Create, "h", "one", "better"))
	if got := proofOf(); !slices.Equal(got, []string{"better"}) {
		t.Errorf("what was given up and comes again has proof %q", got)
	}
}

func TestTokensAreForgottenWhenNothingNeedsThem(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	accept(t, s, sealed("1", bridge.Create, "h", "one", "token"))
	age := func() {
		t.Helper()
		if _, err := s.Pool().Exec(t.Context(), "UPDATE msteamssync.proofs SET seen_at = seen_at - interval '2 days'"); err != nil {
			t.Fatal(err)
		}
	}
	forget := func() int {
		t.Helper()
		n, err := s.ForgetTokens(t.Context(), 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	age()
	if n := forget(); n != 0 {
		t.Error("forgot the tokens of a queued event")
	}
	lease := claim(t, s, in, time.Minute)
	if err := s.Finish(t.Context(), lease, take(t, s, lease)[0].Event); err != nil {
		t.Fatal(err)
	}
	accept(t, s, sealed("2", bridge.Create, "h", "two", "token")) // seen again
	if err := s.Finish(t.Context(), lease, take(t, s, lease)[0].Event); err != nil {
		t.Fatal(err)
	}
	if n := forget(); n != 0 {
		t.Error("forgot tokens that were seen a moment ago")
	}
	age()
	if n := forget(); n != 1 || proofs(t, s) != 0 {
		t.Errorf("forgot %d sets of tokens, want 1", n)
	}
}

// TestForgettingRacesWithArrivals: whatever the order, no event is left without its tokens.
func TestForgettingRacesWithArrivals(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	accept(t, s, sealed("0", bridge.Create, "h", "x", "token"))
	lease := claim(t, s, in, time.Minute)
	for round := range 20 {
		if err := s.Finish(t.Context(), lease, take(t, s, lease)[0].Event); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Pool().Exec(t.Context(), "UPDATE msteamssync.proofs SET seen_at = seen_at - interval '2 days'"); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := s.ForgetTokens(t.Context(), 24*time.Hour); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			if err := s.Accept(t.Context(), []bridge.Arrival{sealed(bridge.TeamsMessageID(rune('a'+round)), bridge.Create, "h", "x", "token")}, 0); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		if tokens, err := s.Tokens(t.Context(), take(t, s, lease)[0].Proof); err != nil || len(tokens) != 1 {
			t.Fatalf("round %d: tokens %q, %v", round, tokens, err)
		}
	}
}

func TestDecryptionKeysAreKeptWhileTheyAreNeeded(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	keep := func(id, private, seal string) {
		t.Helper()
		if err := s.KeepDecryptionKey(t.Context(), notification.SealedKey{ID: id, Private: []byte(private), SealID: seal}); err != nil {
			t.Fatal(err)
		}
	}
	has := func(id string) bool {
		t.Helper()
		_, found, err := s.DecryptionKey(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	forget := func() {
		t.Helper()
		if _, err := s.ForgetDecryptionKeys(t.Context(), 24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	keep("named", "one", "vault")
	keep("old", "two", "vault")
	keep("old", "two, sealed anew", "new vault")
	if key, _, err := s.DecryptionKey(t.Context(), "old"); err != nil || string(key.Private) != "two, sealed anew" || key.SealID != "new vault" {
		t.Errorf("key %+v, %v", key, err)
	}
	forget()
	if !has("old") {
		t.Error("forgot a key that was in use a moment ago")
	}
	for _, sql := range []string{
		"UPDATE msteamssync.decryption_keys SET in_use_at = in_use_at - interval '2 days'",
		"INSERT INTO msteamssync.subscriptions (id, conversation, teams_team_id, resource, state, certificate_id) VALUES ('s', 'c', 't', 'r', 'retired', 'named')",
	} {
		if _, err := s.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	keep("fresh", "three", "vault")
	forget()
	if !has("named") || has("old") || !has("fresh") || has("unknown") {
		t.Errorf("named %v, old %v, fresh %v, unknown %v; want the one that a subscription names and the one in use", has("named"), has("old"), has("fresh"), has("unknown"))
	}
}
