// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Outcome is what became of a notification that carried a message. Outcomes are metric label values.
type Outcome string

// The outcomes. All but the first and the last have the message fetched from Graph.
const (
	Opened         Outcome = "opened"              // the message was read from the notification
	NoKey          Outcome = "unknown_certificate" // no key for the certificate it was encrypted for
	BadSignature   Outcome = "bad_signature"       // the data is not what was signed, or the key was encrypted for another certificate
	BadContent     Outcome = "bad_content"         // what was signed is no message
	OtherMessage   Outcome = "other_message"       // the message is not the one that the notification names
	NoTokens       Outcome = "no_tokens"           // no validation tokens came with it
	UncheckedToken Outcome = "tokens_unchecked"    // the tenant's signing keys could not be had
	WrongToken     Outcome = "tokens_wrong"        // Microsoft did not send it: the event is given up
)

// Current is what follows from the settings in use.
type Current struct {
	Vault    Vault
	Verifier *Verifier
}

// Config is what a reader works with; all but Observe and Log is required.
type Config struct {
	Keys *Keyring
	// Tokens finds the validation tokens of a delivery by their name; none when they are not known any more.
	Tokens  func(ctx context.Context, name string) ([]string, error)
	Current func() (Current, error)
	// Parse reads a message's JSON.
	Parse   func(document []byte, in bridge.Conversation) (bridge.TeamsMessage, error)
	Observe func(Outcome)
	Log     *slog.Logger
}

// Reader reads what notifications carry. It is the bridge's Notifications, safe for concurrent use.
type Reader struct {
	config Config

	mu    sync.Mutex
	state State
	told  map[Outcome]time.Time
}

var _ bridge.Notifications = (*Reader)(nil)

// State is what became of notifications with a message since the start, for people.
type State struct {
	Opened        int
	Fetched       int // the message was fetched instead
	Refused       int // their tokens were wrong
	LastProblem   string
	LastProblemAt time.Time
}

// NewReader returns a reader.
func NewReader(config Config) *Reader {
	if config.Observe == nil {
		config.Observe = func(Outcome) {}
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &Reader{config: config, told: map[Outcome]time.Time{}}
}

// State returns what became of notifications.
func (r *Reader) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// Read implements bridge.Notifications.
func (r *Reader) Read(ctx context.Context, event bridge.InboundEvent) (bridge.TeamsMessage, bool, error) {
	if event.Proof == "" && event.Sealed == nil {
		return bridge.TeamsMessage{}, false, nil
	}
	current, err := r.config.Current()
	if err != nil {
		return bridge.TeamsMessage{}, false, &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	message, outcome, err := r.read(ctx, event, current)
	if outcome == "" {
		return bridge.TeamsMessage{}, false, err
	}
	r.note(outcome, event.Ref.Conversation.ID, err)
	switch outcome {
	case Opened:
		return message, true, nil
	case WrongToken:
		return bridge.TeamsMessage{}, false, &bridge.Failure{Class: bridge.Permanent, Err: err}
	}
	return bridge.TeamsMessage{}, false, nil
}

// read returns what became of the event; no outcome when it carried no message, or when the store failed.
func (r *Reader) read(ctx context.Context, event bridge.InboundEvent, current Current) (bridge.TeamsMessage, Outcome, error) {
	var none bridge.TeamsMessage
	if event.Proof != "" {
		err := current.Verifier.check(ctx, event.Proof, event.Tenant, event.ReceivedAt, func(ctx context.Context) ([]string, error) {
			return r.config.Tokens(ctx, event.Proof)
		})
		switch {
		case errors.Is(err, ErrForged):
			return none, WrongToken, err
		case errors.Is(err, errUnchecked):
			return none, UncheckedToken, err
		case err != nil:
			return none, "", err
		}
	}
	if event.Sealed == nil {
		return none, "", nil
	}
	if event.Proof == "" {
		return none, NoTokens, errors.New("no validation tokens came with it; the service principal of the application must not require an assignment (appRoleAssignmentRequired = false)")
	}
	content, err := unpack(event.Sealed)
	if err != nil {
		return none, BadContent, err
	}
	private, err := r.config.Keys.find(ctx, content.certificateID, current.Vault)
	switch {
	case errors.Is(err, errNoKey):
		return none, NoKey, fmt.Errorf("%w %.130q", err, content.certificateID)
	case err != nil:
		return none, "", err
	}
	document, err := content.decrypt(private)
	switch {
	case errors.Is(err, ErrSignature), errors.Is(err, ErrKey):
		return none, BadSignature, err
	case err != nil:
		return none, BadContent, err
	}
	message, err := r.config.Parse(document, event.Ref.Conversation)
	switch {
	case err != nil:
		return none, BadContent, err
	case message.Ref.Conversation.ID != event.Ref.Conversation.ID || message.Ref.Root != event.Ref.Root || message.Ref.ID != event.Ref.ID:
		return none, OtherMessage, fmt.Errorf("it carries message %q of thread %q in conversation %q", message.Ref.ID, message.Ref.Root, message.Ref.Conversation.ID)
	}
	return message, Opened, nil
}

// tellEvery is how often the log repeats a kind of problem.
const tellEvery = time.Minute

func (r *Reader) note(outcome Outcome, conversation bridge.ConversationID, err error) {
	r.config.Observe(outcome)
	r.mu.Lock()
	defer r.mu.Unlock()
	if outcome == Opened {
		r.state.Opened++
		return
	}
	now := time.Now()
	r.state.LastProblem, r.state.LastProblemAt = err.Error(), now
	what := "could not use what a notification carried; the message is fetched instead"
	if outcome == WrongToken {
		r.state.Refused++
		what = "gave a notification up that Microsoft did not send"
	} else {
		r.state.Fetched++
	}
	if now.Sub(r.told[outcome]) >= tellEvery {
		r.told[outcome] = now
		r.config.Log.Warn(what, "outcome", outcome, "conversation", conversation, "error", err)
	}
}
