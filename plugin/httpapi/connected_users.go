// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Bounds of a page of the report.
const (
	usualPage = 100
	mostUsers = 200
)

// connectedUsers shows a page of the report, or downloads it: then without a page it is whole.
func (a *api) connectedUsers(c *call) error {
	if a.Reports == nil {
		return a.notReady()
	}
	page, err := c.number("page", 0, 0, 1_000_000)
	if err != nil {
		return err
	}
	perPage, err := c.number("per_page", usualPage, 1, mostUsers)
	if err != nil {
		return err
	}
	query := c.URL.Query()
	switch query.Get("format") {
	case "csv":
		return a.downloadConnectedUsers(c, page, perPage, query.Has("page") || query.Has("per_page"))
	case "", "json":
	default:
		return badRequest("format is json or csv.")
	}
	users, total, err := a.Reports.ConnectedUsers(c.Context(), page*perPage, perPage)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"users": append([]accounts.ConnectedUser{}, users...), "total": total, "page": page, "per_page": perPage})
	return nil
}

// disconnectUser ends somebody's connection.
func (a *api) disconnectUser(c *call) error {
	if a.Reports == nil {
		return a.notReady()
	}
	if _, err := a.Reports.DisconnectUser(c.Context(), c.User, bridge.UserID(c.PathValue("mattermost_user_id"))); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// number reads a whole number from the query.
func (c *call) number(name string, usual, least, most int) (int, error) {
	text := c.URL.Query().Get(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, badRequest("%s must be a number from %d to %d.", name, least, most)
	}
	return n, nil
}

var connectedUsersHeadings = []string{
	"mattermost_user_id", "username", "email", "teams_user_id", "teams_display_name", "teams_user_principal_name", "teams_mail",
	"connected_at", "token_state", "reason", "last_used_at",
}

// downloadConnectedUsers reads all of it before it answers: an answer that has begun cannot say that it is not whole.
func (a *api) downloadConnectedUsers(c *call, page, perPage int, onePage bool) error {
	offset, limit := page*perPage, perPage
	if !onePage {
		limit = mostUsers
	}
	var all []accounts.ConnectedUser
	for {
		users, total, err := a.Reports.ConnectedUsers(c.Context(), offset, limit)
		if err != nil {
			return err
		}
		all = append(all, users...)
		if offset += len(users); onePage || len(users) == 0 || offset >= total {
			break
		}
	}
	file := c.download("msteamssync-connected-users.csv")
	_ = file.Write(connectedUsersHeadings)
	for _, u := range all {
		line := []string{
			string(u.User), u.Username, u.Email, string(u.TeamsUser), u.DisplayName, u.UserPrincipalName, u.Mail,
			u.ConnectedAt.Format(time.RFC3339), string(u.TokenState), u.Reason, "",
		}
		if u.LastUsedAt != nil {
			line[len(line)-1] = u.LastUsedAt.UTC().Format(time.RFC3339)
		}
		for i := range line {
			line[i] = plainCell(line[i])
		}
		_ = file.Write(line)
	}
	file.Flush()
	return nil
}
