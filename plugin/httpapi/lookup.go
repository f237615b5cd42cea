// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// team and channel are Teams' as the interface shows them.
type team struct {
	ID          bridge.TeamID `json:"id"`
	DisplayName string        `json:"display_name"`
}

type channel struct {
	ID          bridge.ConversationID `json:"id"`
	DisplayName string                `json:"display_name"`
	Membership  string                `json:"membership_type"`
}

// listTeams finds teams of Microsoft Teams by name.
func (a *api) listTeams(c *call) error {
	if a.Lookup == nil {
		return a.notReady()
	}
	found, err := a.Lookup.Teams(c.Context(), c.URL.Query().Get("name"))
	if err != nil {
		return err
	}
	all := make([]team, 0, len(found))
	for _, t := range found {
		all = append(all, team(t))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"teams": all})
	return nil
}

func (a *api) showTeam(c *call) error {
	if a.Lookup == nil {
		return a.notReady()
	}
	found, err := a.Lookup.Team(c.Context(), bridge.TeamID(c.PathValue("id")))
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, team(found))
	return nil
}

func (a *api) listChannels(c *call) error {
	if a.Lookup == nil {
		return a.notReady()
	}
	found, err := a.Lookup.Channels(c.Context(), bridge.TeamID(c.PathValue("id")), c.URL.Query().Get("name"))
	if err != nil {
		return err
	}
	all := make([]channel, 0, len(found))
	for _, t := range found {
		all = append(all, channel(t))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"channels": all})
	return nil
}
