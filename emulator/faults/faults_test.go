// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// service counts the requests that took effect behind the faults.
type service struct {
	*faults.Faults
	*httptest.Server
	committed atomic.Int32
}

func newService(t *testing.T) *service {
	s := &service{Faults: faults.New(&clock{noon})}
	s.Server = httptest.NewServer(s.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		s.committed.Add(1)
		w.WriteHeader(http.StatusCreated)
	})))
	t.Cleanup(s.Close)
	s.Config.ErrorLog = nil
	return s
}

func (s *service) add(t *testing.T, r faults.Rule) faults.Rule {
	t.Helper()
	added, err := s.Add(r)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

// post returns the status of a POST, 0 for a dropped connection.
func (s *service) post(path, body string) int {
	// A connection of its own: the transport repeats a request on a kept connection that was closed under it.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Post(s.URL+path, "application/json", strings.NewReader(body))
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}

const messages = "/v1.0/teams/t1/channels/19:c@thread.tacv2/messages"

func TestWhichRequestsAreStruck(t *testing.T) {
	for name, c := range map[string]struct {
		rule faults.Rule
		want []int
	}{
		"all":                 {faults.Rule{Effect: faults.Throttle}, []int{429, 429, 429, 429}},
		"next two":            {faults.Rule{Effect: faults.Status, Status: 503, Next: 2}, []int{503, 503, 201, 201}},
		"every second":        {faults.Rule{Effect: faults.Status, Every: 2}, []int{201, 500, 201, 500}},
		"each request once":   {faults.Rule{Effect: faults.Throttle, OncePerRequest: true}, []int{429, 201, 201, 201}},
		"dropped":             {faults.Rule{Effect: faults.Drop, Next: 1}, []int{0, 201, 201, 201}},
		"this route":          {faults.Rule{Effect: faults.Drop, Route: "POST /teams/{team-id}/channels/{channel-id}/messages"}, []int{0, 0, 0, 0}},
		"rest of a route":     {faults.Rule{Effect: faults.Throttle, Route: "* /teams/**"}, []int{429, 429, 429, 429}},
		"another method":      {faults.Rule{Effect: faults.Drop, Route: "GET /teams/*/channels/*/messages"}, []int{201, 201, 201, 201}},
		"another route":       {faults.Rule{Effect: faults.Drop, Route: "POST /teams/*/channels/*"}, []int{201, 201, 201, 201}},
		"longer route":        {faults.Rule{Effect: faults.Drop, Route: "POST /teams/*/channels/*/messages/*/replies"}, []int{201, 201, 201, 201}},
		"latency alone hurts": {faults.Rule{Effect: faults.Latency, Delay: faults.Duration(time.Microsecond)}, []int{201, 201, 201, 201}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			s.add(t, c.rule)
			for i, want := range c.want {
				if got := s.post(messages, "{}"); got != want {
					t.Errorf("request %d: status %d, want %d", i+1, got, want)
				}
			}
		})
	}
}

func TestKeyStylePathsMatchToo(t *testing.T) {
	s := newService(t)
	s.add(t, faults.Rule{Effect: faults.Throttle, Route: "* /applications/{id}/addPassword"})
	if got := s.post("/v1.0/applications(appId='a1')/addPassword", ""); got != 429 {
		t.Errorf("status %d", got)
	}
}

func TestBeforeAndAfterCommit(t *testing.T) {
	for _, effect := range []faults.Effect{faults.Drop, faults.Status, faults.Throttle} {
		for _, after := range []bool{false, true} {
			s := newService(t)
			s.add(t, faults.Rule{Effect: effect, AfterCommit: after})
			if got := s.post(messages, "{}"); got == 201 {
				t.Errorf("%s, after commit %v: not struck", effect, after)
			}
			if committed := s.committed.Load() == 1; committed != after {
				t.Errorf("%s, after commit %v: committed is %v", effect, after, committed)
			}
		}
	}
}

func TestLatencyBeforeAndAfterCommit(t *testing.T) {
	for _, after := range []bool{false, true} {
		s := newService(t)
		s.add(t, faults.Rule{Effect: faults.Latency, Delay: faults.Duration(time.Hour), AfterCommit: after})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // the caller goes away
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+messages, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			t.Errorf("after commit %v: answered at once", after)
		}
		cancel()
		s.Close() // waits for the request
		if committed := s.committed.Load() == 1; committed != after {
			t.Errorf("after commit %v: committed is %v", after, committed)
		}
	}
}

func TestThrottleSpeaksAsGraphDoes(t *testing.T) {
	s := newService(t)
	s.add(t, faults.Rule{Effect: faults.Throttle, RetryAfter: faults.Duration(1500 * time.Millisecond)})
	response, err := http.Get(s.URL + "/v1.0/users")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body struct{ Error struct{ Code string } }
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	if response.Header.Get("Retry-After") != "2" || body.Error.Code != "TooManyRequests" {
		t.Errorf("Retry-After %q, code %q", response.Header.Get("Retry-After"), body.Error.Code)
	}
}

func TestOwnPagesAreSpared(t *testing.T) {
	s := newService(t)
	s.add(t, faults.Rule{Effect: faults.Drop})
	if got := s.post("/_emulator/faults", ""); got != 201 {
		t.Errorf("status %d", got)
	}
}

func TestChanceCanBeRepeated(t *testing.T) {
	run := func() (struck []bool) {
		f := faults.New(&clock{noon})
		f.Seed(7)
		f.Add(faults.Rule{Effect: faults.Withhold, Percent: 30})
		for range 200 {
			struck = append(struck, len(f.Notification("/teams/t/channels/c/messages/m")) == 0)
		}
		return struck
	}
	one, two := run(), run()
	hits := 0
	for i := range one {
		if one[i] != two[i] {
			t.Fatal("two runs with one seed differ")
		}
		if one[i] {
			hits++
		}
	}
	if hits < 30 || hits > 90 {
		t.Errorf("%d of 200 struck at 30 percent", hits)
	}
}

func TestNotifications(t *testing.T) {
	const resource = "teams('t')/channels('c')/messages('1')"
	window := faults.Duration(5 * time.Millisecond)
	for name, c := range map[string]struct {
		rule     faults.Rule
		copies   int
		min, max time.Duration
	}{
		"untouched":       {faults.Rule{Effect: faults.Withhold, Route: "* /chats/**"}, 1, 0, 0},
		"withheld":        {faults.Rule{Effect: faults.Withhold, Route: "* /teams/**"}, 0, 0, 0},
		"delayed":         {faults.Rule{Effect: faults.Delay, Delay: window}, 1, 5 * time.Millisecond, 5 * time.Millisecond},
		"shuffled":        {faults.Rule{Effect: faults.Reorder, Delay: window}, 1, 0, 5 * time.Millisecond},
		"doubled":         {faults.Rule{Effect: faults.Duplicate, Delay: window}, 2, 0, 5 * time.Millisecond},
		"doubled at once": {faults.Rule{Effect: faults.Duplicate, Copies: 2}, 3, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := faults.New(&clock{noon})
			if _, err := f.Add(c.rule); err != nil {
				t.Fatal(err)
			}
			got := f.Notification(resource)
			if len(got) != c.copies {
				t.Fatalf("%d copies, want %d", len(got), c.copies)
			}
			for _, d := range got {
				if d < c.min || d > c.max {
					t.Errorf("delay %v outside %v … %v", d, c.min, c.max)
				}
			}
		})
	}
}

func TestValidation(t *testing.T) {
	f := faults.New(&clock{noon})
	if got := f.ValidationFault(); got != "" {
		t.Errorf("without a rule: %q", got)
	}
	f.Add(faults.Rule{Effect: faults.ValidationTimeout, Next: 1})
	if got := f.ValidationFault(); got != "timeout" {
		t.Errorf("with a rule: %q", got)
	}
	if got := f.ValidationFault(); got != "" {
		t.Errorf("when spent: %q", got)
	}
}

func TestLag(t *testing.T) {
	now := &clock{noon}
	f := faults.New(now)
	f.Add(faults.Rule{Effect: faults.Lag, Collection: "applications", Delay: faults.Duration(5 * time.Second)})
	f.Add(faults.Rule{Effect: faults.ListLag, Collection: "*", Delay: faults.Duration(2 * time.Second)})
	for _, c := range []struct {
		after            time.Duration
		collection       string
		hidden, unlisted bool
	}{
		{0, "applications", true, true},
		{0, "users", false, true},
		{3 * time.Second, "applications", true, false},
		{5 * time.Second, "applications", false, false},
	} {
		now.now = noon.Add(c.after)
		if got := f.Hidden(c.collection, noon); got != c.hidden {
			t.Errorf("%s after %v: hidden %v", c.collection, c.after, got)
		}
		if got := f.HiddenInList(c.collection, noon); got != c.unlisted {
			t.Errorf("%s after %v: hidden in list %v", c.collection, c.after, got)
		}
	}
}

func TestRulesAreChecked(t *testing.T) {
	f := faults.New(&clock{noon})
	for _, bad := range []faults.Rule{
		{Effect: "explode"}, {Effect: faults.Latency}, {Effect: faults.Lag, Delay: 1}, {Effect: faults.Status, Status: 999},
		{Effect: faults.Drop, Percent: 101}, {Effect: faults.Drop, Next: -1}, {Effect: faults.Drop, Route: "/teams"},
	} {
		if _, err := f.Add(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	var r faults.Rule
	if err := json.Unmarshal([]byte(`{"effect":"latency","delay":"250ms"}`), &r); err != nil || r.Delay != faults.Duration(250*time.Millisecond) {
		t.Errorf("%+v, %v", r, err)
	}
	if err := json.Unmarshal([]byte(`{"delay":250}`), &r); err == nil {
		t.Error("a number was taken for a duration")
	}
}

func TestRulesComeAndGo(t *testing.T) {
	s := newService(t)
	rule := s.add(t, faults.Rule{Effect: faults.Throttle})
	s.post(messages, "")
	if got, err := s.Rule(rule.ID); err != nil || got.Matched != 1 || got.Struck != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.Remove(rule.ID); err != nil {
		t.Error(err)
	}
	if err := s.Remove(rule.ID); err == nil {
		t.Error("removed twice")
	}
	if got := s.post(messages, ""); got != 201 {
		t.Errorf("status %d after removal", got)
	}
	s.add(t, faults.Rule{Effect: faults.Throttle})
	s.Clear()
	if len(s.Rules()) != 0 {
		t.Error("Clear left rules")
	}
}
