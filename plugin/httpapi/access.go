// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// mapping is an approved pair as the interface shows it.
type mapping struct {
	MattermostUserID  bridge.UserID      `json:"mattermost_user_id"`
	TeamsUserID       bridge.TeamsUserID `json:"teams_user_id"`
	UserPrincipalName string             `json:"teams_user_principal_name"`
	CreatorID         bridge.UserID      `json:"creator_id"`
	CreatedAt         time.Time          `json:"created_at"`
}

func shownMapping(m store.AccountMapping) mapping {
	return mapping{MattermostUserID: m.User, TeamsUserID: m.TeamsUser, UserPrincipalName: m.UPN, CreatorID: m.Creator, CreatedAt: m.CreatedAt}
}

func (a *api) listMappings(c *call) error {
	if a.Access == nil {
		return a.notReady()
	}
	all, err := a.Access.Mappings(c.Context())
	if err != nil {
		return err
	}
	shown := make([]mapping, 0, len(all))
	for _, m := range all {
		shown = append(shown, shownMapping(m))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"account_mappings": shown})
	return nil
}

func (a *api) putMapping(c *call) error {
	if a.Access == nil {
		return a.notReady()
	}
	var ask struct {
		TeamsUser string `json:"teams_user"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	kept, err := a.Access.Approve(c.Context(), c.User, bridge.UserID(c.PathValue("mattermost_user_id")), ask.TeamsUser)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, shownMapping(kept))
	return nil
}

func (a *api) deleteMapping(c *call) error {
	if a.Access == nil {
		return a.notReady()
	}
	if err := a.Access.Withdraw(c.Context(), c.User, bridge.UserID(c.PathValue("mattermost_user_id"))); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
