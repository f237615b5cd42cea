// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Effect is what a rule does.
type Effect string

// The effects. The first group is on requests, the second on change notifications, the third on the validation
// handshake of a subscription, the last on reading what was written a moment ago.
const (
	Latency  Effect = "latency"  // take effect and answer Delay later; AfterCommit: answer Delay later
	Throttle Effect = "throttle" // answer 429 with Retry-After
	Status   Effect = "status"   // answer with Rule.Status, 500 if not given
	Drop     Effect = "drop"     // close the connection without an answer

	Duplicate Effect = "duplicate" // deliver Copies more of it, each within Delay
	Delay     Effect = "delay"     // deliver it Delay later
	Reorder   Effect = "reorder"   // deliver it at a random moment within Delay, so that others overtake it
	Withhold  Effect = "withhold"  // never deliver it

	ValidationRefused Effect = "validation_refused" // as if the endpoint did not echo the token
	ValidationTimeout Effect = "validation_timeout" // as if the endpoint did not answer

	Lag     Effect = "lag"      // an object of Collection is not found for Delay after it was created
	ListLag Effect = "list_lag" // an object of Collection is missing in lists for Delay after it was created
)

// Rule is one fault. Of all things that it applies to it strikes those that pass Next, Every, Percent and
// OncePerRequest; with none of them set it strikes all.
type Rule struct {
	ID     string `json:"id"` // chosen by Add
	Effect Effect `json:"effect"`

	// Route narrows a rule on requests to "METHOD /path", either of them "*"; in a path, * and {…} stand for one
	// segment and a last ** for any rest. The version (v1.0, beta) is left out and key-style segments are written
	// with slashes. For notifications it is matched against the changed resource, e.g.
	// "* /teams/{team-id}/channels/{channel-id}/messages/**". Empty means everything.
	Route string `json:"route,omitempty"`
	// Collection names the collection of a lag, e.g. applications, servicePrincipals; "*" means all.
	Collection string `json:"collection,omitempty"`
	// AfterCommit lets a Latency, Throttle, Status or Drop strike after the request has taken effect.
	AfterCommit bool `json:"afterCommit,omitempty"`

	Status     int      `json:"status,omitempty"`
	RetryAfter Duration `json:"retryAfter,omitempty"` // whole seconds are sent, rounded up; a throttle without it sends none
	Delay      Duration `json:"delay,omitempty"`
	Copies     int      `json:"copies,omitempty"` // of a duplicate, 1 if not given

	Next           int     `json:"next,omitempty"`           // strike the next N, then the rule is spent
	Every          int     `json:"every,omitempty"`          // strike each Nth
	Percent        float64 `json:"percent,omitempty"`        // strike this share, 0 < p ≤ 100, by chance
	OncePerRequest bool    `json:"oncePerRequest,omitempty"` // strike each distinct request (method, path, body) once

	Matched int `json:"matched"` // how many things it applied to so far
	Struck  int `json:"struck"`  // how many of them it struck
}

// kind groups effects by what they act on.
type kind int

const (
	onRequest kind = iota + 1
	onNotification
	onValidation
	onReading
)

var kinds = map[Effect]kind{
	Latency: onRequest, Throttle: onRequest, Status: onRequest, Drop: onRequest,
	Duplicate: onNotification, Delay: onNotification, Reorder: onNotification, Withhold: onNotification,
	ValidationRefused: onValidation, ValidationTimeout: onValidation,
	Lag: onReading, ListLag: onReading,
}

func (r *Rule) check() error {
	k, ok := kinds[r.Effect]
	switch {
	case !ok:
		return fmt.Errorf("unknown effect %q; known are latency, throttle, status, drop, duplicate, delay, reorder, withhold, validation_refused, validation_timeout, lag, list_lag", r.Effect)
	case (r.Effect == Latency || r.Effect == Delay || r.Effect == Reorder || k == onReading) && r.Delay <= 0:
		return fmt.Errorf("a rule with the effect %s needs a delay, e.g. \"250ms\"", r.Effect)
	case k == onReading && r.Collection == "":
		return fmt.Errorf("a rule with the effect %s needs a collection, e.g. \"applications\" or \"*\"", r.Effect)
	case r.Status != 0 && http.StatusText(r.Status) == "":
		return fmt.Errorf("%d is no HTTP status", r.Status)
	case r.Percent < 0 || r.Percent > 100:
		return fmt.Errorf("percent is %v, must be between 0 and 100", r.Percent)
	case r.Next < 0 || r.Every < 0 || r.Copies < 0:
		return fmt.Errorf("next, every and copies must not be negative")
	case r.Route != "" && len(strings.Fields(r.Route)) != 2:
		return fmt.Errorf("route %q must be \"METHOD /path\", e.g. \"POST /teams/*/channels/*/messages\" or \"* /applications/**\"", r.Route)
	}
	return nil
}

// Duration is a time.Duration that is written "250ms" or "2h30m" in JSON.
type Duration time.Duration

func (d Duration) String() string { return time.Duration(d).String() }

// MarshalJSON writes the duration as a string.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a string as time.ParseDuration does.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration is a string such as \"250ms\", not %s", data)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("a duration is a string such as \"250ms\": %w", err)
	}
	*d = Duration(parsed)
	return nil
}
