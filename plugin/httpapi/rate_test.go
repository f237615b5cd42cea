// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// atRest returns limits whose clock stands until the test moves it.
func atRest() (l *limits, pass func(time.Duration)) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l = newLimits()
	l.now = func() time.Time { return now }
	return l, func(d time.Duration) { now = now.Add(d) }
}

// spend takes requests until one is refused, and returns how many were taken and how long the next one has to wait.
func spend(l *limits, caller Caller, route Route) (taken int, wait time.Duration) {
	for {
		if wait = l.take(caller, route, true); wait > 0 {
			return taken, wait
		}
		taken++
	}
}

func TestEachCallerHasAnAllowance(t *testing.T) {
	l, pass := atRest()
	alex, user, admin := Caller{User: "alex"}, Route{Role: User}, Route{Role: SystemAdmin}
	if taken, wait := spend(l, alex, user); taken != 500 || wait != 20*time.Millisecond {
		t.Errorf("%d requests at once, then %v; want 500 and 20ms", taken, wait)
	}
	if taken, _ := spend(l, Caller{User: "blake"}, Route{Role: ChannelAdmin}); taken != 500 {
		t.Errorf("somebody else has %d left, want 500", taken)
	}
	if taken, _ := spend(l, alex, admin); taken != 2000 {
		t.Errorf("as an administrator %d, want 2000", taken)
	}
	pass(time.Second)
	if taken, _ := spend(l, alex, user); taken != 50 {
		t.Errorf("a second later %d, want 50", taken)
	}
	pass(time.Hour)
	if taken, _ := spend(l, alex, Route{Role: User, Cost: lookupCost}); taken != 100 {
		t.Errorf("of the dear ones %d, want 100", taken)
	}
}

// TestWhatAsksGraphIsDear: while the caller waits, so does a call to Graph. Linking is not dear: a run of Terraform links hundreds.
func TestWhatAsksGraphIsDear(t *testing.T) {
	want := []string{
		"POST /api/v1/checks/webhook", "POST /api/v1/checks/consent",
		"POST /api/v1/link-requests/{id}/approve", "GET /api/v1/my/links", "GET /api/v1/my/channels/{channel_id}/link",
		"GET /api/v1/my/teams", "GET /api/v1/my/teams/{id}/channels", "GET /api/v1/teams", "GET /api/v1/teams/{id}", "GET /api/v1/teams/{id}/channels",
	}
	var got []string
	for _, route := range Routes() {
		if route.Cost == lookupCost {
			got = append(got, route.Method+" "+route.Path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("dear are %q, want %q", got, want)
	}
}

// TestDeliveriesAreNotLimited: whatever Graph can have to deliver stays below the limit, from one address.
func TestDeliveriesAreNotLimited(t *testing.T) {
	l, pass := atRest()
	graph, changes := Caller{Address: "20.20.32.1"}, Route{Role: Anonymous}
	for minute := range 10 {
		for n := range 60 * 900 { // 900 a second: more than Mattermost takes posts
			if wait := l.take(graph, changes, true); wait > 0 {
				t.Fatalf("delivery %d of minute %d has to wait %v", n, minute, wait)
			}
		}
		pass(time.Minute)
	}
	if taken, _ := spend(l, graph, changes); taken != 60_000 {
		t.Errorf("%d at once, want 60000", taken)
	}
	if l.take(Caller{Address: "20.20.32.2"}, changes, true) > 0 {
		t.Error("another address pays for the first one's flood")
	}
}

// TestJunkWithoutALogInIsNoDelivery: what asks for a user's routes without a log-in has a small allowance of its own.
func TestJunkWithoutALogInIsNoDelivery(t *testing.T) {
	l, _ := atRest()
	for _, c := range []struct {
		address string
		want    int
	}{{"192.0.2.1", 500}, {"2001:db8::1", 500}, {"2001:db8::2", 0}} { // the last two are of one network
		if taken, _ := spend(l, Caller{Address: c.address}, Route{Role: User}); taken != c.want {
			t.Errorf("%s has %d requests, want %d", c.address, taken, c.want)
		}
	}
	if taken, _ := spend(l, Caller{Address: "192.0.2.1"}, Route{Role: Anonymous}); taken != 60_000 {
		t.Errorf("%d deliveries are left to the address, want 60000", taken)
	}
}

// TestRefusedRequestsOfAdminsRoutesCountAsTheUsers: a plain user has one allowance, whatever they ask for.
func TestRefusedRequestsOfAdminsRoutesCountAsTheUsers(t *testing.T) {
	l, _ := atRest()
	alex, admins := Caller{User: "alex"}, Route{Role: SystemAdmin}
	for n := range 500 {
		if wait := l.take(alex, admins, false); wait > 0 {
			t.Fatalf("request %d has to wait %v", n, wait)
		}
	}
	if l.take(alex, admins, false) == 0 || l.take(alex, Route{Role: User}, true) == 0 {
		t.Error("a user has more requests than the own allowance")
	}
	if l.take(Caller{User: "root"}, admins, true) > 0 {
		t.Error("an administrator pays for it")
	}
}

func TestAddressesOfOneNetworkCountTogether(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::/64", "2001:db8::2:0:0:1": "2001:db8::/64",
		"2001:db8:0:1::1": "2001:db8:0:1::/64", "fe80::1%eth0": "fe80::/64", "": "", "unknown": "unknown",
	} {
		if got := network(address); got != want {
			t.Errorf("%q belongs to %q, want %q", address, got, want)
		}
	}
}

func TestTheLimitsMemoryIsBounded(t *testing.T) {
	l, _ := atRest()
	busy := Caller{User: "busy"}
	spend(l, busy, Route{Role: User})
	for n := range 3 * mostBuckets {
		l.take(Caller{User: bridge.UserID(fmt.Sprint("user", n))}, Route{Role: User}, true)
	}
	if n := len(l.buckets); n > mostBuckets {
		t.Errorf("%d callers are remembered, want at most %d", n, mostBuckets)
	}
}

func TestFullBucketsAreForgottenFirst(t *testing.T) {
	l, pass := atRest()
	for n := range mostBuckets - 1 {
		l.take(Caller{User: bridge.UserID(fmt.Sprint("user", n))}, Route{Role: User}, true)
	}
	pass(time.Second)
	spend(l, Caller{User: "busy"}, Route{Role: User})
	l.take(Caller{User: "new"}, Route{Role: User}, true)
	if len(l.buckets) != 2 || l.take(Caller{User: "busy"}, Route{Role: User}, true) == 0 {
		t.Errorf("%d callers are remembered, want the busy and the new one", len(l.buckets))
	}
}
