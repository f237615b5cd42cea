// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// counts is what became of the permits of this node.
type counts struct {
	rows      map[string]*rowUsage
	exchanges int
}

type rowUsage struct {
	throttled int
	seconds   [60]int // calls in each of the last 60 seconds
	second    int64   // the newest of them
}

func newCounts() counts { return counts{rows: map[string]*rowUsage{}} }

func (u *counts) row(name string) *rowUsage {
	r := u.rows[name]
	if r == nil {
		r = &rowUsage{}
		u.rows[name] = r
	}
	return r
}

// advance forgets the seconds that are over.
func (r *rowUsage) advance(now time.Time) {
	second := now.Unix()
	for s := max(r.second+1, second-59); s <= second; s++ {
		r.seconds[s%60] = 0
	}
	r.second = max(r.second, second)
}

func (u *counts) made(row string, now time.Time) {
	r := u.row(row)
	r.advance(now)
	r.seconds[now.Unix()%60]++
}

func (u *counts) throttle(row string) { u.row(row).throttled++ }

// Row is what this node did with one row of Graph's limits.
type Row struct {
	Name      string
	Throttled int // calls that Graph refused with 429 since the start
	Waiting   int // calls in the queue now
	// Utilisation is the calls of the last minute, as a share of what the application and tenant can keep up.
	Utilisation float64
}

// Usage is what this node made of Graph's limits.
type Usage struct {
	Rows      []Row // those that were called
	Exchanges int   // with the ledger, since the start
}

// Usage tells what this node made of Graph's limits.
func (g *Governor) Usage() Usage {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	waiting := map[string]int{}
	for _, w := range g.queue {
		waiting[w.row.Name]++
		g.usage.row(w.row.Name)
	}
	limits := map[string]catalog.Limit{directory.Name: directory.By[catalog.PerAppAndTenant]}
	for _, l := range catalog.AllLimits() {
		limits[l.Name] = l.By[catalog.PerAppAndTenant]
	}
	u := Usage{Exchanges: g.usage.exchanges}
	for name, r := range g.usage.rows {
		r.advance(now)
		calls := 0
		for _, n := range r.seconds {
			calls += n
		}
		u.Rows = append(u.Rows, Row{Name: name, Throttled: r.throttled, Waiting: waiting[name], Utilisation: float64(calls) / (60 * limits[name].Refill())})
	}
	return u
}
