// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
)

// linkMore links n more channels of the demo team, which are made for it, and returns their Mattermost ids.
func (w *world) linkMore(t *testing.T, n int) (channels []string) {
	t.Helper()
	for i := range n {
		name := fmt.Sprintf("more-%d", i)
		made, err := w.Teams().AddChannel(w.Place.Team, "", name, "")
		if err != nil {
			t.Fatal(err)
		}
		link := bridge.Link{ID: name, Channel: bridge.ChannelID(name), MattermostTeam: "team", Creator: "user", CreatedAt: time.Now(),
			Conversation: bridge.Conversation{Team: w.Channel.Team, ID: bridge.ConversationID(made.ID)}}
		if err := w.store.CreateLink(t.Context(), link); err != nil {
			t.Fatal(err)
		}
		channels = append(channels, name)
	}
	return channels
}

// resources are what Graph's subscriptions are about.
func (w *world) resources() []string {
	var list []string
	for _, s := range w.Subscriptions().All() {
		list = append(list, s.Resource)
	}
	slices.Sort(list)
	return list
}

const everywhere = "/teams/getAllMessages"

// TestManyLinksShareOneSubscription, and few have one each, with no message lost on the way between.
func TestManyLinksShareOneSubscription(t *testing.T) {
	w := newWorld(t)
	w.set(func(c *subscriptions.Current) { c.WideFrom, c.Evaluation = 3, true })
	w.settled(t)
	stop := w.talking(t)
	more := w.linkMore(t, 2)
	w.reconcile(t)
	w.wantAll(t, "created", "removed")
	if got := w.resources(); !slices.Equal(got, []string{everywhere}) {
		t.Errorf("Graph has %v; want one for all", got)
	}
	if _, _, err := w.store.DeleteLink(t.Context(), bridge.ChannelID(more[0])); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	w.wantAll(t, "created", "created", "removed")
	if got := w.resources(); len(got) != 2 || strings.Contains(got[0]+got[1], everywhere) {
		t.Errorf("Graph has %v; want one for each", got)
	}
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
}

// TestOneThatFailsDoesNotUncover: what is to be left stays until all that takes its place is there.
func TestOneThatFailsDoesNotUncover(t *testing.T) {
	w := newWorld(t)
	w.set(func(c *subscriptions.Current) { c.WideFrom = 2 })
	w.link(t)
	w.linkMore(t, 1)
	w.reconcile(t)
	if got := w.resources(); !slices.Equal(got, []string{everywhere + "?model=B"}) {
		t.Fatalf("Graph has %v", got)
	}
	w.set(nil)
	s := w.Subscriptions().Settings()
	s.OrganizationQuota = 2 // room for one more
	w.Subscriptions().SetSettings(s)
	w.reconcile(t)
	if got := w.resources(); len(got) != 2 || !slices.Contains(got, everywhere+"?model=B") {
		t.Errorf("Graph has %v; want the one for all until both channels have theirs", got)
	}
	failed := slices.IndexFunc(w.rows(t), func(s store.Subscription) bool { return s.State == store.SubscriptionWanted })
	if failed < 0 || w.rows(t)[failed].ErrorCode != subscriptions.QuotaExceeded || !strings.Contains(w.rows(t)[failed].LastError, "limit of '2'") {
		t.Errorf("rows %+v; want one that shows the quota", w.rows(t))
	}
	s.OrganizationQuota = 0
	w.Subscriptions().SetSettings(s)
	w.now(t)
	w.reconcile(t)
	if got := w.resources(); len(got) != 2 || slices.Contains(got, everywhere+"?model=B") {
		t.Errorf("Graph has %v; want the two channels", got)
	}
}

// TestAChannelThatIsGoneHoldsNothingUp: its own subscription can never be made.
func TestAChannelThatIsGoneHoldsNothingUp(t *testing.T) {
	w := newWorld(t)
	w.set(func(c *subscriptions.Current) { c.WideFrom = 2 })
	w.link(t)
	gone := bridge.Link{ID: "gone", Channel: "gone", MattermostTeam: "team", Creator: "user", CreatedAt: time.Now(), Conversation: bridge.Conversation{Team: w.Channel.Team, ID: "19:gone@thread.tacv2"}}
	if err := w.store.CreateLink(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	w.set(nil)
	w.reconcile(t)
	w.now(t)
	w.reconcile(t)
	if got := w.resources(); len(got) != 1 || !strings.Contains(got[0], string(w.Channel.ID)) {
		t.Errorf("Graph has %v; want the channel that there is", got)
	}
	if s := w.find(t, "19:gone@thread.tacv2"); s.ErrorCode != store.ResourceNotFound {
		t.Errorf("the other one is %+v", s)
	}
}

// TestWhatIsToGoIsOnlyKeptAlive: two changes at once do not have it replaced before it goes.
func TestWhatIsToGoIsOnlyKeptAlive(t *testing.T) {
	w := newWorld(t)
	w.settled(t)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 400, Route: "POST /subscriptions", Next: 1})
	w.set(func(c *subscriptions.Current) { c.WideFrom, c.Evaluation = 1, true })
	w.moveTo("/elsewhere")
	w.reconcile(t)
	w.wantActions(t, "failed")
	if s := w.find(t, string(w.Channel.ID)); s.State != store.SubscriptionActive || s.NotificationURL != w.base+"/changes" {
		t.Errorf("the channel's is %+v", s)
	}
	w.now(t)
	w.reconcile(t)
	w.wantActions(t, "created", "removed")
	if gaps := w.gaps(t); len(gaps) != 0 {
		t.Errorf("gaps %+v", gaps)
	}
}

func (w *world) rows(t *testing.T) []store.Subscription {
	t.Helper()
	all, err := w.store.Subscriptions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTheModelFollowsTheSetting; only what covers the tenant names one.
func TestTheModelFollowsTheSetting(t *testing.T) {
	w := newWorld(t)
	w.set(func(c *subscriptions.Current) { c.WideFrom, c.Evaluation = 1, true })
	w.settled(t)
	if got := w.resources(); !slices.Equal(got, []string{everywhere}) {
		t.Errorf("evaluation: Graph has %v", got)
	}
	w.set(func(c *subscriptions.Current) { c.WideFrom = 1 })
	w.reconcile(t)
	w.wantActions(t, "created", "replaced", "created", "removed") // the channel's covers meanwhile
	if got := w.resources(); !slices.Equal(got, []string{everywhere + "?model=B"}) {
		t.Errorf("metered: Graph has %v", got)
	}
	if gaps := w.gaps(t); len(gaps) != 0 {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestAModelThatIsNotPaidForShows(t *testing.T) {
	w := newWorld(t)
	w.Subscriptions().SetSettings(notify.Settings{Metered: true})
	w.set(func(c *subscriptions.Current) { c.WideFrom = 1 })
	w.link(t)
	w.reconcile(t)
	if s := w.state(t); s.State != store.SubscriptionWanted || s.ErrorCode != "PaymentRequired" || !strings.Contains(s.LastError, "must be associated with an Azure subscription") {
		t.Errorf("state %+v", s)
	}
}

// TestTheBudget: 80 % warn once, 100 % warn once more and end the subscription to the tenant before Microsoft's silence would.
func TestTheBudget(t *testing.T) {
	w := newWorld(t)
	w.set(func(c *subscriptions.Current) { c.WideFrom, c.Evaluation = 1, true })
	wide := w.settled(t)
	of := intake.Subscription{ID: wide.ID}
	deliver := func(messages int) {
		t.Helper()
		if err := w.keeper.Delivered(t.Context(), of, messages); err != nil {
			t.Fatal(err)
		}
		w.reconcile(t)
	}
	deliver(subscriptions.Budget*8/10 - 1)
	if len(w.warned) != 0 {
		t.Fatalf("warned before 80 %%: %q", w.warned)
	}
	w.warnErr = fmt.Errorf("no server")
	deliver(1)
	w.warnErr = nil
	w.reconcile(t)
	w.reconcile(t)
	if len(w.warned) != 2 || !strings.Contains(w.warned[1], "400") || !strings.Contains(w.warned[1], "500") {
		t.Fatalf("warned %q; want a second time after the failed one, and no more", w.warned)
	}
	w.wantActions(t)
	deliver(subscriptions.Budget - subscriptions.Budget*8/10)
	w.reconcile(t)
	if len(w.warned) != 3 || !strings.Contains(w.warned[2], "used up. ") {
		t.Errorf("warned %q; want a last time that the budget is used up", w.warned)
	}
	w.wantActions(t, "created", "removed")
	if gaps := w.gaps(t); len(gaps) != 1 || gaps[0] != w.Channel {
		t.Errorf("gaps %+v; want one since Microsoft would have stopped", gaps)
	}
	if got := w.resources(); len(got) != 1 || got[0] == everywhere {
		t.Errorf("Graph has %v; want the channel's own", got)
	}
	// A new month has a new budget.
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.evaluation SET month = month - interval '1 month'"); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	if got := w.resources(); !slices.Equal(got, []string{everywhere}) {
		t.Errorf("Graph has %v; want one for all", got)
	}
}

// TestWhyGraphRefuses: a refusal is a quota when others like it were accepted, whatever it says; else it may be a permission.
func TestWhyGraphRefuses(t *testing.T) {
	for name, accepted := range map[string]bool{"others were accepted": true, "none was": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.link(t)
			want := "" // Graph's
			if accepted {
				w.reconcile(t)
				w.linkMore(t, 1)
				want = subscriptions.QuotaExceeded
			}
			w.fault(t, faults.Rule{Effect: faults.Status, Status: http.StatusForbidden, Route: "POST /subscriptions"})
			w.reconcile(t)
			i := slices.IndexFunc(w.rows(t), func(s store.Subscription) bool { return s.State == store.SubscriptionWanted })
			if i < 0 {
				t.Fatalf("rows %+v; want one that was refused", w.rows(t))
			}
			if got := w.rows(t)[i].ErrorCode; got != want && (accepted || got == subscriptions.QuotaExceeded) {
				t.Errorf("the code is %q, want %q", got, want)
			}
		})
	}
}

// TestWhatIsDeliveredIsCounted against the emulator's own count, with metering in force: all that the tenant's channels
// say, linked or not, and nothing that a channel's own subscription delivers.
func TestWhatIsDeliveredIsCounted(t *testing.T) {
	for name, c := range map[string]struct {
		wide    int
		counted bool
	}{"all channels": {1, true}, "one channel": {0, false}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Subscriptions().SetSettings(notify.Settings{Metered: true, EvaluationQuota: 30})
			w.intake = intake.New(intake.Config{Subscriptions: w.keeper, Inbox: nowhere{}, Observer: nowhere{}, Log: nil})
			w.set(func(current *subscriptions.Current) { current.WideFrom, current.Evaluation = c.wide, true })
			w.settled(t)
			w.talking(t)() // 20 messages at least
			for range 20 {
				w.say(t, "more")
			}
			if err := w.Subscriptions().Settled(t.Context()); err != nil {
				t.Fatal(err)
			}
			counts := w.Subscriptions().Counts()
			used, _, err := w.store.Evaluation(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.counted && (used != 30 || counts.OverQuota < 10) || !c.counted && (used != 0 || counts.OverQuota != 0) {
				t.Errorf("counted %d, the emulator %+v", used, counts)
			}
		})
	}
}

// nowhere takes all.
type nowhere struct{}

func (nowhere) Takes(context.Context, bridge.Conversation) (bool, error) { return false, nil }
func (nowhere) Receive(context.Context, []bridge.Arrival) error          { return nil }
func (nowhere) Ignored(bridge.Direction, bridge.Kind, bridge.Reason)     {}
