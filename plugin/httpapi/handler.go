// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Caller is who makes a request, as Mattermost says.
type Caller struct {
	User      bridge.UserID // empty for nobody
	Session   string        // id of the login session; empty for nobody
	Address   string        // IP address from which the request comes
	RequestID string        // the server's
}

// call is a request on its way.
type call struct {
	*http.Request
	Caller
	w http.ResponseWriter
}

type api struct {
	Parts
	limits *limits
}

// Handler serves the routes.
type Handler struct {
	api    api
	routes *http.ServeMux
}

// New returns a handler of all routes over the parts.
func New(parts Parts) *Handler {
	h := &Handler{api: api{parts, newLimits()}, routes: http.NewServeMux()}
	for _, route := range Routes() {
		h.routes.Handle(route.Method+" "+route.Path, served{&h.api, route})
	}
	return h
}

// ServeCaller answers one request of the caller.
func (h *Handler) ServeCaller(caller Caller, w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	recorder := &statusRecorder{ResponseWriter: w}
	recorder.Header().Set("X-Content-Type-Options", "nosniff")
	servers := caller.RequestID
	if caller.RequestID = requestID(r.Header.Get(requestIDHeader), servers); caller.RequestID != "" {
		recorder.Header().Set(requestIDHeader, caller.RequestID)
	}
	handler, pattern := h.routes.Handler(r)
	if _, found := handler.(served); found {
		h.routes.ServeHTTP(recorder, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	} else {
		h.api.refuse(&call{Request: r, Caller: caller, w: recorder}, Route{}, h.unknown(recorder, r))
	}
	if recorder.status >= http.StatusBadRequest {
		h.api.Log.Debug("refused a request", "method", r.Method, "path", r.URL.Path, "status", recorder.status,
			"request_id", caller.RequestID, "server_request_id", servers, "user_id", caller.User)
	}
	if h.api.Observe != nil {
		h.api.Observe(pattern, r.Method, recorder.status, time.Since(began))
	}
}

type callerKey struct{}

// served makes a Route a http.Handler: the mux can then tell it from its own handlers, and sets its path values.
type served struct {
	api   *api
	route Route
}

// ServeHTTP runs the route for the caller in the request's context.
func (s served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, _ := r.Context().Value(callerKey{}).(Caller)
	c := &call{Request: r, Caller: caller, w: w}
	if err := s.run(c); err != nil {
		s.api.refuse(c, s.route, err)
	}
}

func (s served) run(c *call) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	refused := s.admit(c)
	if wait := s.api.limits.take(c.Caller, s.route, refused == nil); wait > 0 {
		return tooManyRequests(c.w, wait)
	}
	if refused != nil {
		return refused
	}
	c.Body = http.MaxBytesReader(c.w, c.Body, s.route.MaxBody)
	return s.route.serve(s.api, c)
}

// admit says why the caller may not use the route; nil when they may.
func (s served) admit(c *call) error {
	if s.route.Role != Anonymous {
		if err := s.api.sameOrigin(c.Request); err != nil {
			return err
		}
	}
	return s.api.authorise(c, s.route.Role)
}

// authorise checks the route's role. The channel of a ChannelAdmin is the one in the route's path, or else found by the route,
// like a ChannelReader's; then a user is needed here.
func (a *api) authorise(c *call, role Role) error {
	switch {
	case role == Anonymous:
		return nil
	case c.User == "":
		return &Error{Status: http.StatusUnauthorized, Code: "not_logged_in", Message: "You are not logged in to Mattermost, or the request lacks the CSRF token (header X-CSRF-Token)."}
	case role == SystemAdmin && !a.Permissions.SystemAdmin(c.User):
		return &Error{Status: http.StatusForbidden, Code: "forbidden", Message: "Only system admins may do this."}
	}
	if channel := bridge.ChannelID(c.PathValue("channel_id")); role == ChannelAdmin && channel != "" {
		return a.channelAdmin(c, channel)
	}
	return nil
}

func (a *api) channelAdmin(c *call, channel bridge.ChannelID) error {
	if a.Permissions.ChannelAdmin(c.User, channel) || a.Permissions.SystemAdmin(c.User) {
		return nil
	}
	return &Error{Status: http.StatusForbidden, Code: "forbidden", Message: "Only admins of the channel (permission manage_channel_roles) and system admins may do this."}
}

// unknown tells a wrong address from a wrong method.
func (h *Handler) unknown(w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		handler, _ := h.routes.Handler(other)
		if _, found := handler.(served); found {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return &Error{Status: http.StatusNotFound, Code: "not_found", Message: "There is no such address."}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return &Error{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Message: "This address understands " + strings.Join(allowed, ", ") + " only."}
}

// refuse answers with an error, as a page to a browser and as JSON to all others, in the reader's language. The detail names the
// request, as the log does.
func (a *api) refuse(c *call, route Route, err error) {
	e := asError(err)
	if e.Status >= http.StatusInternalServerError && e.Code != string(refusal.NotReady) {
		a.Log.Error("could not answer a request", "method", c.Method, "path", c.URL.Path, "request_id", c.RequestID, "error", err)
	}
	if route.Page && !c.wantsJSON() {
		text := pageText{Title: texts.New("That did not work"), Text: e.pageText(), Detail: c.RequestID}
		if e.Status == http.StatusUnauthorized { // e.g. in the browser of a telephone whose app is logged in
			text.Title, text.Link = texts.New("Log in to Mattermost first"), a.SiteURL()+"/login"
			text.Text = texts.New("This browser is not logged in to Mattermost. Log in, then open the link that led you here once more.")
		}
		a.page(c, e.Status, text)
		return
	}
	detail := e.Detail
	if c.RequestID != "" {
		detail = strings.TrimSuffix("request "+c.RequestID+", "+detail, ", ")
	}
	message := e.Message
	if c.Header.Get("Accept-Language") != "" { // a browser's; programs get English
		message = e.in(a.language(c))
	}
	writeJSON(c.w, e.Status, &Error{Code: e.Code, Message: message, Detail: detail})
}

// language is that of whoever makes the request: the user's, else what the browser asks for, else the server's.
func (a *api) language(c *call) texts.Language {
	if a.Locale != nil {
		if locale := a.Locale(c.User); locale != "" {
			return texts.OfLocale(locale)
		}
	}
	if language, found := texts.Accepted(c.Header.Get("Accept-Language")); found {
		return language
	}
	if a.DefaultLocale != nil {
		return texts.OfLocale(a.DefaultLocale())
	}
	return texts.English
}

// wantsJSON tells a program from a browser, which names text/html first.
func (c *call) wantsJSON() bool {
	accept := c.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// decode reads a JSON body into v and refuses what v does not know.
func (c *call) decode(v any) error {
	decoder := json.NewDecoder(c.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	if err == nil && decoder.More() {
		err = errors.New("something follows the JSON document")
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge || err == nil {
		return err
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the body is empty")
	}
	return badRequest("The body is not the JSON that is expected: %v.", err)
}

func badRequest(format string, args ...any) error {
	return &Error{Status: http.StatusBadRequest, Code: "bad_request", Message: fmt.Sprintf(format, args...)}
}

func tooLargeError(limit int64) *Error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Message: fmt.Sprintf("The body is larger than %d bytes.", limit)}
}

// statusRecorder remembers the status for the metrics.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (r *statusRecorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *statusRecorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(p)
}
