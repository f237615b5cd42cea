// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import "fmt"

// Kind says what is wrong with a request, so that the HTTP side can choose a status.
type Kind int

// The kinds of refusal.
const (
	Invalid   Kind = iota + 1 // 400 Request_BadRequest
	Missing                   // 404 Request_ResourceNotFound
	Duplicate                 // 409 Request_MultipleObjectsWithSameKeyValue
)

// Error is a refusal of the directory in the words that Graph uses.
type Error struct {
	Kind    Kind
	Message string
	// Target names the property that clashes in a Duplicate, e.g. servicePrincipalNames.
	Target string
}

func (e *Error) Error() string { return e.Message }

func invalid(format string, args ...any) error {
	return &Error{Kind: Invalid, Message: fmt.Sprintf(format, args...)}
}

func missing(id string) error {
	return &Error{Kind: Missing, Message: fmt.Sprintf("Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)}
}

func taken(property string) error {
	return invalid("Another object with the same value for property %s already exists.", property)
}
