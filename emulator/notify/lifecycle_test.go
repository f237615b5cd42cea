// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// events returns the lifecycle events received so far.
func (b *bench) events() []string {
	var events []string
	for _, it := range b.got() {
		if it.LifecycleEvent != "" {
			events = append(events, it.LifecycleEvent)
		}
	}
	return events
}

func (b *bench) later(t *testing.T, d time.Duration) {
	t.Helper()
	b.clock.Shift(d)
	b.Sweep()
	b.settled(t)
}

func TestReauthorizationIsAskedForBeforeAccessLapses(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, nil)
	b.later(t, 40*time.Minute)
	if got := b.events(); len(got) != 0 {
		t.Fatalf("after 40 minutes: %v", got)
	}
	b.later(t, 6*time.Minute)
	b.later(t, 5*time.Minute) // too early for another reminder
	if got := b.events(); len(got) != 1 || got[0] != "reauthorizationRequired" {
		t.Fatalf("after 51 minutes: %v", got)
	}
	if it := b.got()[0]; it.ChangeType != "" || it.Resource != "" || it.SubscriptionID != sub.ID || *it.ClientState != "our-secret" {
		t.Errorf("lifecycle item %+v", it)
	}
	if err := b.Reauthorize(app, sub.ID); err != nil {
		t.Fatal(err)
	}
	b.later(t, 30*time.Minute)
	if got := b.events(); len(got) != 1 {
		t.Errorf("reminded although just reauthorized: %v", got)
	}
}

func TestNotificationsWaitWhileAccessHasLapsed(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, nil)
	b.later(t, 61*time.Minute)
	b.change(teams.Created, bridge, "1")
	b.settled(t)
	changes := func() (n int) {
		for _, it := range b.got() {
			if it.ChangeType != "" {
				n++
			}
		}
		return n
	}
	if changes() != 0 {
		t.Fatal("delivered without access")
	}
	if _, err := b.Renew(t.Context(), app, sub.ID, notify.Renewal{ExpiresAt: ptr(notify.Time(b.clock.Now().Add(time.Hour)))}); err != nil {
		t.Fatal(err)
	}
	b.settled(t)
	if changes() != 1 {
		t.Error("what was held back did not arrive after the renewal")
	}
}

func TestRemovedWhenAccessIsGoneForLong(t *testing.T) {
	b := newBench(t, nil)
	b.subscribe(t, nil)
	b.later(t, 5*time.Hour+time.Minute)
	if got := b.events(); len(got) == 0 || got[len(got)-1] != "subscriptionRemoved" || len(b.All()) != 0 {
		t.Errorf("events %v, left %v", got, b.All())
	}
}

func TestRevokedConsentPausesDelivery(t *testing.T) {
	var consent atomic.Bool
	consent.Store(true)
	b := newBench(t, func(c *notify.Config) {
		c.Authorized = func(notify.Owner, notify.Resource) bool { return consent.Load() }
	})
	b.subscribe(t, nil)
	consent.Store(false)
	b.Sweep()
	b.change(teams.Created, bridge, "1")
	b.settled(t)
	if got := b.got(); len(got) != 1 || got[0].LifecycleEvent != "reauthorizationRequired" {
		t.Fatalf("without consent: %+v", got)
	}
	consent.Store(true)
	b.Sweep()
	b.settled(t)
	if got := b.got(); len(got) != 2 || got[1].ChangeType != "created" {
		t.Errorf("with consent again: %+v", got)
	}
}

func TestLifecycleOnDemand(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, nil)
	if err := b.Announce(sub.ID, notify.ReauthorizationRequired); err != nil {
		t.Fatal(err)
	}
	wantError(t, b.Announce(sub.ID, "missed"), 400, "InvalidRequest")
	if err := b.Announce(sub.ID, notify.SubscriptionRemoved); err != nil {
		t.Fatal(err)
	}
	wantError(t, b.Announce(sub.ID, notify.SubscriptionRemoved), 404, "ResourceNotFound")
	b.settled(t)
	if got := b.events(); len(got) != 2 || len(b.All()) != 0 {
		t.Errorf("events %v, left %v", got, b.All())
	}
	again := b.subscribe(t, nil)
	if err := b.Expire(again.ID); err != nil {
		t.Fatal(err)
	}
	b.settled(t)
	if got := b.events(); len(got) != 2 || len(b.All()) != 0 {
		t.Errorf("expiry was announced: %v", got)
	}
}
