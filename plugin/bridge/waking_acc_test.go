// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// slowToRead is a store that reads a lane when its newest event is nearly due.
type slowToRead struct {
	*store.Store
	nearly time.Duration
}

func (s slowToRead) TakeInbound(ctx context.Context, lease bridge.Lease, limit int) ([]bridge.InboundEvent, time.Duration, error) {
	for wait := 2 * s.nearly; wait > s.nearly; {
		var seconds float64
		if err := s.Pool().QueryRow(ctx, `SELECT coalesce(max(extract(epoch FROM not_before - clock_timestamp())), 0)::float8
			FROM msteamssync.inbox WHERE conversation = $1`, lease.Conversation).Scan(&seconds); err != nil {
			return nil, 0, err
		}
		wait = time.Duration(seconds * float64(time.Second))
	}
	return s.Store.TakeInbound(ctx, lease, limit)
}

// TestALaneIsLookedAtWhenItsNextEventIsDue: earlier nothing is due, and nobody would come back but the poll.
func TestALaneIsLookedAtWhenItsNextEventIsDue(t *testing.T) {
	s := newSite(t)
	s.tuning.ReorderWindow, s.tuning.PollEvery = 500*time.Millisecond, time.Hour
	s.wrap = func(inner *store.Store) bridge.Store { return slowToRead{inner, 100 * time.Millisecond} }
	s.start()
	began := time.Now()
	s.writeInTeams("", blake, "one")
	s.eventually("half of the wait for the first is over", func() bool { return time.Since(began) > s.tuning.ReorderWindow/2 })
	s.writeInTeams("", blake, "two")
	s.settle([]string{"**Blake Demo:** one", "**Blake Demo:** two"}, []string{"one", "two"})
}

// TestALaneThatGaveItsPlaceUpIsLookedAtInTime: it comes back at once, may have nothing due then, and has but one timer.
func TestALaneThatGaveItsPlaceUpIsLookedAtInTime(t *testing.T) {
	s := newSite(t)
	s.tuning.ReorderWindow, s.tuning.PollEvery, s.tuning.Batch = 400*time.Millisecond, time.Hour, 1
	s.start()
	began := time.Now()
	s.writeInTeams("", blake, "one")
	s.writeInTeams("", blake, "two")
	s.eventually("half of the wait for the first is over", func() bool { return time.Since(began) > s.tuning.ReorderWindow/2 })
	s.writeInTeams("", blake, "three")
	s.settle([]string{"**Blake Demo:** one", "**Blake Demo:** two", "**Blake Demo:** three"}, []string{"one", "two", "three"})
}
