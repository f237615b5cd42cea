// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// Error is an answer of Graph that is not a success, in the shape of the Graph docs page "errors".
type Error struct {
	Status     int
	Code       string
	Message    string
	Details    []ErrorDetail
	RetryAfter time.Duration // sent as whole seconds, rounded up, when > 0
	// InnerCode is the code inside innerError; 429 answers carry one.
	InnerCode string
	Header    http.Header // sent besides; nil for none
}

// ErrorDetail is one entry of error.details.
type ErrorDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"`
}

func (e *Error) Error() string {
	return fmt.Sprintf("graph: %d %s: %s", e.Status, e.Code, e.Message)
}

// BadRequest is the directory's 400.
func BadRequest(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "Request_BadRequest", Message: fmt.Sprintf(format, args...)}
}

// NotFound is the directory's 404 for an object id.
func NotFound(id string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "Request_ResourceNotFound", Message: fmt.Sprintf("Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)}
}

// Denied is the directory's 403.
func Denied() *Error {
	return &Error{Status: http.StatusForbidden, Code: "Authorization_RequestDenied", Message: "Insufficient privileges to complete the operation."}
}

// Unauthenticated is the 401 for a token that is missing or wrong.
func Unauthenticated(format string, args ...any) *Error {
	return &Error{Status: http.StatusUnauthorized, Code: "InvalidAuthenticationToken", Message: fmt.Sprintf(format, args...)}
}

// Throttled is the 429 of the Graph docs page "throttling".
func Throttled(after time.Duration) *Error {
	return &Error{Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: "Please retry again later.", RetryAfter: after, InnerCode: "429"}
}

// Response renders the error. clientRequestID may be empty.
func (e *Error) Response(requestID, clientRequestID string, now time.Time) *Response {
	inner := map[string]any{
		"date":              now.UTC().Format("2006-01-02T15:04:05"),
		"request-id":        requestID,
		"client-request-id": clientRequestID,
	}
	if clientRequestID == "" {
		inner["client-request-id"] = requestID
	}
	if e.InnerCode != "" {
		inner["code"] = e.InnerCode
	}
	body := map[string]any{"code": e.Code, "message": e.Message, "innerError": inner}
	if len(e.Details) > 0 {
		body["details"] = e.Details
	}
	r := &Response{Status: e.Status, Body: map[string]any{"error": body}, Header: http.Header{}}
	maps.Copy(r.Header, e.Header)
	if e.RetryAfter > 0 {
		seconds := int64((e.RetryAfter + time.Second - 1) / time.Second)
		r.Header.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	if e.Status == http.StatusUnauthorized {
		r.Header.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
	}
	return r
}
