// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification/notificationtest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
)

func (w *world) moveTo(site string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.site = site
}

func (w *world) set(change func(*subscriptions.Current)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change = change
}

// gaps returns the conversations of which something may have been missed, and forgets that.
func (w *world) gaps(t *testing.T) (conversations []bridge.Conversation) {
	t.Helper()
	all, err := w.store.Resyncs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Wanted != "" {
			conversations = append(conversations, r.Conversation)
		}
	}
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.resyncs SET wanted = '', hold_until = '-infinity'"); err != nil {
		t.Fatal(err)
	}
	return conversations
}

// settled links the channel, subscribes, and forgets what came of that.
func (w *world) settled(t *testing.T) store.Subscription {
	t.Helper()
	w.link(t)
	w.reconcile(t)
	w.took()
	w.gaps(t)
	return w.agree(t)
}

// received are the ids of messages that notifications named.
func (w *world) received() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []string
	for _, it := range w.items {
		if !slices.Contains(ids, it.ResourceData.ID) {
			ids = append(ids, it.ResourceData.ID)
		}
	}
	return ids
}

// talking posts to the channel until the returned function is called, which says what was posted.
func (w *world) talking(t *testing.T) func() []string {
	t.Helper()
	var speaking sync.WaitGroup
	var enough atomic.Bool
	var posted []string
	begun := make(chan struct{})
	speaking.Go(func() {
		for n := 0; !enough.Load() || n < 20; n++ {
			ref, err := w.Teams().Post("blake@demo.example", w.Place, "", emulated.Draft{Body: emulated.HTML("<p>" + strconv.Itoa(n) + "</p>")})
			if err != nil {
				t.Error(err)
				return
			}
			posted = append(posted, string(ref.ID))
			if n == 5 {
				close(begun)
			}
		}
	})
	<-begun
	return func() []string {
		enough.Store(true)
		speaking.Wait()
		return posted
	}
}

// TestRolloverWithoutALostMessage: people talk while what a subscription was made with changes.
func TestRolloverWithoutALostMessage(t *testing.T) {
	for name, rollover := range map[string]struct {
		change func(*testing.T, *world)
		same   bool // whether Graph keeps the subscription
	}{
		"the site URL":               {func(_ *testing.T, w *world) { w.moveTo("/elsewhere") }, false},
		"encryption":                 {func(t *testing.T, w *world) { w.use(notificationtest.Key(t)) }, false},
		"both":                       {func(t *testing.T, w *world) { w.moveTo("/elsewhere"); w.use(notificationtest.Key(t)) }, false},
		"one subscription for all":   {func(_ *testing.T, w *world) { w.set(func(c *subscriptions.Current) { c.WideFrom = 1 }) }, false},
		"nothing that Graph must do": {func(_ *testing.T, w *world) { w.set(func(c *subscriptions.Current) { c.WideFrom = 2 }) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			before := w.settled(t)
			stop := w.talking(t)
			rollover.change(t, w)
			w.reconcile(t)
			posted := stop()
			if err := w.Subscriptions().Settled(t.Context()); err != nil {
				t.Fatal(err)
			}
			received := w.received()
			for _, id := range posted {
				if !slices.Contains(received, id) {
					t.Errorf("message %s of %d was lost", id, len(posted))
				}
			}
			if w.held(t) {
				t.Error("what is newer waits although nothing could be missed")
			}
			if gaps := w.gaps(t); len(gaps) != 0 {
				t.Errorf("gaps were told although nothing could be missed: %+v", gaps)
			}
			if after := w.agree(t); (after.GraphID == before.GraphID) != rollover.same || after.LifecycleURL != w.base+w.site+"/lifecycle" || after.NotificationURL != w.base+w.site+"/changes" {
				t.Errorf("it was %+v and is %+v", before, after)
			}
			w.took()
			w.reconcile(t)
			w.wantActions(t)
		})
	}
}

func TestANewSiteURLComesInSteps(t *testing.T) {
	w := newWorld(t)
	w.settled(t)
	w.moveTo("/elsewhere")
	w.reconcile(t)
	w.wantAll(t, "moved", "created", "replaced", "created", "removed")
}

// TestAReplacementWithoutCover: where the cover would cost messages of the budget, or Graph does not give it.
func TestAReplacementWithoutCover(t *testing.T) {
	w := newWorld(t)
	w.set(func(c *subscriptions.Current) { c.Evaluation = true })
	before := w.settled(t)
	w.moveTo("/elsewhere")
	w.reconcile(t)
	w.wantAll(t, "replaced", "created")
	if after := w.agree(t); after.GraphID == before.GraphID {
		t.Error("it is the same one")
	}
	if gaps := w.gaps(t); len(gaps) != 1 || gaps[0] != w.Channel {
		t.Errorf("gaps %+v; want the channel", gaps)
	}
}

func TestACoverThatGraphRefuses(t *testing.T) {
	w := newWorld(t)
	w.settled(t)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 400, Route: "POST /subscriptions", Next: 3})
	w.moveTo("/elsewhere")
	for range 3 {
		w.reconcile(t)
		if s := w.find(t, string(w.Channel.ID)); s.State != store.SubscriptionActive || s.NotificationURL != w.base+"/elsewhere/changes" {
			t.Fatalf("while it waits for cover: %+v", s)
		}
		w.now(t)
	}
	w.reconcile(t)
	w.wantAll(t, "moved", "failed", "failed", "failed", "replaced", "created")
	w.agree(t)
	if gaps := w.gaps(t); len(gaps) != 1 {
		t.Errorf("gaps %+v; want one", gaps)
	}
}

// find returns our row about a channel; "" is the one about all of them.
func (w *world) find(t *testing.T, conversation string) store.Subscription {
	t.Helper()
	all, err := w.store.Subscriptions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s store.Subscription) bool { return string(s.Conversation.ID) == conversation })
	if i < 0 {
		t.Fatalf("no subscription about %q in %+v", conversation, all)
	}
	return all[i]
}

// TestAStraySubscriptionIsKeptAlive: while its lifecycle events go to an old address nobody asks for its renewal.
func TestAStraySubscriptionIsKeptAlive(t *testing.T) {
	w := newWorld(t)
	w.settled(t)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 400, Route: "POST /subscriptions"})
	w.moveTo("/elsewhere")
	w.reconcile(t)
	w.took()
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.subscriptions SET renewed_at = clock_timestamp() - interval '30 minutes'"); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	w.wantActions(t, "renewed")
}

func TestAnEndedSubscriptionLeavesAGap(t *testing.T) {
	w := newWorld(t)
	w.settled(t)
	w.Subscriptions().Clear()
	w.reconcile(t)
	w.wantActions(t, "recreated", "created")
	if gaps := w.gaps(t); len(gaps) != 1 {
		t.Errorf("gaps %+v; want one", gaps)
	}
}

func TestAnAbsenceLeavesAGap(t *testing.T) {
	w := newWorld(t)
	w.settled(t)
	w.reconcile(t)
	if gaps := w.gaps(t); len(gaps) != 0 {
		t.Fatalf("gaps %+v although nothing happened", gaps)
	}
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.subscriptions SET seen_at = clock_timestamp() - interval '20 minutes'"); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	if gaps := w.gaps(t); len(gaps) != 1 {
		t.Errorf("gaps %+v; want one", gaps)
	}
	w.reconcile(t)
	if gaps := w.gaps(t); len(gaps) != 0 {
		t.Errorf("told again: %+v", gaps)
	}
}

func TestANewLinkLeavesAGapUntilItIsSubscribedTo(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 400, Route: "POST /subscriptions", Next: 1})
	w.reconcile(t)
	if gaps := w.gaps(t); len(gaps) != 0 {
		t.Errorf("told before anything is delivered: %+v", gaps)
	}
	w.now(t)
	w.reconcile(t)
	if gaps := w.gaps(t); len(gaps) != 1 {
		t.Errorf("gaps %+v; want one", gaps)
	}
}
