// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Limits are Graph's limits as token buckets: one for each of the independent dimensions of a row, each as large as the
// listed limit and refilled at 83 % of it. They are off until Enable.
type Limits struct {
	clock   Clock
	users   func() int // of the tenant
	enabled atomic.Bool

	mu      sync.Mutex
	buckets map[bucketKey]*bucket
}

type bucketKey struct {
	row string // and dimension
	id  string
}

type bucket struct {
	tokens float64
	filled time.Time
}

// NewLimits makes buckets that are full and off. users counts the tenant's users, on which the directory's limits depend.
func NewLimits(clock Clock, users func() int) *Limits {
	return &Limits{clock: clock, users: users, buckets: map[bucketKey]*bucket{}}
}

// Enable switches the limits on or off. Switched on, all buckets are full.
func (l *Limits) Enable(on bool) {
	l.mu.Lock()
	clear(l.buckets)
	l.mu.Unlock()
	l.enabled.Store(on)
}

// Enabled says whether the limits are on.
func (l *Limits) Enabled() bool { return l.enabled.Load() }

// charge is what a call takes from one bucket.
type charge struct {
	key   bucketKey
	limit catalog.Limit
	cost  float64
	scope string // how Graph names the bucket when it is empty; "" where it does not
	cause string // the same of the kind of limit
}

// Take counts one request against all its limits, or against none of them and answers 429 with the time after which
// the emptiest bucket has enough again. It implements graph.Limiter.
func (l *Limits) Take(call *graph.Call, pattern string) (http.Header, *graph.Error) {
	if !l.enabled.Load() {
		return nil, nil
	}
	charges, directory := l.chargesOf(call, pattern)
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	var taken []*bucket
	var wait time.Duration
	var emptiest charge
	for _, c := range charges {
		b := l.bucket(c.key, c.limit, now)
		if missing := c.cost - b.tokens; missing > 0 {
			if w := time.Duration(missing / c.limit.Refill() * float64(time.Second)); w > wait {
				wait, emptiest = w, c
			}
		}
		taken = append(taken, b)
	}
	header := http.Header{}
	if wait > 0 {
		if directory {
			header.Set("x-ms-throttle-scope", emptiest.scope)
			header.Set("x-ms-throttle-information", emptiest.cause)
		}
		throttled := graph.Throttled(wait)
		throttled.Header = header
		return nil, throttled
	}
	used := 0.0
	for i, b := range taken {
		b.tokens -= charges[i].cost
		used = max(used, 1-b.tokens/charges[i].limit.Count)
	}
	if directory {
		header.Set("x-ms-resource-unit", strconv.Itoa(int(charges[0].cost)))
		if used > 0.8 {
			header.Set("x-ms-throttle-limit-percentage", strconv.FormatFloat(used, 'f', 2, 64))
		}
	}
	return header, nil
}

// chargesOf returns what a call costs; those of the directory are counted in resource units.
func (l *Limits) chargesOf(call *graph.Call, pattern string) (charges []charge, directory bool) {
	row, ok := catalog.LimitsOf(call.Request.Method, pattern)
	if !ok {
		return l.directoryCharges(call, pattern), true
	}
	for d, limit := range row.By {
		id := idFor(catalog.Dimension(d), call)
		if limit.Count == 0 || id == "" {
			continue
		}
		charges = append(charges, charge{key: bucketKey{fmt.Sprint(row.Name, " ", d), id}, limit: limit, cost: 1})
	}
	return charges, false
}

// bucket returns a bucket filled up to now.
func (l *Limits) bucket(key bucketKey, limit catalog.Limit, now time.Time) *bucket {
	b, ok := l.buckets[key]
	if !ok {
		b = &bucket{tokens: limit.Count, filled: now}
		l.buckets[key] = b
	}
	if passed := now.Sub(b.filled).Seconds(); passed > 0 {
		b.tokens = min(limit.Count, b.tokens+passed*limit.Refill())
	}
	b.filled = now
	return b
}

// idFor names what a dimension counts in a call: "" where it does not apply.
func idFor(d catalog.Dimension, call *graph.Call) string {
	switch d {
	case catalog.PerApp:
		return call.Caller.AppID
	case catalog.PerAppAndTenant:
		return call.Caller.AppID + " " + call.Caller.TenantID
	case catalog.PerUser:
		return call.Caller.UserID
	}
	return catalog.LimitedResource(func(name string) string { return call.Path[name] })
}
