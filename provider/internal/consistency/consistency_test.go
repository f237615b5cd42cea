// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package consistency_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// steppingClock moves only when somebody sleeps, and adds up how long.
type steppingClock struct {
	now   time.Time
	slept []time.Duration
}

func (c *steppingClock) Now() time.Time { return c.now }

func (c *steppingClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now, c.slept = c.now.Add(d), append(c.slept, d)
	return ctx.Err()
}

var errLag = errors.New("not found yet")

func isLag(err error) bool { return errors.Is(err, errLag) }

func TestRetryStopsAtTheFirstSuccess(t *testing.T) {
	clock, calls := &steppingClock{}, 0
	policy := consistency.Policy{Timeout: time.Minute, Clock: clock}
	err := policy.Retry(t.Context(), isLag, func(context.Context) error {
		if calls++; calls < 8 {
			return errLag
		}
		return nil
	})
	if err != nil || calls != 8 {
		t.Fatalf("%d calls, %v", calls, err)
	}
	for _, d := range clock.slept {
		if d > 625*time.Millisecond {
			t.Errorf("slept %s in one go, the rule is 0.5 s ± 25 %%", d)
		}
	}
}

func TestRetryGivesUpWithTheLastRealError(t *testing.T) {
	policy := consistency.Policy{Timeout: 3 * time.Second, Clock: &steppingClock{}}
	err := policy.Retry(t.Context(), isLag, func(context.Context) error { return errLag })
	if !errors.Is(err, errLag) || !strings.Contains(err.Error(), "3s") {
		t.Fatalf("got %v", err)
	}
}

func TestRetryDoesNotRepeatOtherErrors(t *testing.T) {
	calls, other := 0, errors.New("forbidden")
	err := consistency.Policy{Clock: &steppingClock{}}.Retry(t.Context(), isLag, func(context.Context) error {
		calls++
		return other
	})
	if !errors.Is(err, other) || calls != 1 {
		t.Fatalf("%d calls, %v", calls, err)
	}
}

type later struct{ error }

func (l later) Unwrap() error { return l.error }

func (later) RetryAfter() time.Duration { return 7 * time.Second }

func TestRetryHonoursWhatTheErrorSays(t *testing.T) {
	clock, calls := &steppingClock{}, 0
	err := consistency.Policy{Timeout: time.Minute, Clock: clock}.Retry(t.Context(), isLag, func(context.Context) error {
		if calls++; calls == 1 {
			return later{errLag}
		}
		return nil
	})
	if err != nil || len(clock.slept) != 1 || clock.slept[0] != 7*time.Second {
		t.Fatalf("slept %v, %v", clock.slept, err)
	}
}

func TestAwaitNamesWhatItWaitedFor(t *testing.T) {
	policy := consistency.Policy{Timeout: time.Second, Clock: &steppingClock{}}
	err := policy.Await(t.Context(), "the plugin to run", func(context.Context) (bool, error) { return false, nil })
	if err == nil || !strings.Contains(err.Error(), "the plugin to run") {
		t.Fatalf("got %v", err)
	}
}

func TestFinishOutlivesTheInterrupt(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	detached, done := consistency.Finish(ctx, time.Hour)
	defer done()
	interrupt()
	if detached.Err() != nil {
		t.Fatal("the detached context ended with its parent")
	}
	short, doneShort := consistency.Finish(ctx, 0)
	defer doneShort()
	<-short.Done() // ends once the grace is over
}

// server answers with the given statuses in turn, then 200, and records the bodies.
func server(t *testing.T, header http.Header, statuses ...int) (*httptest.Server, *[]string) {
	t.Helper()
	bodies := &[]string{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*bodies = append(*bodies, string(body))
		for k, v := range header {
			w.Header()[k] = v
		}
		if n := len(*bodies); n <= len(statuses) {
			if statuses[n-1] == 0 {
				panic(http.ErrAbortHandler) // a dropped connection
			}
			w.WriteHeader(statuses[n-1])
		}
	}))
	t.Cleanup(s.Close)
	return s, bodies
}

func TestTransport(t *testing.T) {
	seven := http.Header{"Retry-After": {"7"}}
	for name, test := range map[string]struct {
		method   string
		header   http.Header
		statuses []int
		calls    int
		status   int // 0 = an error
		waited   time.Duration
	}{
		"429 honours Retry-After":              {"PATCH", seven, []int{429, 429}, 3, 200, 14 * time.Second},
		"429 on POST is repeated too":          {"POST", seven, []int{429}, 2, 200, 7 * time.Second},
		"429 for longer than the limit":        {"GET", http.Header{"Retry-After": {"90"}}, []int{429, 429}, 1, 429, 0},
		"503 on GET is repeated":               {"GET", nil, []int{503, 502, 504}, 4, 200, -1},
		"503 on GET for ever is given back":    {"GET", nil, []int{503, 503, 503, 503, 503}, 4, 503, -1},
		"503 on POST is an unknown outcome":    {"POST", seven, []int{503}, 1, 503, 0},
		"500 on GET is repeated":               {"GET", nil, []int{500}, 2, 200, -1},
		"501 will not change":                  {"GET", nil, []int{501}, 1, 501, 0},
		"a dropped GET is repeated":            {"GET", nil, []int{0}, 2, 200, -1},
		"a dropped POST is an unknown outcome": {"POST", nil, []int{0}, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, bodies := server(t, test.header, test.statuses...)
			clock := &steppingClock{now: time.Now()}
			// Without keep-alive net/http itself does not repeat a request on a stale connection.
			client := &http.Client{Transport: &consistency.Transport{
				Base:   &http.Transport{DisableKeepAlives: true},
				Policy: consistency.Policy{Timeout: time.Minute, Clock: clock},
			}}
			request, err := http.NewRequestWithContext(t.Context(), test.method, s.URL, io.NopCloser(strings.NewReader("the body")))
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Do(request)
			if (err != nil) != (test.status == 0) || err == nil && response.StatusCode != test.status {
				t.Errorf("got %v, %v; want status %d", response, err, test.status)
			}
			if len(*bodies) != test.calls {
				t.Errorf("%d calls, want %d", len(*bodies), test.calls)
			}
			for i, body := range *bodies {
				if body != "the body" {
					t.Errorf("call %d had the body %q", i+1, body)
				}
			}
			var waited time.Duration
			for _, d := range clock.slept {
				waited += d
			}
			if test.waited >= 0 && waited != test.waited {
				t.Errorf("waited %s, want %s", waited, test.waited)
			}
		})
	}
}
