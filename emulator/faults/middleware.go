// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

// Middleware applies the rules on requests to everything but the emulator's own pages.
func (f *Faults) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/_emulator") {
			next.ServeHTTP(w, r)
			return
		}
		latency, refusal := f.plan(r)
		if !wait(r.Context(), latency) {
			return
		}
		if refusal != nil || latency > 0 {
			requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { e.Fault = describe(latency, refusal) })
		}
		switch {
		case refusal == nil:
			next.ServeHTTP(w, r)
		case refusal.AfterCommit:
			next.ServeHTTP(&unheard{header: http.Header{}}, r)
			refusal.answer(w, r)
		default:
			refusal.answer(w, r)
		}
	})
}

// describe names what strikes a request, for the request log.
func describe(latency time.Duration, refusal *Rule) string {
	var parts []string
	if latency > 0 {
		parts = append(parts, string(Latency))
	}
	if refusal != nil {
		parts = append(parts, string(refusal.Effect))
		if refusal.AfterCommit {
			parts = append(parts, "after commit")
		}
	}
	return strings.Join(parts, " ")
}

// plan collects the latency and the first refusal that the rules have for a request.
func (f *Faults) plan(r *http.Request) (latency time.Duration, refusal *Rule) {
	rules := f.struck(onRequest, func(rule *Rule) bool { return matches(rule.Route, r.Method, r.URL.Path) }, f.key(r))
	for _, rule := range rules {
		switch {
		case rule.Effect == Latency:
			latency += time.Duration(rule.Delay)
		case refusal == nil:
			refusal = &rule
		}
	}
	return latency, refusal
}

// key tells distinct requests apart; the body is read only if a rule needs to know.
func (f *Faults) key(r *http.Request) string {
	f.mu.Lock()
	needed := false
	for _, rule := range f.rules {
		needed = needed || rule.OncePerRequest
	}
	f.mu.Unlock()
	if !needed {
		return ""
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = nil // the handler will meet the same broken body
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(body)
	return r.Method + " " + r.URL.RequestURI() + " " + string(sum[:])
}

// answer refuses a request as its rule says.
func (r *Rule) answer(w http.ResponseWriter, request *http.Request) {
	status := r.Status
	switch r.Effect {
	case Drop:
		panic(http.ErrAbortHandler) // the server closes the connection or resets the stream
	case Throttle:
		status = http.StatusTooManyRequests
	case Status:
		if status == 0 {
			status = http.StatusInternalServerError
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if r.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(time.Duration(r.RetryAfter).Seconds()))))
	}
	w.WriteHeader(status)
	_, _ = w.Write(refusalBody(status, request.URL.Path)) // a caller that went away is its own affair
}

func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// unheard takes an answer that nobody will hear.
type unheard struct{ header http.Header }

func (u *unheard) Header() http.Header         { return u.header }
func (u *unheard) Write(p []byte) (int, error) { return len(p), nil }
func (u *unheard) WriteHeader(int)             {}
