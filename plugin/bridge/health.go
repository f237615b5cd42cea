// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"time"
)

// Health is what the engine is doing, for people.
type Health struct {
	Inbound  Queue
	Outbound Queue
	Links    []LinkHealth
}

// Queue sums up the lanes of one direction.
type Queue struct {
	Pending int // sends in flight included
	Parked  int
	Dead    int
	// Oldest is the source time of the oldest event that is pending, OldestParked of the oldest that is parked; zero for none.
	Oldest, OldestParked time.Time
}

// LinkHealth is one link's state.
type LinkHealth struct {
	Link     Link
	Inbound  LaneStatistics
	Outbound LaneStatistics
}

// Lag is how long the lane's oldest event has been waiting for its turn; 0 when nothing waits but what is parked.
func (l LaneStatistics) Lag(now time.Time) time.Duration {
	if l.Oldest.IsZero() {
		return 0
	}
	return max(now.Sub(l.Oldest), 0)
}

// earlier is the earlier one of two times, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Health reads the state of the queues and of each link.
func (e *Engine) Health(ctx context.Context) (Health, error) {
	statistics, err := e.Store.Statistics(ctx)
	if err != nil {
		return Health{}, err
	}
	var h Health
	lanes := map[Lane]LaneStatistics{}
	for _, l := range statistics.Lanes {
		lanes[l.Lane] = l
		queue := &h.Inbound
		if l.Lane.Direction == Outbound {
			queue = &h.Outbound
		}
		queue.Pending += l.Pending
		queue.Parked += l.Parked
		queue.Dead += l.Dead
		queue.Oldest, queue.OldestParked = earlier(queue.Oldest, l.Oldest), earlier(queue.OldestParked, l.OldestParked)
	}
	for _, link := range e.links.All() {
		in, out := Lane{link.Conversation.ID, Inbound}, Lane{link.Conversation.ID, Outbound}
		health := LinkHealth{Link: link, Inbound: lanes[in], Outbound: lanes[out]}
		health.Inbound.Lane, health.Outbound.Lane = in, out
		h.Links = append(h.Links, health)
	}
	return h, nil
}
