// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import "fmt"

// Kind classes what Teams refuses; package teamsapi turns it into a status and a Graph error code.
type Kind int

// The kinds of refusal.
const (
	NotFound  Kind = iota + 1 // 404: no such team, channel, message or user
	Forbidden                 // 403: the person may not do this
	Invalid                   // 400: the request is not one that Teams takes
	TooLarge                  // 413: the message is over MaxMessageBytes
	Conflict                  // 409: an id or name is taken
)

// Error is a refusal by Teams.
type Error struct {
	Kind    Kind
	Message string
}

func (e *Error) Error() string { return e.Message }

func refuse(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}
