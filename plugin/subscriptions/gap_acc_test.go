// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
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

// looked returns the searches for chats that are not known since the last call.
func (w *world) looked() []search {
	w.mu.Lock()
	defer w.mu.Unlock()
	searched := w.searched
	w.searched = nil
	return searched
}

// manyChats runs a test with a subscription to several chats, of which one is known: those of a user, and all.
func manyChats(t *testing.T, test func(*testing.T, *world, store.Subscription)) {
	t.Helper()
	for name, wide := range map[string]int{"the chats of a user": 0, "all chats": 1} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.set(func(c *subscriptions.Current) { c.WideFrom, c.Direct = wide, true })
			chats := w.settledInAChat(t)
			if searched := w.looked(); len(searched) != 0 {
				t.Fatalf("searched %+v before anything was missed", searched)
			}
			test(t, w, chats)
		})
	}
}

// wantSearch asserts that the keeper looks once for chats that are not known, and no more.
func (w *world) wantSearch(t *testing.T) (since time.Time) {
	t.Helper()
	w.reconcile(t)
	w.reconcile(t)
	searched := w.looked()
	if len(searched) != 1 || len(searched[0].people) != 1 {
		t.Fatalf("searched %+v; want one search, for the one who connected an account", searched)
	}
	return searched[0].since
}

// TestUnknownChatsAreLookedForWhenGraphLostNotifications: whoever wrote in them first has no link that a resync would look into.
func TestUnknownChatsAreLookedForWhenGraphLostNotifications(t *testing.T) {
	manyChats(t, func(t *testing.T, w *world, chats store.Subscription) {
		const repeats = 4 * time.Hour // how long Graph tries
		told := time.Now()
		w.hand(t, intake.Subscription{ID: chats.ID}, "missed")
		if since := w.wantSearch(t); !since.Before(told.Add(-repeats)) {
			t.Errorf("searched since %s; what Graph gave up now may be older", since)
		}
	})
}

// TestUnknownChatsAreLookedForAfterAnUnreachability, from when on the address did not answer.
func TestUnknownChatsAreLookedForAfterAnUnreachability(t *testing.T) {
	manyChats(t, func(t *testing.T, w *world, _ store.Subscription) {
		reached := func(answers ...bool) (missed time.Duration) {
			t.Helper()
			for _, reached := range answers {
				var err error
				if missed, err = w.store.Reached(t.Context(), reached); err != nil {
					t.Fatal(err)
				}
			}
			return missed
		}
		if missed := reached(true, false, true); missed != 0 {
			t.Fatalf("missed something for %s after one failed check", missed)
		}
		w.reconcile(t)
		if searched := w.looked(); len(searched) != 0 {
			t.Fatalf("searched %+v after one failed check", searched)
		}
		reached(false)
		var failed time.Time
		if err := w.store.Pool().QueryRow(t.Context(), "UPDATE msteamssync.listening SET unreachable_since = unreachable_since - interval '5 hours' RETURNING unreachable_since").Scan(&failed); err != nil {
			t.Fatal(err)
		}
		if missed := reached(false, true); missed == 0 {
			t.Fatal("nothing was missed")
		}
		if since := w.wantSearch(t); !since.Equal(failed) {
			t.Errorf("searched since %s, want %s", since, failed)
		}
	})
}

// TestAChannelHasNoUnknownChats: its resync finds all that was missed.
func TestAChannelHasNoUnknownChats(t *testing.T) {
	w := newWorld(t)
	w.set(func(c *subscriptions.Current) { c.WideFrom = 1 })
	w.settled(t)
	for _, reached := range []bool{false, false, true} {
		if _, err := w.store.Reached(t.Context(), reached); err != nil {
			t.Fatal(err)
		}
	}
	if s := w.state(t); !s.GapSince.IsZero() {
		t.Errorf("a gap since %s is to be told", s.GapSince)
	}
	if why := w.wanted(t); why != store.WantedMissed {
		t.Errorf("a resync is wanted for %q", why)
	}
}
