// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

const postPattern = "/teams/{team-id}/channels/{channel-id}/messages"

func fewUsers() int { return 3 }

// take counts a call.
func take(l *faults.Limits, call *graph.Call, pattern string) *graph.Error {
	_, err := l.Take(call, pattern)
	return err
}

func post(user, channel string) *graph.Call {
	return &graph.Call{
		Request: &http.Request{Method: http.MethodPost},
		Path:    map[string]string{"team-id": "t1", "channel-id": channel},
		Caller:  graph.Caller{AppID: "app", TenantID: "tenant", UserID: user},
	}
}

func TestLimitsAreOffUntilEnabled(t *testing.T) {
	l := faults.NewLimits(&clock{noon}, fewUsers)
	for range 100 {
		if err := take(l, post("u1", "c1"), postPattern); err != nil {
			t.Fatal(err)
		}
	}
	l.Enable(true)
	take(l, post("u1", "c1"), postPattern)
	if err := take(l, post("u1", "c1"), postPattern); err == nil {
		t.Error("the second post in a second was let through")
	}
}

func TestEachDimensionThrottles(t *testing.T) {
	now := &clock{noon}
	l := faults.NewLimits(now, fewUsers)
	l.Enable(true)
	for _, step := range []struct {
		what          string
		after         time.Duration
		user, channel string
		ok            bool
	}{
		{"the first", 0, "u1", "c1", true},
		{"same user, other channel", 0, "u1", "c2", false},
		{"other user, same channel", 0, "u2", "c1", false},
		{"other user, other channel", 0, "u2", "c2", true},
		{"a second later, refilled to 83 % only", time.Second, "u1", "c1", false},
		{"enough later", 300 * time.Millisecond, "u1", "c1", true},
		{"much later, no more than one", time.Hour, "u1", "c1", true},
		{"much later, the second", 0, "u1", "c1", false},
	} {
		now.now = now.now.Add(step.after)
		if err := take(l, post(step.user, step.channel), postPattern); (err == nil) != step.ok {
			t.Errorf("%s: %v", step.what, err)
		}
	}
	for i := range 48 { // 50 posts per second for the app and tenant; 1 above is in this second
		take(l, post(string(rune('a'+i)), string(rune('A'+i))), postPattern)
	}
	if err := take(l, post("another", "another"), postPattern); err != nil {
		t.Errorf("the 50th of the app: %v", err)
	}
	if err := take(l, post("one more", "one more"), postPattern); err == nil || err.Status != 429 || err.RetryAfter <= 0 {
		t.Errorf("the 51st of the app: %v", err)
	}
}

func TestRefusedRequestsCostNothing(t *testing.T) {
	now := &clock{noon}
	l := faults.NewLimits(now, fewUsers)
	l.Enable(true)
	take(l, post("u1", "c1"), postPattern)
	for range 20 {
		take(l, post("u1", "c2"), postPattern) // refused for the user's sake
	}
	if err := take(l, post("u2", "c2"), postPattern); err != nil {
		t.Errorf("a channel was charged for refused requests: %v", err)
	}
}

func TestRowsThatHaveNoUserLimit(t *testing.T) {
	l := faults.NewLimits(&clock{noon}, fewUsers)
	l.Enable(true)
	get := post("", "c1")
	get.Request.Method = http.MethodGet
	if err := take(l, get, postPattern); err != nil {
		t.Fatal(err)
	}
	if err := take(l, get, postPattern); err == nil {
		t.Error("a channel can be read twice in a second")
	}
	get.Path = nil
	for range 100 {
		if err := take(l, get, "/users"); err != nil {
			t.Fatalf("a call outside Teams is limited: %v", err)
		}
	}
	for i := range 26 {
		err := take(l, get, "/subscriptions")
		if (err == nil) != (i < 25) {
			t.Errorf("list of subscriptions no. %d: %v", i+1, err)
		}
	}
}

// TestTheDirectoryCountsResourceUnits: what a call costs, what its answer tells, and whose limit is used up first.
func TestTheDirectoryCountsResourceUnits(t *testing.T) {
	now := &clock{noon}
	l := faults.NewLimits(now, fewUsers)
	l.Enable(true)
	call := func(method string, query graph.Query) *graph.Call {
		return &graph.Call{Request: &http.Request{Method: method}, Query: query, Caller: graph.Caller{AppID: "app", TenantID: "tenant"}}
	}
	for _, c := range []struct {
		method, pattern string
		query           graph.Query
		units           string
	}{
		{"GET", "/users", graph.Query{}, "2"},
		{"GET", "/users", graph.Query{Select: []string{"id"}}, "1"},
		{"GET", "/users", graph.Query{Select: []string{"id"}, Top: 5}, "1"},
		{"GET", "/groups/{group-id}/members", graph.Query{Expand: []string{"manager"}}, "4"},
		{"GET", "/me", graph.Query{}, "1"},
		{"POST", "/applications", graph.Query{}, "1"},
	} {
		header, err := l.Take(call(c.method, c.query), c.pattern)
		if err != nil || header.Get("x-ms-resource-unit") != c.units || header.Get("x-ms-throttle-limit-percentage") != "" {
			t.Errorf("%s %s %+v: %v, %v; want %s units", c.method, c.pattern, c.query, header, err, c.units)
		}
	}
	l.Enable(true)
	var header http.Header
	for n := range 1750 { // two units each, of 3,500
		var err *graph.Error
		if header, err = l.Take(call("GET", graph.Query{}), "/users"); err != nil {
			t.Fatalf("no. %d: %v", n+1, err)
		}
	}
	if header.Get("x-ms-throttle-limit-percentage") != "1.00" {
		t.Errorf("the last of a bucket tells %v", header)
	}
	err := take(l, call("GET", graph.Query{}), "/users")
	if err == nil || err.RetryAfter <= 0 || err.Header.Get("x-ms-throttle-scope") != "Tenant_Application/ReadWrite/app/tenant" || err.Header.Get("x-ms-throttle-information") != "ResourceUnitLimitExceeded" {
		t.Errorf("one too many: %+v", err)
	}
	now.now = now.now.Add(time.Hour)
	writes := 0
	for err = nil; err == nil; writes++ { // writes are counted besides; time passes, so that units do not run out
		now.now = now.now.Add(4 * time.Millisecond)
		err = take(l, call("PATCH", graph.Query{}), "/applications/{app-object-id}")
	}
	if writes < 3000 || writes > 3500 {
		t.Errorf("refused write no. %d", writes)
	}
	if err == nil || err.Header.Get("x-ms-throttle-information") != "WriteLimitExceeded" {
		t.Errorf("writes without end: %+v", err)
	}
}
