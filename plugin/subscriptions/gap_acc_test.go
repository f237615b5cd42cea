// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// wanted says why something may have been missed in the channel, and forgets it.
func (w *world) wanted(t *testing.T) string {
	t.Helper()
	all, err := w.store.Resyncs(t.Context())
	if err != nil || len(all) > 1 {
		t.Fatal(all, err)
	}
	if len(all) == 0 || all[0].Wanted == "" {
		return ""
	}
	r, began, err := w.store.BeginResync(t.Context(), all[0].Conversation.ID, store.Catchup)
	if err != nil || !began {
		t.Fatal(began, err)
	}
	if _, err := w.store.TurnPage(t.Context(), r, nil, ""); err != nil {
		t.Fatal(err)
	}
	return all[0].Wanted
}

// held tells whether what is newer waits for what was missed.
func (w *world) held(t *testing.T) (held bool) {
	t.Helper()
	if err := w.store.Pool().QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM msteamssync.resyncs WHERE hold_until > clock_timestamp())").Scan(&held); err != nil {
		t.Fatal(err)
	}
	return held
}

func TestWhatIsNewerWaitsFromBeforeTheSubscriptionOn(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 503, Route: "POST /subscriptions", AfterCommit: true, Next: 1})
	w.reconcile(t)
	if state := w.state(t).State; state != store.SubscriptionCreating || !w.held(t) {
		t.Errorf("the subscription is %s, what is newer waits: %t", state, w.held(t))
	}
	w.now(t)
	w.reconcile(t)
	w.agree(t)
	if why := w.wanted(t); why != store.WantedSubscription || w.held(t) {
		t.Errorf("a resync was wanted for %q; after it what is newer waits: %t", why, w.held(t))
	}
}

func TestWhatMayHaveBeenMissedIsLookedFor(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.reconcile(t)
	if why := w.wanted(t); why != store.WantedSubscription {
		t.Errorf("after the first subscription a resync is wanted for %q", why)
	}
	active := w.agree(t)
	w.reconcile(t)
	if why := w.wanted(t); why != "" {
		t.Errorf("without a gap a resync is wanted for %q", why)
	}

	if err := w.Subscriptions().Expire(active.GraphID); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	w.agree(t)
	if why := w.wanted(t); why != store.WantedSubscription {
		t.Errorf("after the subscription lapsed a resync is wanted for %q", why)
	}

	event := intake.LifecycleEvent{Event: "missed", Subscription: intake.Subscription{ID: active.ID, Conversation: w.Channel.ID}}
	if err := w.keeper.Lifecycle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if why := w.wanted(t); why != store.WantedMissed {
		t.Errorf("after lost notifications a resync is wanted for %q", why)
	}
}
