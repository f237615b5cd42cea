// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"sync/atomic"
	"time"
)

// giveWay has few posts made at a time while notifications arrive: Microsoft waits for its answer and counts how long, and
// what was taken is worked off all the same, a little later.
type giveWay struct {
	few      chan struct{}
	arrivals atomic.Int64 // when notifications came last, in nanoseconds since the epoch
}

const (
	// arriving is how long after notifications others are expected.
	arriving = 25 * time.Millisecond
	// postsMeanwhile is how many posts are made at a time then.
	postsMeanwhile = 2
)

func newGiveWay() *giveWay { return &giveWay{few: make(chan struct{}, postsMeanwhile)} }

// arrived notes that notifications came.
func (g *giveWay) arrived() { g.arrivals.Store(time.Now().UnixNano()) }

// enter waits for its turn to make a post, which ends with leave; false when ctx ended first.
func (g *giveWay) enter(ctx context.Context) (leave func(), ok bool) {
	if time.Now().UnixNano()-g.arrivals.Load() > int64(arriving) {
		return func() {}, true
	}
	select {
	case g.few <- struct{}{}:
		return func() { <-g.few }, true
	case <-ctx.Done():
		return nil, false
	}
}
