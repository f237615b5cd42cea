// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"context"
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Checks tries things out that otherwise show only when they are needed. They always answer: what is not ready is not OK.
type Checks interface {
	// Webhook calls the plugin's own public address as Graph does.
	Webhook(ctx context.Context) Check
	// Credentials asks Microsoft for a new token.
	Credentials(ctx context.Context) Check
	// Consent compares what the registration requests with what is granted, as the user who asks or as a bot.
	Consent(ctx context.Context, by bridge.UserID) Check
}

// Check is what came of trying something out.
type Check struct {
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`         // what was found, and how to mend it: full sentences
	Code   string `json:"code,omitempty"` // for programs: not_configured, or the error code of the other side
}

func (a *api) checkWebhook(c *call) error {
	writeJSON(c.w, http.StatusOK, a.Checks.Webhook(c.Context()))
	return nil
}

func (a *api) checkConsent(c *call) error {
	writeJSON(c.w, http.StatusOK, a.Checks.Consent(c.Context(), c.User))
	return nil
}

func (a *api) checkCredentials(c *call) error {
	writeJSON(c.w, http.StatusOK, a.Checks.Credentials(c.Context()))
	return nil
}
