// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"sync"
	"time"
)

// keptLeases are the leases of lanes that wait for the turn of a call. The lane has no worker meanwhile and stays ours: if
// another node took it, both would stand in the queue for the same call.
type keptLeases struct {
	mu     sync.Mutex
	leases map[Lane]keptLease
}

type keptLease struct {
	Lease
	since time.Time // when it was last renewed, at the latest
}

// keep remembers the lease of a lane that nobody works on for now.
func (k *keptLeases) keep(lease Lease, since time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.leases == nil {
		k.leases = map[Lane]keptLease{}
	}
	k.leases[lease.Lane] = keptLease{lease, since}
}

// take returns the lane's lease and forgets it.
func (k *keptLeases) take(lane Lane) (keptLease, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, ok := k.leases[lane]
	delete(k.leases, lane)
	return kept, ok
}

func (k *keptLeases) all() []Lane {
	k.mu.Lock()
	defer k.mu.Unlock()
	var lanes []Lane
	for lane := range k.leases {
		lanes = append(lanes, lane)
	}
	return lanes
}

// claim takes up a lease that was kept, or leases the lane. since is a moment before which the lease was not renewed.
func (e *Engine) claim(lane Lane) (lease Lease, since time.Time, mine bool, err error) {
	since = time.Now()
	kept, ok := e.kept.take(lane)
	switch {
	case ok && since.Sub(kept.since) < e.Tuning.Lease/3:
		return kept.Lease, kept.since, true, nil
	case ok && e.Store.Renew(e.life, kept.Lease) == nil:
		return kept.Lease, since, true, nil
	}
	lease, mine, err = e.Store.Claim(e.life, lane, e.Tuning.Lease)
	return lease, since, mine, err
}

// takeOutbound reads the lane, after it looked for posts that no hook reported, if there may be some: this node could not write
// them down or has just started, or another node died, perhaps between a post's commit and its hook. What is found is older than
// what is read.
func (w *worker) takeOutbound(ctx context.Context, lease Lease, limit int) ([]OutboundEvent, time.Duration, error) {
	missing, err := w.lookAround(ctx)
	if err != nil {
		return nil, 0, err
	}
	if missing {
		w.scans.want(lease.Conversation)
	}
	if w.linked {
		if err := w.scanFirst(ctx, w.link); err != nil && ctx.Err() == nil {
			w.Log.Warn("could not scan a channel for posts that no hook reported; it is tried again", "channel", w.link.Channel, "error", err)
		}
	}
	return w.Store.TakeOutbound(ctx, lease, limit)
}

// giveBackKept releases the leases of lanes that nobody works on.
func (e *Engine) giveBackKept(ctx context.Context) {
	for _, lane := range e.kept.all() {
		kept, ok := e.kept.take(lane)
		if !ok {
			continue
		}
		e.release(ctx, kept.Lease)
	}
}

// release gives a lane back.
func (e *Engine) release(ctx context.Context, lease Lease) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := e.Store.Release(limited, lease); err != nil {
		e.Log.Warn("could not give a lane back; it is free when its lease ends", "conversation", lease.Conversation, "direction", lease.Direction, "error", err)
	}
}
