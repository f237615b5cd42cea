// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"strconv"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// How many mirrored users are listed.
const (
	defaultMirrored = 100
	mostMirrored    = 1000
)

// mirroredUser is a user that stands for somebody in Teams, as the interface shows it.
type mirroredUser struct {
	TeamsUserID       string `json:"teams_user_id"`
	MattermostUserID  string `json:"mattermost_user_id"`
	DisplayName       string `json:"display_name"`
	Email             string `json:"email"`
	UserPrincipalName string `json:"user_principal_name"`
	Kind              string `json:"kind"`
	State             string `json:"state"`
	Reason            string `json:"reason,omitempty"`
}

func shownMirrored(m store.MirroredUser) mirroredUser {
	return mirroredUser{
		TeamsUserID: string(m.TeamsUser), MattermostUserID: string(m.User), DisplayName: m.DisplayName, Email: m.Mail, UserPrincipalName: m.UPN,
		Kind: string(m.Kind), State: string(m.State), Reason: string(m.Reason),
	}
}

func (a *api) listMirroredUsers(c *call) error {
	if a.Mirrored == nil {
		return a.notReady()
	}
	limit := defaultMirrored
	if given := c.URL.Query().Get("limit"); given != "" {
		var err error
		if limit, err = strconv.Atoi(given); err != nil || limit < 1 || limit > mostMirrored {
			return badRequest("limit must be a number from 1 to %d.", mostMirrored)
		}
	}
	// One more than is shown tells whether there are more.
	found, err := a.Mirrored.MirroredUsers(c.Context(), bridge.TeamsUserID(c.URL.Query().Get("after")), limit+1)
	if err != nil {
		return err
	}
	var next *string
	if len(found) > limit {
		found = found[:limit]
		next = new(string(found[limit-1].TeamsUser))
	}
	list := make([]mirroredUser, 0, len(found))
	for _, m := range found {
		list = append(list, shownMirrored(m))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"mirrored_users": list, "next_after": next})
	return nil
}
