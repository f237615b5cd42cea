// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification/notificationtest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// use puts a certificate into the settings; nil takes it out.
func (w *world) use(key *notification.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.certificate = key
}

// encryptedFor asserts which certificate the channel's subscription has, on both sides; nil for none.
func (w *world) encryptedFor(t *testing.T, key *notification.Key) store.Subscription {
	t.Helper()
	ours, graph := w.agree(t), w.Subscriptions().All()[0]
	want, got := "", ""
	if key != nil {
		want = key.ID
	}
	if graph.EncryptionCertificateID != nil {
		got = *graph.EncryptionCertificateID
	}
	rich := graph.IncludeResourceData != nil && *graph.IncludeResourceData
	if ours.CertificateID != want || got != want || rich != (key != nil) {
		t.Errorf("we think it is encrypted for %q, Graph does so for %q (with resource data: %v); want %q", ours.CertificateID, got, rich, want)
	}
	return ours
}

func (w *world) say(t *testing.T, text string) {
	t.Helper()
	if _, err := w.Teams().Post("blake@demo.example", w.Place, "", emulated.Draft{Body: emulated.HTML(text)}); err != nil {
		t.Fatal(err)
	}
}

func TestWithACertificateMessagesComeEncrypted(t *testing.T) {
	w := newWorld(t)
	key := notificationtest.Key(t)
	w.use(key)
	w.link(t)
	w.reconcile(t)
	w.wantActions(t, "created")
	w.encryptedFor(t, key)
	w.say(t, "hello")
	n := w.notification(t, func(item) bool { return true })
	if n.EncryptedContent == nil || n.EncryptedContent.CertificateID != key.ID {
		t.Errorf("notification %+v", n)
	}
	w.reconcile(t)
	w.wantActions(t)
}

func TestAnotherCertificateTakesOver(t *testing.T) {
	w := newWorld(t)
	first, second := notificationtest.Key(t), notificationtest.Key(t)
	w.use(first)
	w.link(t)
	w.reconcile(t)
	before := w.encryptedFor(t, first)
	w.use(second)
	w.reconcile(t)
	w.wantActions(t, "created", "recertified")
	if after := w.encryptedFor(t, second); after.GraphID != before.GraphID || after.ExpiresAt.Before(before.ExpiresAt) {
		t.Errorf("it was %+v and is %+v; want the same one, living longer", before, after)
	}
	w.say(t, "hello")
	if n := w.notification(t, func(item) bool { return true }); n.EncryptedContent == nil || n.EncryptedContent.CertificateID != second.ID {
		t.Errorf("notification %+v", n)
	}
	w.reconcile(t)
	w.wantActions(t)
}

// TestWhereGraphTakesNoOtherCertificate: its pages do not agree on whether it does.
func TestWhereGraphTakesNoOtherCertificate(t *testing.T) {
	for name, refuse := range map[string]func(*testing.T, *world){
		"refused": func(t *testing.T, w *world) {
			w.fault(t, faults.Rule{Effect: faults.Status, Status: http.StatusBadRequest, Route: "PATCH /subscriptions/*", Next: 1})
		},
		"ignored": func(_ *testing.T, w *world) { w.Subscriptions().SetSettings(notify.Settings{CertificateFixed: true}) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first, second := notificationtest.Key(t), notificationtest.Key(t)
			w.use(first)
			w.link(t)
			w.reconcile(t)
			before := w.encryptedFor(t, first)
			refuse(t, w)
			w.use(second)
			w.reconcile(t)
			w.wantActions(t, "created", "created", "replaced", "created", "removed") // the second one covered meanwhile
			if after := w.encryptedFor(t, second); after.GraphID == before.GraphID {
				t.Error("it is the same subscription")
			}
		})
	}
}

func TestAnOutageDuringTheChangeOfCertificates(t *testing.T) {
	w := newWorld(t)
	first, second := notificationtest.Key(t), notificationtest.Key(t)
	w.use(first)
	w.link(t)
	w.reconcile(t)
	before := w.encryptedFor(t, first)
	w.took()
	// The answer is lost, also when it is asked again: Graph has changed the certificate, and we do not know it.
	w.fault(t, faults.Rule{Effect: faults.Drop, Route: "PATCH /subscriptions/*", AfterCommit: true, Next: 4})
	w.use(second)
	w.reconcile(t)
	w.wantActions(t, "failed")
	if s := w.state(t); s.State != store.SubscriptionActive || s.CertificateID != first.ID {
		t.Errorf("state %+v", s)
	}
	w.now(t)
	w.reconcile(t)
	w.wantActions(t, "recertified")
	if after := w.encryptedFor(t, second); after.GraphID != before.GraphID {
		t.Error("it is another subscription")
	}
}

func TestASubscriptionThatIsGoneWhenTheCertificateChanges(t *testing.T) {
	w := newWorld(t)
	first, second := notificationtest.Key(t), notificationtest.Key(t)
	w.use(first)
	w.link(t)
	w.reconcile(t)
	w.Subscriptions().Clear()
	w.took()
	w.use(second)
	w.reconcile(t)
	w.wantActions(t, "recreated", "created")
	w.encryptedFor(t, second)
}

func TestACertificateComesAndGoes(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.reconcile(t)
	w.encryptedFor(t, nil)
	key := notificationtest.Key(t)
	w.use(key)
	w.reconcile(t)
	w.wantActions(t, "created", "created", "replaced", "created", "removed")
	w.encryptedFor(t, key)
	w.use(nil)
	w.reconcile(t)
	w.wantActions(t, "created", "replaced", "created", "removed")
	w.encryptedFor(t, nil)
}

func TestNoSubscriptionBeforeTheKeyIsKept(t *testing.T) {
	w := newWorld(t)
	w.use(notificationtest.Key(t))
	w.link(t)
	w.keepErr = errors.New("no database")
	if _, err := w.keeper.Reconcile(t.Context()); !errors.Is(err, w.keepErr) {
		t.Errorf("reconciled with %v", err)
	}
	if n := len(w.Subscriptions().All()); n != 0 {
		t.Fatalf("Graph has %d subscriptions whose messages nobody could read", n)
	}
	w.keepErr = nil
	w.reconcile(t)
	w.agree(t)
}

// TestAReplacedSubscriptionKeepsItsKey: the old subscription is gone, its last notifications are on the way.
func TestAReplacedSubscriptionKeepsItsKey(t *testing.T) {
	w := newWorld(t)
	first := notificationtest.Key(t)
	w.use(first)
	w.link(t)
	w.reconcile(t)
	w.encryptedFor(t, first)
	if err := w.store.KeepDecryptionKey(t.Context(), notification.SealedKey{ID: first.ID, Private: []byte("sealed"), SealID: "vault"}); err != nil {
		t.Fatal(err)
	}
	w.use(nil)
	w.reconcile(t) // replaces it; the old identity is retired
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.decryption_keys SET in_use_at = in_use_at - interval '2 days'"); err != nil {
		t.Fatal(err)
	}
	if n, err := w.store.ForgetDecryptionKeys(t.Context(), 24*time.Hour); err != nil || n != 0 {
		t.Errorf("forgot %d keys, %v, although the retired subscription names one", n, err)
	}
}

func TestWhatNothingNeedsIsForgotten(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	if err := w.store.KeepDecryptionKey(t.Context(), notification.SealedKey{ID: "old", Private: []byte("sealed"), SealID: "vault"}); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"UPDATE msteamssync.decryption_keys SET in_use_at = in_use_at - interval '2 days'",
		"INSERT INTO msteamssync.proofs (id, tokens, seen_at) VALUES ('old', '{token}', clock_timestamp() - interval '2 days'), ('new', '{token}', clock_timestamp())",
	} {
		if _, err := w.store.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	w.reconcile(t)
	if _, found, err := w.store.DecryptionKey(t.Context(), "old"); err != nil || found {
		t.Errorf("the key is kept: %v, %v", found, err)
	}
	for name, want := range map[string]int{"old": 0, "new": 1} {
		if tokens, err := w.store.Tokens(t.Context(), name); err != nil || len(tokens) != want {
			t.Errorf("%s tokens: %q, %v", name, tokens, err)
		}
	}
}
