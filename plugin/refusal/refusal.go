// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package refusal is the error of everything that somebody asked for and that cannot be: a sentence for that person, and
// a code for programs. Commands show the sentence, the REST interface turns the code into a status.
package refusal

import "github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"

// Code says to a program why something was refused.
type Code string

// The codes.
const (
	BadRequest   Code = "bad_request"   // it is not understood
	Forbidden    Code = "forbidden"     // this caller may not
	NotFound     Code = "not_found"     // what it is about does not exist
	NotConnected Code = "not_connected" // the caller has to connect a Teams account first
	Conflict     Code = "conflict"      // something else is in the way
	NotReady     Code = "not_ready"     // the plugin is not configured or still starts
	LoginRefused Code = "login_refused" // Microsoft does not let the account log in like this
)

// Refusal is an error that the person who asked can read and act on.
type Refusal struct {
	Code    Code
	Message string     // full sentences, in English
	Text    texts.Text // the same for a reader's language
}

// Error implements error.
func (r *Refusal) Error() string { return r.Message }

// New returns a refusal.
func New(code Code, format string, args ...any) error {
	text := texts.New(format, args...)
	return &Refusal{Code: code, Message: text.String(), Text: text}
}

// In says it in a language.
func (r *Refusal) In(language texts.Language) string {
	if r.Text.IsZero() {
		return r.Message
	}
	return r.Text.In(language)
}
