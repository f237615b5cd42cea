// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

func TestNotificationHasTheShapeOfGraph(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, nil)
	b.Changed(teams.Change{Type: teams.Created, Ref: teams.Ref{Place: bridge, Root: "100", ID: "200"}})
	b.settled(t)
	items := b.got()
	if len(items) != 1 {
		t.Fatalf("%d items", len(items))
	}
	it := items[0]
	const path = "teams('t1')/channels('19:c1@thread.tacv2')/messages('100')/replies('200')"
	if it.SubscriptionID != sub.ID || it.TenantID != tenant || *it.ClientState != "our-secret" || it.ChangeType != "created" ||
		it.Resource != path || it.ResourceData.Path != path || it.ResourceData.ID != "200" || it.ResourceData.Type != "#Microsoft.Graph.chatMessage" {
		t.Errorf("item %+v, %+v", it, it.ResourceData)
	}
}

func TestOnlyWhatIsWatched(t *testing.T) {
	other := teams.Place{Team: "t1", Channel: "19:c2@thread.tacv2"}
	chat := teams.Place{Chat: "19:x@thread.v2"}
	for name, c := range map[string]struct {
		resource, changeType string
		want                 int
	}{
		"one channel":       {channelResource, "created,updated,deleted", 3},
		"creations only":    {channelResource, "created", 1},
		"all channels":      {"/teams/getAllMessages", "created,updated,deleted", 4},
		"all chats":         {"chats/getAllMessages", "created", 1},
		"with a model":      {"/teams/getAllMessages?model=B", "created", 2},
		"written key style": {"teams('T1')/channels('19:c1@thread.tacv2')/messages", "deleted", 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.subscribe(t, func(r *notify.Request) { r.Resource, r.ChangeType = c.resource, c.changeType })
			b.change(teams.Created, bridge, "1")
			b.change(teams.Updated, bridge, "1")
			b.change(teams.Deleted, bridge, "1")
			b.change(teams.Created, other, "2")
			b.change(teams.Created, chat, "3")
			b.settled(t)
			if got := len(b.got()); got != c.want {
				t.Errorf("%d notifications, want %d", got, c.want)
			}
		})
	}
}

func TestRetriesUntilTaken(t *testing.T) {
	b := newBench(t, nil)
	b.subscribe(t, nil)
	b.status = func(attempt int) int { return map[bool]int{true: 503, false: 202}[attempt <= 3] }
	b.change(teams.Created, bridge, "1")
	b.settled(t)
	if got := len(b.got()); got != 1 {
		t.Errorf("%d notifications", got)
	}
	attempts := b.Deliveries()
	if len(attempts) != 4 || attempts[0].Status != 503 || attempts[3].Attempt != 4 || attempts[3].Status != 202 {
		t.Errorf("attempts %+v", attempts)
	}
	if c := b.Counts(); c != (notify.Counts{Delivered: 1, Failed: 3}) {
		t.Errorf("counts %+v", c)
	}
}

func TestASlowAnswerIsNoDelivery(t *testing.T) {
	b := newBench(t, func(c *notify.Config) { c.Settings.AnswerLimit = 20 * time.Millisecond })
	b.subscribe(t, nil)
	released := make(chan struct{})
	b.status = func(attempt int) int {
		if attempt == 1 {
			<-released
		}
		return 202
	}
	b.change(teams.Created, bridge, "1")
	b.attempted(t) // the first attempt is given up while its answer is still to come
	close(released)
	b.settled(t)
	if attempts := b.Deliveries(); attempts[0].Status != 0 || attempts[0].Error == "" || attempts[len(attempts)-1].Status != 202 {
		t.Errorf("attempts %+v", attempts)
	}
}

func TestGivenUpAfterFourHours(t *testing.T) {
	b := newBench(t, nil)
	b.subscribe(t, func(r *notify.Request) { // no lifecycle address: nothing but the change is to be delivered
		r.LifecycleNotificationURL, r.ExpiresAt = nil, ptr(notify.Time(b.clock.Now().Add(time.Hour)))
	})
	b.status = func(attempt int) int {
		if attempt == 2 {
			b.clock.Shift(5 * time.Hour)
		}
		return 500
	}
	b.change(teams.Created, bridge, "1")
	b.settled(t)
	if c := b.Counts(); c.GivenUp != 1 || c.Failed != 2 {
		t.Errorf("counts %+v", c)
	}
}

func TestABurstGoesOutInBatches(t *testing.T) {
	b := newBench(t, func(c *notify.Config) { c.Settings.MaxBatch, c.Settings.Concurrency = 100, 4 })
	b.subscribe(t, nil)
	const burst = 8000
	for i := range burst {
		b.change(teams.Created, bridge, teams.MessageID(fmt.Sprint(i)))
	}
	b.settled(t)
	seen := map[string]bool{}
	for _, it := range b.got() {
		seen[it.ResourceData.ID] = true
	}
	if len(seen) != burst || len(b.got()) != burst {
		t.Errorf("%d items, %d distinct, want %d", len(b.got()), len(seen), burst)
	}
	for _, size := range b.batches {
		if size > 100 {
			t.Fatalf("a batch of %d", size)
		}
	}
	if len(b.batches) > burst/10 {
		t.Errorf("%d requests for %d notifications", len(b.batches), burst)
	}
}

// disturbance deals each notification the same fate.
type disturbance struct {
	copies []time.Duration
	fault  string
}

func (d disturbance) Notification(string) []time.Duration { return d.copies }
func (d disturbance) ValidationFault() string             { return d.fault }

func TestDisturbedNotifications(t *testing.T) {
	for name, c := range map[string]struct {
		copies []time.Duration
		want   int
	}{
		"withheld": {nil, 0},
		"doubled":  {[]time.Duration{0, time.Millisecond}, 2},
		"delayed":  {[]time.Duration{2 * time.Millisecond}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(cfg *notify.Config) { cfg.Disturb = disturbance{copies: c.copies} })
			b.subscribe(t, nil)
			b.change(teams.Created, bridge, "1")
			b.settled(t)
			if got := len(b.got()); got != c.want {
				t.Errorf("%d notifications, want %d", got, c.want)
			}
		})
	}
}

func TestDisturbedHandshake(t *testing.T) {
	for fault, code := range map[string]string{"refused": "InvalidRequest", "timeout": "ValidationError"} {
		b := newBench(t, func(cfg *notify.Config) { cfg.Disturb = disturbance{fault: fault} })
		_, err := b.Create(t.Context(), app, b.request(time.Hour))
		wantError(t, err, 400, code)
	}
}

func TestClearDropsWhatIsUnderWay(t *testing.T) {
	b := newBench(t, func(c *notify.Config) { c.Settings.RetryBase = time.Hour })
	b.subscribe(t, nil)
	b.status = func(int) int { return 500 }
	b.change(teams.Created, bridge, "1")
	b.attempted(t)
	b.Clear()
	b.settled(t)
	if len(b.All()) != 0 || b.Counts() != (notify.Counts{}) {
		t.Errorf("left: %+v, %+v", b.All(), b.Counts())
	}
}

func TestWhatIsHeldBackIsWithdrawn(t *testing.T) {
	b := newBench(t, nil)
	b.SetSettings(notify.Settings{MaxBatch: 2})
	b.subscribe(t, nil)
	b.Hold()
	for i := range 3 {
		b.change(teams.Created, bridge, teams.MessageID(strconv.Itoa(100+i)))
	}
	envelopes, err := b.Withdraw()
	if err != nil {
		t.Fatal(err)
	}
	if len(envelopes) != 2 || envelopes[0].Items != 2 || envelopes[1].Items != 1 || !strings.Contains(string(envelopes[0].Body), "messages('100')") {
		t.Errorf("withdrawn: %+v", envelopes)
	}
	b.settled(t)
	if got := b.got(); len(got) != 0 {
		t.Errorf("%d notifications were delivered all the same", len(got))
	}
	b.change(teams.Created, bridge, "200")
	b.settled(t)
	if got := b.got(); len(got) != 1 {
		t.Errorf("%d notifications after the hold, want 1", len(got))
	}
}
