// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// within is how soon a call of a large bucket must be made after it was handed out.
const within = 250 * time.Millisecond

// pool is what this node holds of a large bucket.
type pool struct {
	key    string
	step   time.Duration
	burst  time.Duration // that the ledger gives at once
	parts  []part
	closed time.Time
	shut   time.Duration
	again  time.Time // when to ask the ledger again; zero: whenever there is a need

	short, shortLate int         // calls that could be made now
	used             []time.Time // calls of the last second
	asked, onlyLate  bool
}

// part is what one exchange brought.
type part struct {
	calls   int
	expires time.Time
}

func newPool(key string, limit catalog.Limit) *pool {
	step := stepOf(limit)
	// The half of the bucket that is not handed out is for calls that were handed out before and arrive now.
	return &pool{key: key, step: step, burst: time.Duration(limit.Count / 2 * float64(step))}
}

// has tells how many calls are at hand.
func (p *pool) has(now time.Time) (n int) {
	for _, part := range p.parts {
		if part.expires.After(now) {
			n += part.calls
		}
	}
	return n
}

// take uses calls that are at hand, those that expire first.
func (p *pool) take(n int, now time.Time) {
	kept := p.parts[:0]
	for _, part := range p.parts {
		if !part.expires.After(now) {
			continue
		}
		used := min(n, part.calls)
		n -= used
		if part.calls -= used; part.calls > 0 {
			kept = append(kept, part)
		}
	}
	p.parts = kept
	p.used = append(p.recent(now), now)
}

func (p *pool) recent(now time.Time) []time.Time {
	for len(p.used) > 0 && now.Sub(p.used[0]) > time.Second {
		p.used = p.used[1:]
	}
	return p.used
}

// want is what to ask the ledger for: what is short now, and what will be used by the time that it expires.
func (p *pool) want(now time.Time) Want {
	w := Want{Bucket: p.key, Step: p.step, Burst: p.burst, LateBurst: p.burst / 2, Close: p.shut}
	if p.shortage(now) {
		soon := int(float64(len(p.recent(now))) * within.Seconds())
		w.Count, w.Late = p.short, p.shortLate
		if p.short > 0 {
			w.Count += soon
		} else {
			w.Late += soon
		}
		p.onlyLate = p.short == 0
	}
	return w
}

func (p *pool) shortage(now time.Time) bool {
	return p.short+p.shortLate > 0 && !p.again.After(now) && !p.closed.After(now)
}

// receive takes what the ledger gave.
func (p *pool) receive(g Grant, asked, answered time.Time) {
	if n := g.Count + g.Late; n > 0 {
		p.parts = append(p.parts, part{n, asked.Add(within)})
		p.again = time.Time{}
	} else {
		given := p.burst
		if p.onlyLate {
			given = p.burst / 2
		}
		p.again = answered.Add(max(p.step, g.From-given+p.step))
	}
	if g.Closed > 0 {
		p.closed = latest(p.closed, answered.Add(g.Closed))
	}
}

func (p *pool) idle(now time.Time) bool {
	return p.has(now) == 0 && !p.asked && p.short+p.shortLate == 0 && p.shut == 0 && !latest(p.closed, p.again).After(now) && len(p.recent(now)) == 0
}
