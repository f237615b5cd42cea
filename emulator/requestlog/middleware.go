// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package requestlog

import (
	"context"
	"net/http"
	"time"
)

// Middleware records what passes through it.
func (l *Log) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.serve(w, r, next, "")
	})
}

// Item records one item of a $batch under its parent, which r's context still names, and serves it.
func Item(w http.ResponseWriter, r *http.Request, next http.Handler) {
	rec, ok := r.Context().Value(contextKey{}).(record)
	if !ok {
		next.ServeHTTP(w, r)
		return
	}
	rec.log.serve(w, r, next, rec.entry.ID)
}

func (l *Log) serve(w http.ResponseWriter, r *http.Request, next http.Handler, parent string) {
	began := time.Now()
	entry := l.begin(r, parent)
	watch := &statusWriter{ResponseWriter: w}
	// Deferred: a handler that aborts the connection panics through here, and its entry must still be closed.
	defer func() { l.end(entry, watch.status, time.Since(began)) }()
	next.ServeHTTP(watch, r.WithContext(context.WithValue(r.Context(), contextKey{}, record{l, entry})))
}

// statusWriter remembers the status. Unwrap lets http.ResponseController reach flush and hijack below it.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
