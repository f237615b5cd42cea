// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"sync/atomic"
	"time"
)

// giveWay has few posts made, and one message decrypted, at a time while notifications arrive: Microsoft waits for its
// answer and counts how long, and what was taken is worked off all the same, a little later.
type giveWay struct {
	few      chan struct{} // posts that are being made
	one      chan struct{} // the message that is being decrypted
	arrivals atomic.Int64  // when notifications came last, in nanoseconds since the epoch
}

const (
	// arriving is how long after notifications others are expected.
	arriving = 25 * time.Millisecond
	// postsMeanwhile is how many posts are made at a time then.
	postsMeanwhile = 2
)

func newGiveWay() *giveWay {
	return &giveWay{few: make(chan struct{}, postsMeanwhile), one: make(chan struct{}, 1)}
}

// arrived notes that notifications came.
func (g *giveWay) arrived() { g.arrivals.Store(time.Now().UnixNano()) }

// enter waits for its turn to make a post, which ends with leave; false when ctx ended first.
func (g *giveWay) enter(ctx context.Context) (leave func(), ok bool) { return g.turn(ctx, g.few) }

// decrypt waits for its turn to decrypt a message.
func (g *giveWay) decrypt(ctx context.Context) (leave func(), ok bool) { return g.turn(ctx, g.one) }

func (g *giveWay) turn(ctx context.Context, places chan struct{}) (leave func(), ok bool) {
	if time.Now().UnixNano()-g.arrivals.Load() > int64(arriving) {
		return func() {}, true
	}
	select {
	case places <- struct{}{}:
		return func() { <-places }, true
	case <-ctx.Done():
		return nil, false
	}
}
