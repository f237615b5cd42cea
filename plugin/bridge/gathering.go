// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"slices"
	"sync"
)

// gathering commits what arrives. Deliveries that come while another is being committed are committed together after it:
// under load an answer waits for two commits and not for as many as there are deliveries at the time.
type gathering struct {
	commit func(context.Context, []Arrival) error

	mu      sync.Mutex
	waiting []*delivery
	busy    bool
}

// delivery is what one call brought.
type delivery struct {
	ctx      context.Context
	arrivals []Arrival
	done     chan error // one result
}

// gatheredAtMost bounds what is committed together, in arrivals; a single delivery may be larger.
const gatheredAtMost = 500

// add commits the arrivals, all or none, together with others or alone. When ctx ends first they may be committed
// nevertheless.
func (g *gathering) add(ctx context.Context, arrivals []Arrival) error {
	d := &delivery{ctx: ctx, arrivals: arrivals, done: make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, d)
	if !g.busy {
		g.busy = true
		go g.work()
	}
	g.mu.Unlock()
	select {
	case err := <-d.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// work commits until nobody waits.
func (g *gathering) work() {
	for {
		g.mu.Lock()
		if len(g.waiting) == 0 {
			g.busy = false
			g.mu.Unlock()
			return
		}
		n, size := 0, 0
		for n < len(g.waiting) && (n == 0 || size+len(g.waiting[n].arrivals) <= gatheredAtMost) {
			size += len(g.waiting[n].arrivals)
			n++
		}
		together := slices.Clone(g.waiting[:n])
		g.waiting = slices.Delete(g.waiting, 0, n)
		g.mu.Unlock()
		g.commitTogether(together)
	}
}

func (g *gathering) commitTogether(deliveries []*delivery) {
	if len(deliveries) > 1 {
		var all []Arrival
		for _, d := range deliveries {
			all = append(all, d.arrivals...)
		}
		// The first's time is as good as any: each has just come.
		if g.commit(deliveries[0].ctx, all) == nil {
			for _, d := range deliveries {
				d.done <- nil
			}
			return
		}
		// Perhaps only one of them cannot be committed.
	}
	for _, d := range deliveries {
		d.done <- g.commit(d.ctx, d.arrivals)
	}
}
