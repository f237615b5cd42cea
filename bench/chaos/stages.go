// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"
	"time"
)

// stages are what the time of a scenario goes to.
type stages struct {
	since time.Time
	spent []string
}

// begin begins a scenario.
func (s *stages) begin() { s.since, s.spent = time.Now(), nil }

// done ends a stage.
func (s *stages) done(name string) {
	now := time.Now()
	s.spent = append(s.spent, fmt.Sprintf("%s %.0f", name, now.Sub(s.since).Seconds()))
	s.since = now
}

// String is each stage with its seconds.
func (s *stages) String() string { return strings.Join(s.spent, ", ") }
