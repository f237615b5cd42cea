// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// Config is what a governor works with.
type Config struct {
	Ledger Ledger
	// Application names whose limits count for Ask: the application and tenant that the settings name now.
	Application func() string
	// Waited is told how long a call stood in the queue. It may be nil.
	Waited func(row string, late bool, wait time.Duration)
	Log    *slog.Logger // default slog.Default()
}

// Governor hands out permits on one node. It is safe for concurrent use.
type Governor struct {
	Config
	kick chan struct{} // there is something to ask the ledger for
	stop context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	buckets map[string]*bucket
	pools   map[string]*pool
	queue   []*waiter // those that are not late first, then in the order of asking
	granted map[bridge.Lane]*waiter
	refused map[string]refusal
	groups  []group  // whose turns are wanted
	wakes   []func() // to call when the lock is given back
	timer   *time.Timer
	usage   counts
}

var (
	_ bridge.Governor = (*Governor)(nil)
	_ teams.Gate      = (*Governor)(nil)
)

// group are the buckets that one call needs turns of, at the same time.
type group struct {
	buckets []*bucket
	at      time.Time
}

// waiter is a call in the queue.
type waiter struct {
	wish
	lane   bridge.Lane // empty for a caller that waits itself
	asked  time.Time
	wake   func()
	ready  chan struct{} // closed with the permit
	at     time.Time     // when it may be made as far as this node knows; zero when the ledger must be asked
	permit *permit
}

// New starts a governor. Stop ends it.
func New(config Config) *Governor {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	g := &Governor{
		Config: config, kick: make(chan struct{}, 1), done: make(chan struct{}),
		buckets: map[string]*bucket{}, pools: map[string]*pool{}, granted: map[bridge.Lane]*waiter{}, refused: map[string]refusal{},
		usage: newCounts(),
	}
	ctx, cancel := context.WithCancel(context.Background())
	g.stop = cancel
	g.timer = time.AfterFunc(time.Hour, func() {
		g.mu.Lock()
		defer g.unlock()
		g.look(time.Now())
	})
	go g.exchange(ctx)
	return g
}

// Stop ends the talk with the ledger. Who waits goes on waiting, until its context ends.
func (g *Governor) Stop() {
	g.stop()
	<-g.done
	g.mu.Lock()
	defer g.mu.Unlock()
	g.timer.Stop()
}

// unlock gives the lock back and wakes who got a permit.
func (g *Governor) unlock() {
	wakes := g.wakes
	g.wakes = nil
	g.mu.Unlock()
	for _, wake := range wakes {
		wake()
	}
}

func (g *Governor) poke() {
	select {
	case g.kick <- struct{}{}:
	default:
	}
}

// lead is how long before its time a call gets its permit: it prepares meanwhile and waits for the rest.
const lead = 100 * time.Millisecond

// good is how long after its time a permit may be used.
const good = 150 * time.Millisecond

// Ask asks for a permit for the lane's next call. It waits for it no longer than is worth while; without one, wake is
// called when the lane should ask again.
func (g *Governor) Ask(ctx context.Context, call bridge.Call, wake func()) (bridge.Permit, bool) {
	wanted := wishOf(g.Application(), call)
	g.mu.Lock()
	w := g.standing(call.Asker, wanted)
	w.wake = nil // it is here
	g.look(time.Now())
	if w.permit == nil && (w.at.IsZero() || time.Until(w.at) <= 2*lead) {
		g.unlock()
		timer := time.NewTimer(lead)
		select {
		case <-w.ready:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		g.mu.Lock()
	}
	defer g.unlock()
	if w.permit == nil {
		w.wake = wake
		return nil, false
	}
	delete(g.granted, call.Asker)
	return w.permit, true
}

// standing finds the lane's place in the queue, or gives it one. A permit that the lane was given and that is not good
// any more leaves it its place.
func (g *Governor) standing(lane bridge.Lane, wanted wish) *waiter {
	now := time.Now()
	if w, ok := g.granted[lane]; ok {
		if w.same(wanted) && !now.After(w.permit.stale) {
			return w
		}
		delete(g.granted, lane)
		w.permit.release()
		if w.same(wanted) {
			again := &waiter{wish: wanted, lane: lane, asked: w.asked, ready: make(chan struct{})}
			g.enqueue(again)
			return again
		}
	}
	for i, w := range g.queue {
		if w.lane == lane && lane != (bridge.Lane{}) {
			if w.same(wanted) && w.late == wanted.late {
				return w
			}
			g.queue = append(g.queue[:i], g.queue[i+1:]...)
			break
		}
	}
	w := &waiter{wish: wanted, lane: lane, asked: now, ready: make(chan struct{})}
	g.enqueue(w)
	return w
}

// enqueue puts a call where it belongs. The lock is held.
func (g *Governor) enqueue(w *waiter) {
	i := len(g.queue)
	for i > 0 && before(w, g.queue[i-1]) {
		i--
	}
	g.queue = append(g.queue, nil)
	copy(g.queue[i+1:], g.queue[i:])
	g.queue[i] = w
}

func before(a, b *waiter) bool {
	if a.late != b.late {
		return b.late
	}
	return a.asked.Before(b.asked)
}

// Withdraw forgets what the lane asked for or was permitted.
func (g *Governor) Withdraw(lane bridge.Lane) {
	g.mu.Lock()
	defer g.unlock()
	if w, ok := g.granted[lane]; ok {
		delete(g.granted, lane)
		w.permit.release()
	}
	for i, w := range g.queue {
		if w.lane == lane {
			g.queue = append(g.queue[:i], g.queue[i+1:]...)
			break
		}
	}
	g.look(time.Now())
}

// longestWait is how long a request waits in place. Who can wait longer asks, and does something else meanwhile.
const longestWait = 30 * time.Second

// wait waits in place for a permit and begins its call. It gives up before the caller does: a call that was cut off may
// have been made, one that was not let through has not.
func (g *Governor) wait(ctx context.Context, wanted wish) (*permit, error) {
	limit := longestWait
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)*9/10)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		g.mu.Lock()
		w := g.standing(bridge.Lane{}, wanted)
		g.look(time.Now())
		at := w.at
		g.unlock()
		if deadline, _ := ctx.Deadline(); at.After(deadline) {
			g.leave(w)
			return nil, full(wanted, time.Until(at))
		}
		select {
		case <-w.ready:
		case <-ctx.Done():
			g.leave(w)
			return nil, full(wanted, time.Until(at))
		}
		at, ok := g.enter(w.permit, wanted)
		if !ok {
			continue
		}
		if err := sleepUntil(ctx, at); err != nil {
			w.permit.Leave(0, 0, "")
			return nil, err
		}
		return w.permit, nil
	}
}

// leave takes a caller out of the queue that does not wait any longer.
func (g *Governor) leave(w *waiter) {
	g.mu.Lock()
	defer g.unlock()
	if w.permit != nil {
		w.permit.release()
	}
	for i, o := range g.queue {
		if o == w {
			g.queue = append(g.queue[:i], g.queue[i+1:]...)
			break
		}
	}
	g.look(time.Now())
}

// full is the failure of a request that would have to wait too long. It was not made.
func full(w wish, wait time.Duration) error {
	return &bridge.Failure{Class: bridge.Retry, RetryAfter: max(wait, time.Second),
		Err: fmt.Errorf("Microsoft Graph's limit for %q is used up for now; it is tried again later", w.row.Name)}
}

func (g *Governor) bucketOf(key string, limit catalog.Limit) *bucket {
	b := g.buckets[key]
	if b == nil {
		b = newBucket(key, limit)
		g.buckets[key] = b
	}
	return b
}

func (g *Governor) poolOf(w wish) *pool {
	key := w.key(catalog.PerAppAndTenant, "")
	p := g.pools[key]
	if p == nil {
		p = newPool(key, w.row.By[catalog.PerAppAndTenant])
		g.pools[key] = p
	}
	return p
}
