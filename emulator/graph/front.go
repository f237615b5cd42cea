// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Authenticator tells whom an access token speaks for. Its errors are *Error with status 401.
type Authenticator interface {
	Authenticate(accessToken string) (Caller, error)
}

// Limiter decides whether a call is within the service's limits, and what the answer's header tells about them. Each item
// of a $batch is asked for on its own.
type Limiter interface {
	Take(call *Call, pattern string) (http.Header, *Error)
}

// Front serves /v1.0 and /beta.
type Front struct {
	auth    Authenticator
	clock   *clock.Clock
	log     *log.Logger
	limiter Limiter
	wrap    func(http.Handler) http.Handler // around each $batch item
	routes  []*route
}

// NewFront returns a front without routes. logTo receives what goes wrong inside handlers; nil discards it.
func NewFront(auth Authenticator, c *clock.Clock, logTo io.Writer) *Front {
	if logTo == nil {
		logTo = io.Discard
	}
	f := &Front{auth: auth, clock: c, log: log.New(logTo, "graph: ", log.LstdFlags|log.LUTC)}
	f.wrap = func(h http.Handler) http.Handler { return h }
	return f
}

// SetLimiter puts a limiter before every call; nil takes it away. Call it before the front serves.
func (f *Front) SetLimiter(l Limiter) { f.limiter = l }

// WrapItems puts a middleware around each item of a $batch, so that what happens to single requests happens to items
// too. Call it before the front serves.
func (f *Front) WrapItems(middleware func(http.Handler) http.Handler) { f.wrap = middleware }

// RouteOption changes how a route is treated.
type RouteOption func(*route)

// Collection names the collection a route belongs to, for faults and replication lag, e.g. "applications".
func Collection(name string) RouteOption { return func(r *route) { r.collection = name } }

// NoPermission opens a route to any valid token; the handler decides (see Call.Require).
func NoPermission() RouteOption {
	return func(r *route) { r.permission = permission{open: true, teams: r.permission.teams} }
}

// AnyOf replaces the catalogue's permissions of one kind for a route.
func AnyOf(kind catalog.Kind, names ...string) RouteOption {
	return func(r *route) {
		r.permission.open = false
		if kind == catalog.Application {
			r.permission.application = names
		} else {
			r.permission.delegated = names
		}
	}
}

// SameAs takes the permissions of another call of the catalogue, e.g. "GET /users".
func SameAs(catalogueCall string) RouteOption {
	return func(r *route) { r.permission = permissionFor(catalogueCall) }
}

// Streams leaves the body of the route's requests to the handler, as it comes and of any length.
func Streams() RouteOption { return func(r *route) { r.streams = true } }

// Handle registers a route. pattern is spelled as in the permission catalogue, without the version
// ("/teams/{team-id}/channels/{channel-id}/messages"): "METHOD pattern" is looked up there for the permissions that
// open it; a call that the catalogue does not know is open to any valid token. Registering a route twice panics.
func (f *Front) Handle(method, pattern string, h Handler, opts ...RouteOption) {
	r := newRoute(method, pattern, h)
	for _, opt := range opts {
		opt(r)
	}
	for _, other := range f.routes {
		if other.method == method && other.shape() == r.shape() {
			panic(fmt.Sprintf("graph: %s %s is registered twice (as %s)", method, pattern, other.pattern))
		}
	}
	f.routes = append(f.routes, r)
}

// Pattern returns the pattern and the collection of the route that would serve a request, and "" when none would.
// $batch has the pattern "/$batch".
func (f *Front) Pattern(r *http.Request) (pattern, collection string) {
	_, rest, ok := splitVersion(r.URL.EscapedPath())
	if !ok {
		return "", ""
	}
	if rest == batchPath {
		return batchPath, ""
	}
	found, _, _ := f.find(r.Method, segments(rest))
	if found == nil {
		return "", ""
	}
	return found.pattern, found.collection
}

// ServeHTTP answers one request, $batch included.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	response, err := f.answer(r)
	if err != nil {
		var graphErr *Error
		if !errors.As(err, &graphErr) {
			f.log.Printf("%s %s: %v", r.Method, r.URL.Path, err)
			graphErr = &Error{Status: http.StatusInternalServerError, Code: "InternalServerError", Message: "The emulator failed to serve the request; its log says why."}
		}
		response = graphErr.Response(requestlog.ID(r.Context()), r.Header.Get("client-request-id"), f.clock.Now())
	}
	write(w, r, response)
}

func (f *Front) answer(r *http.Request) (*Response, error) {
	version, rest, ok := splitVersion(r.URL.EscapedPath())
	if !ok {
		return nil, &Error{Status: http.StatusNotFound, Code: "NotFound", Message: "Graph answers below /v1.0 and /beta."}
	}
	if found, _, _ := f.find(r.Method, segments(rest)); found == nil || !found.streams {
		if err := openBody(r); err != nil {
			return nil, err
		}
	}
	caller, err := f.authenticate(r)
	if err != nil {
		return nil, err
	}
	requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { e.AppID, e.UserID = caller.AppID, caller.UserID })
	if rest == batchPath {
		requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { e.Route = batchPath })
		return f.batch(r, version)
	}
	found, path, known := f.find(r.Method, segments(rest))
	switch {
	case found == nil && known:
		return nil, &Error{Status: http.StatusMethodNotAllowed, Code: "Request_BadRequest", Message: "Specified HTTP method is not allowed for the request target."}
	case found == nil:
		return nil, &Error{Status: http.StatusNotFound, Code: "NotFound", Message: "Requested API is not supported. Please check the path."}
	}
	requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { e.Route = found.pattern })
	query, err := parseQuery(r.URL.Query())
	if err != nil {
		return nil, err
	}
	call := &Call{
		Request: r, Path: path, Query: query, Caller: caller, Prefer: preferences(r), Version: version, BaseURL: baseURL(r),
		Pattern: found.pattern, Collection: found.collection, RequestID: requestlog.ID(r.Context()), Now: f.clock.Now(),
	}
	var limits http.Header
	if f.limiter != nil {
		var throttled *Error
		if limits, throttled = f.limiter.Take(call, found.pattern); throttled != nil {
			return nil, throttled
		}
	}
	if err := found.permission.check(call); err != nil {
		return nil, err
	}
	response, err := found.handler(call)
	if err == nil && len(limits) > 0 {
		if response.Header == nil {
			response.Header = http.Header{}
		}
		maps.Copy(response.Header, limits)
	}
	return response, err
}

func (f *Front) authenticate(r *http.Request) (Caller, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return Caller{}, Unauthenticated("Access token is empty.")
	}
	return f.auth.Authenticate(token)
}

func preferences(r *http.Request) []string {
	var items []string
	for _, line := range r.Header.Values("Prefer") {
		items = append(items, splitList(line)...)
	}
	return items
}

// baseURL is scheme and host as the caller reached us.
func baseURL(r *http.Request) string {
	if r.TLS == nil {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}
