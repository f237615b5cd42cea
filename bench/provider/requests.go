// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// requests are what one command asked of Microsoft Graph and Azure Resource Manager. A batch counts as one; logging in and
// discovering where to log in count apart.
type requests struct{ calls, tokens int }

// count counts since the emulator's log was emptied.
func count(s *stack.Stack) (r requests) {
	for _, request := range s.Emulator.Requests() {
		switch {
		case request.Parent != "": // inside a batch
		case strings.Contains(request.Path, "/oauth2/"), strings.Contains(request.Path, "/.well-known/"):
			r.tokens++
		default:
			r.calls++
		}
	}
	return r
}

// max is the larger of each: a bar is for the worst run.
func (r requests) max(other requests) requests {
	return requests{max(r.calls, other.calls), max(r.tokens, other.tokens)}
}
