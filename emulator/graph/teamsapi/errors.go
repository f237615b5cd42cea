// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"errors"
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

var refusals = map[teams.Kind]struct {
	status int
	code   string
}{
	teams.NotFound:  {http.StatusNotFound, "NotFound"},
	teams.Forbidden: {http.StatusForbidden, "Forbidden"},
	teams.Invalid:   {http.StatusBadRequest, "BadRequest"},
	teams.TooLarge:  {http.StatusRequestEntityTooLarge, "RequestEntityTooLarge"},
	teams.Conflict:  {http.StatusConflict, "Conflict"},
}

// graphError turns a refusal by Teams or by the subscriptions into Graph's shape.
func graphError(err error) error {
	var refusal *teams.Error
	if errors.As(err, &refusal) {
		known := refusals[refusal.Kind]
		return &graph.Error{Status: known.status, Code: known.code, Message: refusal.Message}
	}
	var rejected *notify.Error
	if errors.As(err, &rejected) {
		return &graph.Error{Status: rejected.Status, Code: rejected.Code, Message: rejected.Message}
	}
	return err
}

func notFound(message string) error {
	return &graph.Error{Status: http.StatusNotFound, Code: "NotFound", Message: message}
}

func forbidden(message string) error {
	return &graph.Error{Status: http.StatusForbidden, Code: "Forbidden", Message: message}
}

func badRequest(message string) error {
	return &graph.Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: message}
}
