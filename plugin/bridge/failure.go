// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says what may be done after a failure.
type Class int

// The classes of failures.
const (
	// Retry: nothing happened, e.g. a 429 or a refused connection; the same call may be made again.
	Retry Class = iota
	// Unknown: it may have happened, e.g. a time-out, a dropped connection or a 5xx on a POST; look before doing it again.
	Unknown
	// UserAction: nothing happened, and nothing will until somebody connects an account or grants a consent.
	UserAction
	// Permanent: nothing happened, and the same call can never succeed.
	Permanent
	// NotFound: the object does not exist.
	NotFound
)

// String returns the class as a metric label.
func (c Class) String() string {
	switch c {
	case Retry:
		return "retry"
	case Unknown:
		return "unknown"
	case UserAction:
		return "user_action"
	case Permanent:
		return "permanent"
	case NotFound:
		return "not_found"
	}
	return fmt.Sprintf("class %d", int(c))
}

// A Failure is an error of the other side, with what the bridge needs to decide and what a person needs to ask Microsoft.
type Failure struct {
	Class      Class
	Status     int    // HTTP status; 0 when there was no answer
	Code       string // Graph's error code
	RequestID  string
	RetryAfter time.Duration // what the other side asked for; 0 when it did not
	// OfApplication: the plugin's application itself was refused, its credential or its permissions. It says nothing about the
	// person or the event, and the next person would be refused the same.
	OfApplication bool
	Err           error
}

// Error tells the cause with status, code and request id.
func (f *Failure) Error() string {
	var b strings.Builder
	if f.Err != nil {
		b.WriteString(f.Err.Error())
	} else {
		b.WriteString(f.Class.String())
	}
	var notes []string
	if f.Status != 0 {
		notes = append(notes, fmt.Sprintf("status %d", f.Status))
	}
	if f.Code != "" {
		notes = append(notes, "code "+f.Code)
	}
	if f.RequestID != "" {
		notes = append(notes, "request-id "+f.RequestID)
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// ErrCutShort comes with the newest messages of a list that goes further back than can be read. What is not among them may be there.
var ErrCutShort = &Failure{Class: Permanent, Err: errors.New("the conversation has got too many messages since to be read; look whether it shows this one, and write it again if it does not")}

// NeedsAction tells that somebody has to do something before the call can work: a person about an account, or an administrator
// about the application.
func NeedsAction(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && (f.Class == UserAction || f.OfApplication)
}

// ClassOf returns the class of err; an error that is no Failure counts as Retry.
func ClassOf(err error) Class {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Class
	}
	return Retry
}
