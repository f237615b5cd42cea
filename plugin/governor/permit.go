// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"context"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// permit is the right to make one call, from at on and before stale. Its buckets count it as pending until it is settled.
type permit struct {
	governor *Governor
	wish     wish
	user     int // of wish.users
	buckets  []*bucket
	pool     *pool
	at       time.Time
	stale    time.Time
	state    permitState
}

type permitState int

const (
	granted permitState = iota
	entered
	settled
)

// Choice is which of the call's accounts may make it.
func (p *permit) Choice() int { return p.user }

type permitKey struct{}

// With has the next request that is made with ctx use the permit.
func (p *permit) With(ctx context.Context) context.Context {
	return context.WithValue(ctx, permitKey{}, p)
}

// Drop gives a permit back that was not used.
func (p *permit) Drop() {
	g := p.governor
	g.mu.Lock()
	defer g.unlock()
	if p.state == granted {
		p.release()
		g.look(time.Now())
	}
}

// release ends the permit without a call. The lock is held.
func (p *permit) release() {
	p.state = settled
	now := time.Now()
	for _, b := range p.buckets {
		b.busy--
		b.last = now
	}
}

var (
	_ bridge.Permit = (*permit)(nil)
	_ teams.Pass    = (*permit)(nil)
)

// Enter waits until the request may be made; work on old messages (bridge.AsBackfill) waits behind all that is not. A permit that the context carries is used up by it.
func (g *Governor) Enter(ctx context.Context, r teams.Request) (teams.Pass, error) {
	row, cost := limitsOf(r.Method, r.Route)
	w := wish{row: row, cost: cost, scope: r.Application, resource: r.Resource, users: []bridge.AccountID{r.As}, late: bridge.IsBackfill(ctx)}
	if p, ok := ctx.Value(permitKey{}).(*permit); ok {
		if at, ok := g.enter(p, w); ok {
			return p, sleepUntil(ctx, at)
		}
	}
	p, err := g.wait(ctx, w)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// enter begins the permit's call if it is for such a call and still good.
func (g *Governor) enter(p *permit, w wish) (time.Time, bool) {
	g.mu.Lock()
	defer g.unlock()
	w.users = p.wish.users[p.user : p.user+1]
	fits := p.wish.row.Name == w.row.Name && p.wish.scope == w.scope
	if p.state != granted {
		return time.Time{}, false
	}
	if now := time.Now(); !fits || now.After(p.stale) {
		p.release()
		g.look(now)
		return time.Time{}, false
	}
	p.state = entered
	return p.at, true
}

// Leave settles the permit with the answer. A status of 0 is no answer.
func (p *permit) Leave(status int, retryAfter time.Duration, scope string) {
	g := p.governor
	g.mu.Lock()
	defer g.unlock()
	if p.state == settled {
		return
	}
	now := time.Now()
	p.release()
	for _, b := range p.buckets {
		b.made(now)
	}
	g.usage.made(p.wish.row.Name, now)
	if status == 429 || status == 503 && retryAfter > 0 {
		g.throttled(p, status, retryAfter, scope, now)
	} else if status >= 200 && status < 300 {
		delete(g.refused, p.wish.row.Name) // the bucket of all has room
	}
	g.look(now)
}

// defaultClosing is for a 429 that does not say for how long.
const defaultClosing = time.Second

// suspicious is how long two calls that are throttled with nothing in common point at the bucket of all.
const suspicious = 5 * time.Second

// throttled closes the buckets that an answer is about. Teams does not name them: it closes the channel's or chat's and
// the user's, and that of all when somebody else was throttled in another place shortly before and nobody's call was taken since.
func (g *Governor) throttled(p *permit, status int, retryAfter time.Duration, scope string, now time.Time) {
	if retryAfter <= 0 {
		retryAfter = defaultClosing
	}
	until := now.Add(retryAfter)
	if status == 429 {
		g.usage.throttle(p.wish.row.Name)
	}
	before := g.refused[p.wish.row.Name]
	g.refused[p.wish.row.Name] = refusal{now, p.wish.resource, p.wish.users[p.user]}
	shared := scope != "" || len(p.buckets) == 0 || now.Sub(before.at) < suspicious &&
		before.resource != p.wish.resource && before.user != p.wish.users[p.user]
	if shared {
		p.pool.closed = latest(p.pool.closed, until)
		p.pool.shut = max(p.pool.shut, retryAfter)
		p.pool.parts = nil
	}
	if scope == "" {
		for _, b := range p.buckets {
			b.close(until, now)
		}
	}
	g.poke()
}

// refusal is who was throttled last in a row.
type refusal struct {
	at       time.Time
	resource string
	user     bridge.AccountID
}

// sleepUntil waits for a moment that is near.
func sleepUntil(ctx context.Context, at time.Time) error {
	wait := time.Until(at)
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return &bridge.Failure{Class: bridge.Retry, Err: ctx.Err()}
	}
}
