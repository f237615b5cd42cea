// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// linkRequest is a link that waits for a system admin.
type linkRequest struct {
	ID             string                `json:"id"`
	ChannelID      bridge.ChannelID      `json:"channel_id"`
	TeamID         string                `json:"team_id"`
	TeamsTeamID    bridge.TeamID         `json:"teams_team_id"`
	TeamsChannelID bridge.ConversationID `json:"teams_channel_id"`
	CreatorID      bridge.UserID         `json:"creator_id"`
	BackfillDays   int                   `json:"backfill_days"`
	ToTeamsDays    int                   `json:"backfill_to_teams_days"`
	CreatedAt      time.Time             `json:"created_at"`
}

func (a *api) listRequests(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	all, err := a.Links.Asked(c.Context())
	if err != nil {
		return err
	}
	list := make([]linkRequest, 0, len(all))
	for _, r := range all {
		list = append(list, linkRequest{
			ID: r.ID, ChannelID: r.Channel, TeamID: r.MattermostTeam, TeamsTeamID: r.Conversation.Team, TeamsChannelID: r.Conversation.ID,
			CreatorID: r.Creator, BackfillDays: r.Backfill.FromTeams, ToTeamsDays: r.Backfill.ToTeams, CreatedAt: r.CreatedAt,
		})
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"link_requests": list})
	return nil
}

func (a *api) approveRequest(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	made, err := a.Links.Approve(c.Context(), c.actor(), c.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusCreated, shown(made))
	return nil
}

// longestReason is in bytes.
const longestReason = 1000

func (a *api) refuseRequest(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	var ask struct {
		Reason string `json:"reason"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	if len(ask.Reason) > longestReason {
		return badRequest("A reason has at most %d bytes.", longestReason)
	}
	if err := a.Links.Refuse(c.Context(), c.actor(), c.PathValue("id"), ask.Reason); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// auditRecord is one thing that somebody did to a link.
type auditRecord struct {
	At             time.Time         `json:"at"`
	ActorID        bridge.UserID     `json:"actor_id"`
	Action         string            `json:"action"`
	Via            string            `json:"via,omitempty"`
	ChannelID      string            `json:"channel_id"`
	TeamsTeamID    string            `json:"teams_team_id"`
	TeamsChannelID string            `json:"teams_channel_id"`
	Detail         map[string]string `json:"detail"` // more, by name: request, requested_by, reason
}

// linkAudit lists what was done to links, newest first.
func (a *api) linkAudit(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	trail, total, err := a.Links.Trail(c.Context(), bridge.ChannelID(c.URL.Query().Get("channel_id")), page)
	if err != nil {
		return err
	}
	list := make([]auditRecord, 0, len(trail))
	for _, r := range trail {
		record := auditRecord{At: r.At, ActorID: r.Actor, Action: r.Action, ChannelID: r.Subject, Detail: map[string]string{}}
		for name, value := range r.Detail {
			switch name {
			case "via":
				record.Via = value
			case "team":
				record.TeamsTeamID = value
			case "conversation":
				record.TeamsChannelID = value
			default:
				record.Detail[name] = value
			}
		}
		list = append(list, record)
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"records": list, "total": total})
	return nil
}
