// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

// sustained is the share of a listed limit that can be kept up for long; the listed number is the burst.
const sustained = 0.83

// Limits are Graph's limits on Teams requests and subscriptions as token buckets: one for each of the four independent
// dimensions of a row, each as large as the listed limit and refilled at 83 % of it. They are off until Enable.
type Limits struct {
	clock   Clock
	enabled atomic.Bool

	mu      sync.Mutex
	buckets map[bucketKey]*bucket
}

type dimension int

const (
	perApp dimension = iota
	perAppAndTenant
	perResource
	perUser
)

type bucketKey struct {
	row       string
	dimension dimension
	id        string
}

type bucket struct {
	tokens float64
	filled time.Time
}

// NewLimits makes buckets that are full and off.
func NewLimits(clock Clock) *Limits {
	return &Limits{clock: clock, buckets: map[bucketKey]*bucket{}}
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

// Take counts one request against all its limits, or against none of them and answers 429 with the time after which
// the emptiest bucket has a token again. It implements graph.Limiter.
func (l *Limits) Take(call *graph.Call, pattern string) *graph.Error {
	if !l.enabled.Load() {
		return nil
	}
	r, ok := rowFor(call.Request.Method, pattern)
	if !ok {
		return nil
	}
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	var taken []*bucket
	var wait time.Duration
	for d, limit := range r.limits {
		id := idFor(dimension(d), call)
		if limit.count == 0 || id == "" {
			continue
		}
		b := l.bucket(bucketKey{r.name, dimension(d), id}, limit, now)
		if b.tokens < 1 {
			wait = max(wait, time.Duration((1-b.tokens)/limit.refill()*float64(time.Second)))
		}
		taken = append(taken, b)
	}
	if wait > 0 {
		return graph.Throttled(wait)
	}
	for _, b := range taken {
		b.tokens--
	}
	return nil
}

// bucket returns a bucket filled up to now.
func (l *Limits) bucket(key bucketKey, limit limit, now time.Time) *bucket {
	b, ok := l.buckets[key]
	if !ok {
		b = &bucket{tokens: limit.count, filled: now}
		l.buckets[key] = b
	}
	if passed := now.Sub(b.filled).Seconds(); passed > 0 {
		b.tokens = min(limit.count, b.tokens+passed*limit.refill())
	}
	b.filled = now
	return b
}

// idFor names what a dimension counts in a call: "" where it does not apply.
func idFor(d dimension, call *graph.Call) string {
	switch d {
	case perApp:
		return call.Caller.AppID
	case perAppAndTenant:
		return call.Caller.AppID + " " + call.Caller.TenantID
	case perUser:
		return call.Caller.UserID
	}
	for _, name := range []string{"channel-id", "chat-id", "team-id"} {
		if id := call.Path[name]; id != "" {
			return id
		}
	}
	return ""
}
