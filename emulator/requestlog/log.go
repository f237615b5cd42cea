// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package requestlog

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
)

// Capacity is how many requests are kept; older ones are forgotten, but stay in Counts.
const Capacity = 20000

// Entry is one recorded request.
type Entry struct {
	ID        string        `json:"id"`                  // request-id of the answer
	Parent    string        `json:"parent,omitempty"`    // request-id of the $batch that held it
	Time      time.Time     `json:"time"`                // when it arrived, on the emulator's clock
	Method    string        `json:"method"`              //
	Path      string        `json:"path"`                //
	Query     string        `json:"query,omitempty"`     // secrets redacted
	Body      string        `json:"body,omitempty"`      // JSON or form, secrets redacted, cut at 4 KiB
	Status    int           `json:"status"`              // 0 while in work, and when the connection was dropped
	Route     string        `json:"route,omitempty"`     // pattern that served it, e.g. /users/{user-id}
	AppID     string        `json:"appId,omitempty"`     // caller's application
	UserID    string        `json:"userId,omitempty"`    // caller's user, "" for an application
	UserAgent string        `json:"userAgent,omitempty"` //
	Duration  time.Duration `json:"durationNs"`          //
	Fault     string        `json:"fault,omitempty"`     // the injected fault that hit it
}

// Log keeps entries in the order of arrival. It is safe for concurrent use.
type Log struct {
	clock  *clock.Clock
	mu     sync.Mutex
	ring   []*Entry
	next   int // position in ring of the next entry once the ring is full
	counts map[string]int
}

// New returns an empty log.
func New(c *clock.Clock) *Log { return &Log{clock: c, counts: map[string]int{}} }

// Requests returns the kept entries, oldest first.
func (l *Log) Requests() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Entry, 0, len(l.ring))
	for _, e := range slices.Concat(l.ring[l.next:], l.ring[:l.next]) {
		out = append(out, *e)
	}
	return out
}

// Counts returns how many requests each "METHOD route" got since the last Reset; forgotten entries count too.
func (l *Log) Counts() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]int, len(l.counts))
	for k, v := range l.counts {
		out[k] = v
	}
	return out
}

// Reset forgets everything.
func (l *Log) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.next, l.counts = nil, 0, map[string]int{}
}

func (l *Log) begin(r *http.Request, parent string) *Entry {
	e := &Entry{
		ID: uuid.NewString(), Parent: parent, Time: l.clock.Now(), Method: r.Method, Path: r.URL.Path,
		Query: redactQuery(r.URL.RawQuery), UserAgent: r.UserAgent(),
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < Capacity {
		l.ring = append(l.ring, e)
		return e
	}
	l.ring[l.next] = e
	l.next = (l.next + 1) % Capacity
	return e
}

func (l *Log) end(e *Entry, status int, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Status, e.Duration = status, took
	route := e.Route
	if route == "" {
		route = e.Path
	}
	l.counts[e.Method+" "+route]++
}

type contextKey struct{}

// record ties a request to its entry.
type record struct {
	log   *Log
	entry *Entry
}

// ID returns the request-id of the request that ctx belongs to, "" outside of one.
func ID(ctx context.Context) string {
	if rec, ok := ctx.Value(contextKey{}).(record); ok {
		return rec.entry.ID
	}
	return ""
}

// Annotate lets whoever serves a request add what it knows to the entry. Outside of a recorded request it does nothing.
func Annotate(ctx context.Context, add func(*Entry)) {
	if rec, ok := ctx.Value(contextKey{}).(record); ok {
		rec.log.mu.Lock()
		defer rec.log.mu.Unlock()
		add(rec.entry)
	}
}
