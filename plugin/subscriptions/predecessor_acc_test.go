// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

const sharedSecret = "the predecessor's"

// predecessor makes a subscription as the plugin did that had this plugin's id before, and takes it over.
func (w *world) predecessor(t *testing.T) teams.Subscription {
	t.Helper()
	made, err := w.client.Subscribe(t.Context(), teams.Subscription{
		ChangeType: "created,updated,deleted", Resource: "/teams/" + string(w.Channel.Team) + "/channels/" + string(w.Channel.ID) + "/messages",
		NotificationURL: w.base + "/changes", ExpiresAt: time.Now().Add(50 * time.Minute).UTC(), ClientState: sharedSecret,
	})
	if err != nil {
		t.Fatal(err)
	}
	taken := store.PredecessorSubscription{GraphID: made.ID, Conversation: w.Channel, Secret: sharedSecret, ExpiresAt: made.ExpiresAt}
	others := store.PredecessorSubscription{GraphID: "expired", Conversation: bridge.Conversation{ID: "19:other@thread.tacv2", Team: "t"}, Secret: sharedSecret, ExpiresAt: time.Now().Add(-time.Hour)}
	if err := w.store.BeginTakeOver(t.Context(), store.Taken{Since: time.Now(), Subscriptions: []store.PredecessorSubscription{taken, others}}); err != nil {
		t.Fatal(err)
	}
	return made
}

func (w *world) matches(t *testing.T, id, secret string) (bridge.ConversationID, bool) {
	t.Helper()
	s, ok, err := w.match(t, id, secret)
	if err != nil {
		t.Fatal(err)
	}
	return s.Conversation, ok
}

// TestThePredecessorsSubscriptionIsReplaced: what it delivers is accepted before and for a while after.
func TestThePredecessorsSubscriptionIsReplaced(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	old := w.predecessor(t)
	accepted := func(when string) {
		t.Helper()
		if conversation, ok := w.matches(t, old.ID, sharedSecret); !ok || conversation != w.Channel.ID {
			t.Errorf("%s: matched %q, %v", when, conversation, ok)
		}
		if _, ok := w.matches(t, "an id that nobody knows", sharedSecret); ok {
			t.Errorf("%s: the shared secret matches any subscription", when)
		}
		if _, ok := w.matches(t, old.ID, "wrong"); ok {
			t.Errorf("%s: a wrong secret matches", when)
		}
	}
	accepted("before")
	w.reconcile(t)
	w.wantAll(t, "removed", "removed", "created")
	if ours := w.agree(t); ours.GraphID == old.ID {
		t.Error("the predecessor's subscription was kept")
	}
	accepted("after")
	w.reconcile(t)
	w.wantActions(t)
}

// TestThePredecessorsSubscriptionIsInTheWay: where it cannot be removed first, it serves until it can be replaced.
func TestThePredecessorsSubscriptionIsInTheWay(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	old := w.predecessor(t)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 503, Route: "DELETE /subscriptions/*", Next: 2})
	w.reconcile(t)
	if _, ok := w.matches(t, old.ID, sharedSecret); !ok {
		t.Error("what it delivers is not accepted any more")
	}
	for range 3 {
		w.now(t)
		w.reconcile(t)
	}
	if ours := w.agree(t); ours.GraphID == old.ID {
		t.Error("the predecessor's subscription was kept")
	}
}
