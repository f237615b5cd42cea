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
	"sync"
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
		latency, late, refusal := f.plan(r)
		if refusal != nil || latency+late > 0 {
			requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { e.Fault = describe(latency+late, refusal) })
		}
		if latency > 0 {
			bufferBody(r) // only then does the server notice a caller that goes away meanwhile
		}
		if !wait(r.Context(), latency) {
			return
		}
		if late > 0 {
			held := &lateWriter{ResponseWriter: w, hold: func() { wait(r.Context(), late) }}
			defer held.once.Do(held.hold) // an answer without a body or a status of its own
			w = held
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

// plan collects the latency before and after a request takes effect and the first refusal that the rules have for it.
func (f *Faults) plan(r *http.Request) (latency, late time.Duration, refusal *Rule) {
	rules := f.struck(onRequest, func(rule *Rule) bool { return matches(rule.Route, r.Method, r.URL.Path) }, f.key(r))
	for _, rule := range rules {
		switch {
		case rule.Effect == Latency && rule.AfterCommit:
			late += time.Duration(rule.Delay)
		case rule.Effect == Latency:
			latency += time.Duration(rule.Delay)
		case refusal == nil:
			refusal = &rule
		}
	}
	return latency, late, refusal
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
	sum := sha256.Sum256(bufferBody(r))
	return r.Method + " " + r.URL.RequestURI() + " " + string(sum[:])
}

// bufferBody reads the body and leaves it in place for the handler.
func bufferBody(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = nil // the handler will meet an empty body
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
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

// lateWriter holds an answer back: a handler answers after what it was asked for has taken effect.
type lateWriter struct {
	http.ResponseWriter
	hold func()
	once sync.Once
}

func (l *lateWriter) WriteHeader(status int) {
	l.once.Do(l.hold)
	l.ResponseWriter.WriteHeader(status)
}

func (l *lateWriter) Write(p []byte) (int, error) {
	l.once.Do(l.hold)
	return l.ResponseWriter.Write(p)
}

func (l *lateWriter) Unwrap() http.ResponseWriter { return l.ResponseWriter }
