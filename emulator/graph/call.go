// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Caller is who an access token speaks for.
type Caller struct {
	TenantID           string
	AppID              string // client id of the application that asked for the token
	ServicePrincipalID string // object id of that application's service principal
	UserID             string // object id of the signed-in user, "" when the application acts for itself
	Roles              []string
	Scopes             []string
	Admin              bool // the signed-in user is a Global Administrator
}

// AppOnly says that the application acts for itself and not for a user.
func (c Caller) AppOnly() bool { return c.UserID == "" }

// Kind is the kind of permission that counts for this caller.
func (c Caller) Kind() catalog.Kind {
	if c.AppOnly() {
		return catalog.Application
	}
	return catalog.Delegated
}

// Permissions returns the caller's permissions of its kind: roles of an application, scopes of a user.
func (c Caller) Permissions() []string {
	if c.AppOnly() {
		return c.Roles
	}
	return c.Scopes
}

// Has says whether the caller holds one of the named permissions.
func (c Caller) Has(names ...string) bool {
	return slices.ContainsFunc(c.Permissions(), func(held string) bool { return slices.Contains(names, held) })
}

// Call is one request to Graph after authentication and routing.
type Call struct {
	Request *http.Request
	// Path holds the value of each {name} of the pattern. Key-style segments are normalised before matching:
	// teams('x') becomes teams/x, and an alternate key keeps its name: applications(appId='x') becomes
	// applications/appId='x' (see Key).
	Path    map[string]string
	Query   Query
	Caller  Caller
	Prefer  []string // items of the Prefer header, trimmed
	Version string   // "v1.0" or "beta"
	BaseURL string   // scheme and host as the caller spelled them, for links
	Pattern string   // the pattern the route was registered with
	// Collection is the collection the route belongs to (see the option Collection), "" when it named none.
	Collection string
	RequestID  string
	Now        time.Time // the emulator's time when the call arrived
}

// Prefers says whether the Prefer header holds an item, e.g. "create-if-missing". Case does not matter.
func (c *Call) Prefers(item string) bool {
	return slices.ContainsFunc(c.Prefer, func(p string) bool { return strings.EqualFold(p, item) })
}

// Decode reads the JSON body into v. It answers an *Error 400 on bodies that Graph refuses too.
func (c *Call) Decode(v any) error {
	if ct := c.Request.Header.Get("Content-Type"); ct != "" {
		if media, _, err := mime.ParseMediaType(ct); err != nil || media != "application/json" {
			return &Error{Status: http.StatusBadRequest, Code: "RequestBodyRead", Message: fmt.Sprintf("A supported MIME type could not be found that matches the content type of the request. None of the supported type(s) matches the content type '%s'.", ct)}
		}
	}
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		if graphErr := (*Error)(nil); errors.As(err, &graphErr) {
			return graphErr
		}
		return BadRequest("Unable to read JSON request payload: %v", err)
	}
	if len(strings.TrimSpace(string(body))) == 0 {
		return BadRequest("Empty Payload. JSON content expected.")
	}
	if err := json.Unmarshal(body, v); err != nil {
		return BadRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return nil
}

// DecodeOptional is Decode for calls whose body may be missing; v stays as it is then.
func (c *Call) DecodeOptional(v any) error {
	if c.Request.Body == nil || c.Request.Body == http.NoBody || c.Request.ContentLength == 0 {
		return nil
	}
	return c.Decode(v)
}

// Require checks the caller against another call of the permission catalogue, e.g. "GET /directory/deletedItems/{user-id}".
// Routes whose permission depends on the object that is addressed are registered with NoPermission and use it.
func (c *Call) Require(catalogueCall string) error {
	return permissionFor(catalogueCall).check(c)
}

// Key takes an alternate key apart: "appId='x'" gives ("appId", "x"), a plain value gives ("", value).
func Key(segment string) (name, value string) {
	name, quoted, found := strings.Cut(segment, "='")
	if !found || !strings.HasSuffix(quoted, "'") {
		return "", segment
	}
	return name, strings.ReplaceAll(strings.TrimSuffix(quoted, "'"), "''", "'")
}

// Response is what a handler answers. Body is written as JSON; Raw, when set, is written as it is.
type Response struct {
	Status int
	Body   any // nil = empty
	Header http.Header
	Raw    []byte
}

// Handler serves one route. An error that is not an *Error becomes a 500 and a line in the log.
type Handler func(*Call) (*Response, error)

// OK answers 200 with a body.
func OK(body any) *Response { return &Response{Status: http.StatusOK, Body: body} }

// Created answers 201 with a body and the address of the new object.
func Created(body any, location string) *Response {
	r := &Response{Status: http.StatusCreated, Body: body}
	if location != "" {
		r.Header = http.Header{"Location": {location}}
	}
	return r
}

// NoContent answers 204.
func NoContent() *Response { return &Response{Status: http.StatusNoContent} }
