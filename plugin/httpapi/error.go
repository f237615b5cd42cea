// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Error is an answer that refuses. It is written as JSON.
type Error struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`    // for programs, e.g. not_found
	Message string `json:"message"` // for people: what is wrong and how to mend it
	Detail  string `json:"detail"`  // for support: request ids, codes of Graph

	text texts.Text // the message for a reader's language; zero when there is English only
}

// newError returns an error whose message is said in the reader's language.
func newError(status int, code, format string, args ...any) *Error {
	text := texts.New(format, args...)
	return &Error{Status: status, Code: code, Message: text.String(), text: text}
}

// pageText is the message on a page.
func (e *Error) pageText() texts.Text {
	if e.text.IsZero() {
		return texts.Of(e.Message)
	}
	return e.text
}

// in says the message in a language.
func (e *Error) in(language texts.Language) string { return e.pageText().In(language) }

// Error implements error.
func (e *Error) Error() string { return e.Message }

var refusalStatus = map[refusal.Code]int{
	refusal.BadRequest:   http.StatusBadRequest,
	refusal.Forbidden:    http.StatusForbidden,
	refusal.NotFound:     http.StatusNotFound,
	refusal.NotConnected: http.StatusForbidden,
	refusal.Conflict:     http.StatusConflict,
	refusal.NotReady:     http.StatusServiceUnavailable,
	refusal.LoginRefused: http.StatusUnprocessableEntity,
}

// asError says how an error is shown. What nobody foresaw is logged by the caller and not shown: it may hold internals.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if r, ok := errors.AsType[*refusal.Refusal](err); ok {
		return &Error{Status: refusalStatus[r.Code], Code: string(r.Code), Message: r.Message, text: r.Text}
	}
	if conflict, ok := errors.AsType[*bridge.LinkConflict](err); ok {
		return &Error{Status: http.StatusConflict, Code: "conflict", Message: conflict.Error()}
	}
	if failure, ok := errors.AsType[*bridge.Failure](err); ok {
		status := http.StatusBadGateway
		if failure.Class == bridge.Retry {
			status = http.StatusServiceUnavailable
		}
		e := newError(status, "microsoft_"+failure.Class.String(), "Microsoft refused or did not answer: %v", err)
		e.Detail = microsofts(failure.RequestID)
		return e
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLargeError(tooLarge.Limit)
	}
	return newError(http.StatusInternalServerError, "internal", "Something went wrong inside the plugin; the server's log says what, under this request's id.")
}

// microsofts is how an error's detail names a request to Microsoft, whose support asks for it.
func microsofts(requestID string) string {
	if requestID == "" {
		return ""
	}
	return "Microsoft's request " + requestID
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	document, err := json.Marshal(body)
	if err != nil {
		status, document = http.StatusInternalServerError, []byte(`{"code":"internal","message":"The answer could not be written.","detail":""}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(document, '\n'))
}
