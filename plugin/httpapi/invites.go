// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func (a *api) listInvites(c *call) error {
	if a.Reports == nil {
		return a.notReady()
	}
	invites, err := a.Reports.Invites(c.Context())
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, invites)
	return nil
}

func (a *api) withdrawInvite(c *call) error {
	if a.Reports == nil {
		return a.notReady()
	}
	if err := a.Reports.WithdrawInvite(c.Context(), c.User, bridge.UserID(c.PathValue("mattermost_user_id"))); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
