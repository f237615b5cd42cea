// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Delivery is one attempt to deliver a batch of notifications.
type Delivery struct {
	At       time.Time     `json:"at"` // on the emulator's clock, when the answer had come
	Endpoint string        `json:"endpoint"`
	Items    int           `json:"items"`
	Attempt  int           `json:"attempt"` // 1 for the first
	Status   int           `json:"status"`  // 0 without an answer
	Error    string        `json:"error,omitempty"`
	GivenUp  int           `json:"givenUp,omitempty"` // items that will not be tried again
	Took     time.Duration `json:"tookNs"`
}

// Counts sums up what became of notifications since the last Clear.
type Counts struct {
	Delivered int `json:"delivered"` // items taken with a 2xx
	Failed    int `json:"failed"`    // items in attempts that were not taken
	GivenUp   int `json:"givenUp"`   // items that were never taken
	Pending   int `json:"pending"`   // items still to be delivered
	OverQuota int `json:"overQuota"` // items over the quota of the evaluation model, which were not sent
}

// keptDeliveries is how many attempts are remembered.
const keptDeliveries = 10_000

type deliveries struct {
	mu     sync.Mutex
	latest []Delivery
	counts Counts
}

func (d *deliveries) add(delivery Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.latest) == keptDeliveries {
		d.latest = append(d.latest[:0], d.latest[keptDeliveries/2:]...)
	}
	d.latest = append(d.latest, delivery)
	if delivery.Status/100 == 2 {
		d.counts.Delivered += delivery.Items
		return
	}
	d.counts.Failed += delivery.Items
	d.counts.GivenUp += delivery.GivenUp
}

func (d *deliveries) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.latest, d.counts = nil, Counts{}
}

// Deliveries returns the latest attempts, oldest first.
func (s *Subscriptions) Deliveries() []Delivery {
	d := &s.sender.record
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Delivery{}, d.latest...)
}

// Counts returns what became of notifications since the last Clear.
func (s *Subscriptions) Counts() Counts {
	s.sender.mu.Lock()
	pending := s.sender.pending
	s.sender.mu.Unlock()
	s.mu.RLock()
	overQuota := s.overQuota
	s.mu.RUnlock()
	s.sender.record.mu.Lock()
	defer s.sender.record.mu.Unlock()
	counts := s.sender.record.counts
	counts.Pending, counts.OverQuota = pending, overQuota
	return counts
}

// Settled waits until nothing is left to be delivered, repeated attempts included.
func (s *Subscriptions) Settled(ctx context.Context) error {
	select {
	case <-s.sender.settled():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for notifications to be delivered (%+v): %w", s.Counts(), ctx.Err())
	}
}
