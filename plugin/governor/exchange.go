// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"context"
	"time"
)

// How the ledger is asked.
const (
	exchangeTimeout = 5 * time.Second
	retryExchange   = time.Second
	tidyEvery       = time.Minute
)

// exchange asks the ledger whenever something is needed, one exchange after the other: what comes up during one goes into
// the next together.
func (g *Governor) exchange(ctx context.Context) {
	defer close(g.done)
	tidy := time.NewTicker(tidyEvery)
	defer tidy.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.kick:
		case <-tidy.C:
			g.tidy(ctx)
			continue
		}
		if g.once(ctx) {
			continue
		}
		// The database is away, and the lanes with it.
		timer := time.NewTimer(retryExchange)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// once makes one exchange if there is a need for it.
func (g *Governor) once(ctx context.Context) bool {
	g.mu.Lock()
	wants := g.collect(time.Now())
	g.mu.Unlock()
	if len(wants) == 0 {
		return true
	}
	limited, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	asked := time.Now()
	grants, err := g.Ledger.Exchange(limited, wants)
	answered := time.Now()
	if err != nil && ctx.Err() == nil {
		g.Log.Warn("could not ask the database for a part of Microsoft Graph's limits; it is tried again", "error", err)
	}
	g.mu.Lock()
	defer g.unlock()
	g.usage.exchanges++
	for _, w := range wants {
		if b := g.buckets[w.Bucket]; b != nil {
			b.asked = false
			b.again = latest(b.again, answered.Add(atLeast))
		}
		if p := g.pools[w.Bucket]; p != nil {
			p.asked = false
		}
	}
	for _, grant := range grants {
		if b := g.buckets[grant.Bucket]; b != nil && grant.Count > 0 {
			b.begin(grant, asked, answered)
		}
		if p := g.pools[grant.Bucket]; p != nil {
			p.receive(grant, asked, answered)
		}
	}
	g.look(answered)
	return err == nil
}

// needs tells whether an exchange is due.
func (g *Governor) needs(now time.Time) bool {
	if len(g.groups) > 0 {
		return true
	}
	for _, b := range g.buckets {
		if b.shut > 0 {
			return true
		}
		if spare, _ := b.spare(now); spare {
			return true
		}
	}
	for _, p := range g.pools {
		if !p.asked && p.shortage(now) || p.shut > 0 {
			return true
		}
	}
	return false
}

// collect makes the wants of an exchange. The lock is held.
func (g *Governor) collect(now time.Time) []Want {
	var wants []Want
	for i, group := range g.groups {
		calls := longestTurn
		for _, b := range group.buckets {
			calls = min(calls, b.calls)
		}
		for _, b := range group.buckets {
			if !b.asked {
				wants = append(wants, Want{Bucket: b.key, Step: b.step + callTime, Count: calls, Group: i + 1, Close: b.shut,
					// The time is a guess as long as calls are under way: some more saves another question.
					Reach: group.at.Sub(now) + b.step + callTime + b.step/2})
				b.asked, b.shut = true, 0
			}
		}
	}
	g.groups = nil
	for _, b := range g.buckets {
		if b.asked {
			continue
		}
		w := Want{Bucket: b.key, Step: b.step, Close: b.shut}
		if spare, _ := b.spare(now); spare {
			w.Return, w.ReturnFrom = b.giveBack(now)
		} else if b.shut == 0 {
			continue
		}
		b.shut = 0
		wants = append(wants, w)
	}
	for _, p := range g.pools {
		if p.asked || !p.shortage(now) && p.shut == 0 {
			continue
		}
		wants = append(wants, p.want(now))
		p.asked, p.shut = true, 0
	}
	return wants
}

// tidy forgets what is full again, here and in the ledger.
func (g *Governor) tidy(ctx context.Context) {
	g.mu.Lock()
	now := time.Now()
	for key, b := range g.buckets {
		if b.idle(now) {
			delete(g.buckets, key)
		}
	}
	for key, p := range g.pools {
		if p.idle(now) {
			delete(g.pools, key)
		}
	}
	g.mu.Unlock()
	limited, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	if err := g.Ledger.ForgetBuckets(limited); err != nil && ctx.Err() == nil {
		g.Log.Warn("could not tidy up the database's part of Microsoft Graph's limits", "error", err)
	}
}
