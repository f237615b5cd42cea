// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func (a *api) listBots(c *call) error {
	if a.Bots == nil {
		return a.notReady()
	}
	bots, err := a.Bots.ListBots(c.Context())
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"bots": bots})
	return nil
}

// connectBot connects a bot with its password. The password is in no error and in no log.
func (a *api) connectBot(c *call) error {
	if a.Bots == nil {
		return a.notReady()
	}
	var ask struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	if ask.Username = strings.TrimSpace(ask.Username); ask.Username == "" || ask.Password == "" {
		return badRequest("username, a user principal name, and password are needed.")
	}
	bot, err := a.Bots.ConnectBot(c.Context(), c.User, ask.Username, ask.Password)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusCreated, bot)
	return nil
}

func (a *api) disconnectBot(c *call) error {
	if a.Bots == nil {
		return a.notReady()
	}
	if err := a.Bots.DropBot(c.Context(), c.User, bridge.TeamsUserID(c.PathValue("id"))); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
