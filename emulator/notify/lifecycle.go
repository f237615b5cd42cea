// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// LifecycleEvent is what a lifecycle notification says. Teams has no "missed".
type LifecycleEvent string

// The lifecycle events.
const (
	ReauthorizationRequired LifecycleEvent = "reauthorizationRequired"
	SubscriptionRemoved     LifecycleEvent = "subscriptionRemoved"
)

const (
	reminderEvery = 15 * time.Minute
	// removalAfter is how long access may have lapsed before the subscription is removed: changes are kept that long.
	removalAfter = 4 * time.Hour
	// sweepEvery is how often expiry is looked at, in real time; a moved clock is noticed at once.
	sweepEvery = time.Second
)

// watch sweeps regularly and whenever the clock is moved.
func (s *Subscriptions) watch(ctx context.Context) {
	defer close(s.done)
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		shifted := s.config.Clock.Shifted()
		s.Sweep()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-shifted:
		}
	}
}

// Sweep forgets expired subscriptions, looks who still has consent, reminds owners to reauthorize, and removes
// subscriptions whose access lapsed long ago. It runs by itself; a test that cannot wait calls it.
func (s *Subscriptions) Sweep() {
	now := s.config.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	consents := s.consents()
	for id, sub := range s.byID {
		sub.consented = consents(sub)
		switch {
		case sub.expired(now):
			delete(s.byID, id)
			continue
		case now.After(sub.authorizedUntil.Add(removalAfter)):
			s.announce(sub, SubscriptionRemoved)
			delete(s.byID, id)
			continue
		case s.needsReminder(sub, now):
			s.announce(sub, ReauthorizationRequired)
			sub.remindedAt = now
		}
		s.release(sub, now)
	}
}

// consents returns a look-up of consent that asks once for each owner and kind of resource: a directory may be large.
func (s *Subscriptions) consents() func(*subscription) bool {
	type question struct {
		owner   Owner
		pattern string
	}
	known := map[question]bool{}
	return func(sub *subscription) bool {
		if s.config.Authorized == nil {
			return true
		}
		q := question{sub.owner, sub.watches.Pattern}
		if _, asked := known[q]; !asked {
			known[q] = s.config.Authorized(sub.owner, sub.watches)
		}
		return known[q]
	}
}

// needsReminder is true in the last hour before the expiry, in the last quarter of an hour before the access lapses,
// and whenever access is gone, every 15 minutes.
func (s *Subscriptions) needsReminder(sub *subscription, now time.Time) bool {
	if now.Sub(sub.remindedAt) < reminderEvery {
		return false
	}
	lead := time.Hour
	if sub.lifetime <= NeedsLifecycle {
		lead = reminderEvery
	}
	return now.After(time.Time(sub.ExpiresAt).Add(-lead)) || now.After(sub.authorizedUntil.Add(-reminderEvery)) || !s.mayDeliver(sub, now)
}

// mayDeliver says whether the access that a subscription rests on still holds; the caller holds the lock.
func (s *Subscriptions) mayDeliver(sub *subscription, now time.Time) bool {
	return now.Before(sub.authorizedUntil) && sub.consented
}

// authorize renews a subscription's access; the caller holds the lock.
func (s *Subscriptions) authorize(sub *subscription, now time.Time) {
	sub.authorizedUntil = now.Add(s.Settings().AccessFor)
	sub.consented = s.config.Authorized == nil || s.config.Authorized(sub.owner, sub.watches)
	s.release(sub, now)
}

// release delivers what was held back if access holds again; the caller holds the lock.
func (s *Subscriptions) release(sub *subscription, now time.Time) {
	if !s.mayDeliver(sub, now) {
		return
	}
	for _, it := range keepYoung(sub.held, now.Add(-s.Settings().RetryFor)) {
		s.sender.send(it, 0)
	}
	sub.held = nil
}

func (s *Subscriptions) announce(sub *subscription, event LifecycleEvent) {
	if sub.LifecycleNotificationURL == nil {
		return
	}
	s.sender.send(s.item(sub, *sub.LifecycleNotificationURL, notification{LifecycleEvent: string(event)}), 0)
}

// Announce sends a lifecycle notification now; SubscriptionRemoved also removes the subscription.
func (s *Subscriptions) Announce(id string, event LifecycleEvent) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, ok := s.byID[strings.ToLower(id)]
	if !ok {
		return refuse(http.StatusNotFound, "ResourceNotFound", "There is no subscription '%s'.", id)
	}
	switch event {
	case ReauthorizationRequired:
		sub.remindedAt = s.config.Clock.Now()
	case SubscriptionRemoved:
		delete(s.byID, strings.ToLower(id))
	default:
		return refuse(http.StatusBadRequest, "InvalidRequest", "Lifecycle events of Teams are %s and %s, not '%s'.", ReauthorizationRequired, SubscriptionRemoved, event)
	}
	s.announce(sub, event)
	return nil
}

// Expire lets a subscription end now, as if its time had come: silently.
func (s *Subscriptions) Expire(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byID[strings.ToLower(id)]; !ok {
		return refuse(http.StatusNotFound, "ResourceNotFound", "There is no subscription '%s'.", id)
	}
	delete(s.byID, strings.ToLower(id))
	return nil
}
