// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// allowance is what one caller may ask for: so many requests at once, and as many more as time goes by.
type allowance struct {
	burst     float64
	perSecond float64
}

var (
	// Graph delivers from a few addresses, and behind a proxy that the server does not trust everybody has the proxy's: a
	// limit that junk could use up would keep Graph out. So it lies above what can be carried at all: each delivery holds at
	// least one message, and Mattermost itself takes some 700 posts a second. What goes over it is a flood that the plugin
	// could not live with anyway; Graph delivers again what is answered with 429.
	anonymousAllowance = allowance{burst: 60_000, perSecond: 1000}
	userAllowance      = allowance{burst: 500, perSecond: 50}
	adminAllowance     = allowance{burst: 2000, perSecond: 200} // Terraform asks as one of them
)

// lookupCost is the cost of a route that asks Graph while the caller waits.
const lookupCost = 5

// mostBuckets bounds the memory of the limits. A caller whose bucket goes begins with a full one.
const mostBuckets = 10_000

// limits counts requests by caller, on this node.
type limits struct {
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	allowance
	left float64
	at   time.Time
}

func newLimits() *limits { return &limits{now: time.Now, buckets: map[string]*bucket{}} }

// take counts a request and returns how long its caller has to wait if it is one too many. admitted says that the caller may
// use the route: nobody gets an administrator's allowance by asking for what administrators may.
func (l *limits) take(caller Caller, route Route, admitted bool) time.Duration {
	key, allowed := "user "+string(caller.User), userAllowance
	switch {
	case route.Role == Anonymous:
		key, allowed = "address "+network(caller.Address), anonymousAllowance
	case caller.User == "": // apart from deliveries: junk without a log-in must not keep Graph out, nor have as much
		key = "nobody " + network(caller.Address)
	case route.Role == SystemAdmin && admitted:
		key, allowed = "admin "+string(caller.User), adminAllowance
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b, ok := l.buckets[key]
	if !ok {
		l.makeRoom(now)
		b = &bucket{allowance: allowed, left: allowed.burst, at: now}
		l.buckets[key] = b
	}
	return b.take(now, float64(max(route.Cost, 1)))
}

// makeRoom forgets full buckets, which say nothing, and if most are in use a quarter of them: it must not be needed again
// at once.
func (l *limits) makeRoom(now time.Time) {
	if len(l.buckets) < mostBuckets {
		return
	}
	for key, b := range l.buckets {
		if b.fill(now); b.left == b.burst {
			delete(l.buckets, key)
		}
	}
	for key := range l.buckets {
		if len(l.buckets) < mostBuckets*3/4 {
			return
		}
		delete(l.buckets, key)
	}
}

func (b *bucket) fill(now time.Time) {
	b.left = min(b.burst, b.left+now.Sub(b.at).Seconds()*b.perSecond)
	b.at = now
}

func (b *bucket) take(now time.Time, cost float64) time.Duration {
	b.fill(now)
	if b.left < cost {
		return time.Duration((cost - b.left) / b.perSecond * float64(time.Second))
	}
	b.left -= cost
	return 0
}

// network is whom an address belongs to: whoever has one IPv6 address has 2^64.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is6() {
		if prefix, err := ip.WithZone("").Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}

// tooManyRequests refuses a request and says when the next one may come.
func tooManyRequests(w http.ResponseWriter, wait time.Duration) error {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	return &Error{Status: http.StatusTooManyRequests, Code: "too_many_requests", Message: fmt.Sprintf("These are too many requests at a time. Try again in %d s.", seconds)}
}
