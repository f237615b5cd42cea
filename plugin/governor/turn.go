// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// look goes through the queue and gives permits to whose turn it is. The lock is held.
func (g *Governor) look(now time.Time) {
	for _, b := range g.buckets {
		b.planned, b.wanted = 0, false
	}
	for _, p := range g.pools {
		p.short, p.shortLate = 0, 0
	}
	g.groups = nil
	var next time.Time
	soon := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	waiting := g.queue[:0]
	for _, w := range g.queue {
		if p := g.judge(w, now); p != nil {
			g.give(w, p, now)
			continue
		}
		if !w.at.IsZero() {
			soon(latest(w.at.Add(-lead), now.Add(5*time.Millisecond)))
		}
		waiting = append(waiting, w)
	}
	clear(g.queue[len(waiting):])
	g.queue = waiting
	for lane, w := range g.granted {
		if now.After(w.permit.stale) {
			delete(g.granted, lane)
			w.permit.release()
			g.wakes = append(g.wakes, wakeOf(w)) // it asks again, or does not
			soon(now.Add(time.Millisecond))
			continue
		}
		soon(w.permit.stale.Add(time.Millisecond))
	}
	for _, p := range g.pools {
		if p.short+p.shortLate > 0 {
			soon(latest(p.again, p.closed))
		}
	}
	for _, b := range g.buckets {
		if len(g.queue) > 0 {
			soon(b.again)
		}
		_, later := b.spare(now)
		soon(later)
	}
	if g.needs(now) {
		g.poke()
	}
	wait := time.Hour
	if !next.IsZero() {
		wait = next.Sub(now)
	}
	g.timer.Reset(wait)
}

func wakeOf(w *waiter) func() {
	if w.wake == nil {
		return func() {}
	}
	return w.wake
}

// judge decides about one call, behind those that were looked at before it.
func (g *Governor) judge(w *waiter, now time.Time) *permit {
	pool := g.poolOf(w.wish)
	var resource *bucket
	if l := w.row.By[catalog.PerResource]; l.Count > 0 && w.resource != "" {
		resource = g.bucketOf(w.key(catalog.PerResource, w.resource), l)
	}
	// Of several accounts, the one with the most room.
	var chosen []*bucket
	var at time.Time
	covered, user := false, -1
	for i, account := range w.users {
		var needed []*bucket
		if resource != nil {
			needed = append(needed, resource)
		}
		if l := w.row.By[catalog.PerUser]; l.Count > 0 && account != "" {
			needed = append(needed, g.bucketOf(w.key(catalog.PerUser, string(account)), l))
		}
		if t, ok := together(needed, now, latest(now, pool.closed)); user < 0 || t.Before(at) {
			chosen, at, covered, user = needed, t, ok, i
		}
	}
	w.at = at
	soon := !at.After(now.Add(2 * lead))
	if !covered {
		wanted := group{at: at}
		first, due, asked := true, false, false
		for _, b := range chosen {
			first = first && b.planned == 0 && !b.again.After(now)
			asked = asked || b.asked
			due = due || !at.After(b.room(now))
			if t, ok := b.next(now, at); !ok || t.After(at) {
				wanted.buckets = append(wanted.buckets, b)
			}
		}
		// Who is first asks for the next turn, unless it waits for something else for long.
		if near := !at.After(now.Add(wantedFor)); first && !asked && near && (due || soon) {
			g.groups = append(g.groups, wanted)
		}
		if soon {
			w.at = time.Time{} // the ledger will tell
		}
	}
	for _, b := range chosen {
		b.wanted = b.wanted || !at.After(now.Add(wantedFor))
	}
	if covered && !at.After(now.Add(lead)) {
		if pool.has(now) >= w.cost {
			return &permit{governor: g, wish: w.wish, user: user, buckets: chosen, pool: pool, at: at}
		}
		if w.late {
			pool.shortLate += w.cost
		} else {
			pool.short += w.cost
		}
		w.at = latest(pool.again, pool.closed, at)
		if !w.at.After(now) {
			w.at = time.Time{}
		}
	}
	for _, b := range chosen {
		// It will be the next to use the bucket, unless something else keeps it for longer.
		if t, _ := b.next(now, now); !at.After(t.Add(b.step)) {
			b.planned++
		}
	}
	return nil
}

// wantedFor is how far ahead a waiting call keeps its turns.
const wantedFor = 5 * time.Second

// together is the first moment from at on when all of the buckets have room during turns of ours; false when the turns do
// not reach so far.
func together(buckets []*bucket, now, at time.Time) (time.Time, bool) {
	covered := true
	for moved := true; moved; {
		moved, covered = false, true
		for _, b := range buckets {
			t, ok := b.next(now, at)
			covered = covered && ok
			if t.After(at) {
				at, moved = t, true
			}
		}
	}
	return at, covered
}

// give hands a permit to a waiter.
func (g *Governor) give(w *waiter, p *permit, now time.Time) {
	p.pool.take(w.cost, now)
	p.stale = p.at.Add(good)
	for _, b := range p.buckets {
		if end := b.until(p.at); end.Before(p.stale) {
			p.stale = end
		}
		b.busy++
	}
	w.permit = p
	if w.lane != (bridge.Lane{}) {
		g.granted[w.lane] = w
		if w.wake != nil {
			g.wakes = append(g.wakes, w.wake)
		}
	}
	close(w.ready)
	if g.Waited != nil {
		wait := max(p.at.Sub(w.asked), 0)
		g.wakes = append(g.wakes, func() { g.Waited(w.row.Name, w.late, wait) })
	}
}
