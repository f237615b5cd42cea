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

func post(user, channel string) *graph.Call {
	return &graph.Call{
		Request: &http.Request{Method: http.MethodPost},
		Path:    map[string]string{"team-id": "t1", "channel-id": channel},
		Caller:  graph.Caller{AppID: "app", TenantID: "tenant", UserID: user},
	}
}

func TestLimitsAreOffUntilEnabled(t *testing.T) {
	l := faults.NewLimits(&clock{noon})
	for range 100 {
		if err := l.Take(post("u1", "c1"), postPattern); err != nil {
			t.Fatal(err)
		}
	}
	l.Enable(true)
	l.Take(post("u1", "c1"), postPattern)
	if err := l.Take(post("u1", "c1"), postPattern); err == nil {
		t.Error("the second post in a second was let through")
	}
}

func TestEachDimensionThrottles(t *testing.T) {
	now := &clock{noon}
	l := faults.NewLimits(now)
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
		if err := l.Take(post(step.user, step.channel), postPattern); (err == nil) != step.ok {
			t.Errorf("%s: %v", step.what, err)
		}
	}
	for i := range 48 { // 50 posts per second for the app and tenant; 1 above is in this second
		l.Take(post(string(rune('a'+i)), string(rune('A'+i))), postPattern)
	}
	if err := l.Take(post("another", "another"), postPattern); err != nil {
		t.Errorf("the 50th of the app: %v", err)
	}
	if err := l.Take(post("one more", "one more"), postPattern); err == nil || err.Status != 429 || err.RetryAfter <= 0 {
		t.Errorf("the 51st of the app: %v", err)
	}
}

func TestRefusedRequestsCostNothing(t *testing.T) {
	now := &clock{noon}
	l := faults.NewLimits(now)
	l.Enable(true)
	l.Take(post("u1", "c1"), postPattern)
	for range 20 {
		l.Take(post("u1", "c2"), postPattern) // refused for the user's sake
	}
	if err := l.Take(post("u2", "c2"), postPattern); err != nil {
		t.Errorf("a channel was charged for refused requests: %v", err)
	}
}

func TestRowsThatHaveNoUserLimit(t *testing.T) {
	l := faults.NewLimits(&clock{noon})
	l.Enable(true)
	get := post("", "c1")
	get.Request.Method = http.MethodGet
	if err := l.Take(get, postPattern); err != nil {
		t.Fatal(err)
	}
	if err := l.Take(get, postPattern); err == nil {
		t.Error("a channel can be read twice in a second")
	}
	get.Path = nil
	for range 100 {
		if err := l.Take(get, "/users"); err != nil {
			t.Fatalf("a call outside Teams is limited: %v", err)
		}
	}
	for i := range 26 {
		err := l.Take(get, "/subscriptions")
		if (err == nil) != (i < 25) {
			t.Errorf("list of subscriptions no. %d: %v", i+1, err)
		}
	}
}
