// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"fmt"
	"net/http"
)

// changes and lifecycle answer 503 while nothing can be stored: Graph then delivers again for up to four hours.

func (a *api) changes(c *call) error { return a.deliver(c, a.Changes) }

func (a *api) lifecycle(c *call) error { return a.deliver(c, a.Lifecycle) }

func (a *api) deliver(c *call, to http.Handler) error {
	if to == nil {
		return a.notReady()
	}
	return forward(c, to)
}

// forward has a handler answer that says no more than a status when it refuses.
func forward(c *call, to http.Handler) error {
	w := &refusals{ResponseWriter: c.w}
	to.ServeHTTP(w, c.Request)
	switch w.status {
	case 0:
		return nil
	case http.StatusBadRequest:
		return badRequest("This is no collection of change notifications as Microsoft Graph sends them.")
	case http.StatusRequestEntityTooLarge:
		return tooLargeError(notificationBody)
	case http.StatusServiceUnavailable:
		return &Error{Status: w.status, Code: "not_ready", Message: "The notifications could not be stored. Deliver them again."}
	}
	return &Error{Status: w.status, Code: "internal", Message: fmt.Sprintf("It was refused: %s.", http.StatusText(w.status))}
}

// refusals holds back what a handler says when it refuses.
type refusals struct {
	http.ResponseWriter
	status int // of the refusal; 0 for none
}

// WriteHeader implements http.ResponseWriter.
func (w *refusals) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		w.status = status
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *refusals) Write(p []byte) (int, error) {
	if w.status != 0 {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}
