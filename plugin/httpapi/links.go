// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
)

// link is a link as the interface shows it.
type link struct {
	ID             string    `json:"id"`
	ChannelID      string    `json:"channel_id"`
	TeamID         string    `json:"team_id"`
	TeamsTeamID    string    `json:"teams_team_id"`
	TeamsChannelID string    `json:"teams_channel_id"`
	CreatorID      string    `json:"creator_id"`
	CreatedAt      time.Time `json:"created_at"`
}

func shown(l bridge.Link) link {
	return link{
		ID: l.ID, ChannelID: string(l.Channel), TeamID: l.MattermostTeam,
		TeamsTeamID: string(l.Conversation.Team), TeamsChannelID: string(l.Conversation.ID),
		CreatorID: string(l.Creator), CreatedAt: l.CreatedAt,
	}
}

func (a *api) listLinks(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	all, err := a.Links.List(c.Context())
	if err != nil {
		return err
	}
	list := make([]link, 0, len(all))
	for _, l := range all {
		list = append(list, shown(l))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"links": list})
	return nil
}

// linked is the answer to a wish to link a channel.
type linked struct {
	link
	State links.State `json:"state"` // ok or pending_approval; then the id is the request's
}

// createLink checks the caller itself: the channel is in the body.
func (a *api) createLink(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	var ask struct {
		ChannelID      bridge.ChannelID      `json:"channel_id"`
		TeamsTeamID    bridge.TeamID         `json:"teams_team_id"`
		TeamsChannelID bridge.ConversationID `json:"teams_channel_id"`
		BackfillDays   int                   `json:"backfill_days"`
		ToTeamsDays    int                   `json:"backfill_to_teams_days"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	if ask.ChannelID == "" || ask.TeamsTeamID == "" || ask.TeamsChannelID == "" {
		return badRequest("channel_id, teams_team_id and teams_channel_id are needed.")
	}
	if err := a.channelAdmin(c, ask.ChannelID); err != nil {
		return err
	}
	created, err := a.Links.Create(c.Context(), c.actor(), ask.ChannelID, bridge.Conversation{ID: ask.TeamsChannelID, Team: ask.TeamsTeamID}, bridge.Backfill{FromTeams: ask.BackfillDays, ToTeams: ask.ToTeamsDays})
	if err != nil {
		return err
	}
	if created.Pending {
		writeJSON(c.w, http.StatusAccepted, linked{shown(created.Link), links.StatePending})
		return nil
	}
	writeJSON(c.w, http.StatusCreated, linked{shown(created.Link), links.StateOK})
	return nil
}

func (a *api) resyncLink(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	resynced, err := a.Links.Resync(c.Context(), c.User, bridge.ChannelID(c.PathValue("channel_id")))
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusAccepted, shown(resynced))
	return nil
}

func (a *api) deleteLink(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	if _, err := a.Links.Delete(c.Context(), c.actor(), bridge.ChannelID(c.PathValue("channel_id"))); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// actor is who asks, and how. Terraform's provider names itself; the web app's scripts come with a cookie and the header that
// the server wants of scripts. Both are the client's own word.
func (c *call) actor() links.Actor {
	actor := links.Actor{User: c.User, Via: links.ViaAPI}
	switch {
	case strings.Contains(c.UserAgent(), "terraform-provider-msteamssync"):
		actor.Via = links.ViaTerraform
	case c.Header.Get("X-Requested-With") == "XMLHttpRequest":
		actor.Via = links.ViaWebApp
	}
	return actor
}
