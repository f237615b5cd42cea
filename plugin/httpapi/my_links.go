// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
)

// mattermostChannel is a channel as people know it.
type mattermostChannel struct {
	ID              bridge.ChannelID `json:"id"`
	DisplayName     string           `json:"display_name"`
	TeamID          string           `json:"team_id"`
	TeamName        string           `json:"team_name"` // as in addresses
	TeamDisplayName string           `json:"team_display_name"`
}

func shownChannel(c mattermost.Channel) mattermostChannel {
	return mattermostChannel{ID: c.ID, DisplayName: c.Name, TeamID: c.Team, TeamName: c.TeamName, TeamDisplayName: c.TeamText}
}

// myLink is a link as somebody sees it, with names and how it does.
type myLink struct {
	link
	Channel          mattermostChannel `json:"channel"`
	TeamsTeamName    string            `json:"teams_team_name"`    // empty when it is not known
	TeamsChannelName string            `json:"teams_channel_name"` // empty when it is not known
	State            links.State       `json:"state"`
	LagSeconds       float64           `json:"lag_seconds"`
	Waiting          int               `json:"waiting"`
	Dead             int               `json:"dead"`
	LastEventAt      *time.Time        `json:"last_event_at"`
	LastError        string            `json:"last_error,omitempty"`
	LastErrorAt      *time.Time        `json:"last_error_at"`
	CanManage        bool              `json:"can_manage"`
	CanApprove       bool              `json:"can_approve"`
}

func shownToMe(x links.Shown) myLink {
	return myLink{
		link: shown(x.Link), Channel: shownChannel(x.Channel), TeamsTeamName: x.TeamsTeam, TeamsChannelName: x.TeamsName, State: x.State,
		LagSeconds: x.Lag.Seconds(), Waiting: x.Waiting, Dead: x.Dead, LastEventAt: orNil(x.LastEventAt), LastError: x.LastError, LastErrorAt: orNil(x.LastErrorAt),
		CanManage: x.CanManage, CanApprove: x.CanApprove,
	}
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// lastPage bounds what a request can make the plugin read through.
const lastPage = 1000

// page reads the number of the page that is asked for.
func (c *call) page() (int, error) {
	text := c.URL.Query().Get("page")
	if text == "" {
		return 0, nil
	}
	page, err := strconv.Atoi(text)
	if err != nil || page < 0 || page > lastPage {
		return 0, badRequest("page is a number from 0 to %d.", lastPage)
	}
	return page, nil
}

// myLinks lists the links that the caller may see.
func (a *api) myLinks(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	listing, err := a.Links.Visible(c.Context(), c.User, c.URL.Query().Get("q"), page)
	if err != nil {
		return err
	}
	list := make([]myLink, 0, len(listing.Items))
	for _, x := range listing.Items {
		list = append(list, shownToMe(x))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"links": list, "total": listing.Total, "has_more": listing.More})
	return nil
}

// myChannelLink describes one channel; who may read it is checked by what describes it.
func (a *api) myChannelLink(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	id := bridge.ChannelID(c.PathValue("channel_id"))
	if !a.Permissions.ChannelReader(c.User, id) && !a.Permissions.SystemAdmin(c.User) {
		return &Error{Status: http.StatusForbidden, Code: "forbidden", Message: "Only who may read the channel may do this."}
	}
	state, err := a.Links.OfChannel(c.Context(), c.User, id)
	if err != nil {
		return err
	}
	answer := struct {
		Channel       mattermostChannel `json:"channel"`
		Link          *myLink           `json:"link"`
		CanManage     bool              `json:"can_manage"`
		Refused       string            `json:"refused,omitempty"`
		NeedsApproval bool              `json:"needs_approval"`
	}{Channel: shownChannel(state.Channel), CanManage: state.CanManage, Refused: state.Refused, NeedsApproval: state.NeedsApproval}
	if state.Link != nil {
		mine := shownToMe(*state.Link)
		answer.Link = &mine
	}
	writeJSON(c.w, http.StatusOK, answer)
	return nil
}

// myChannels finds Mattermost channels that the caller may link.
func (a *api) myChannels(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	found, err := a.Links.SearchChannels(c.Context(), c.User, c.URL.Query().Get("q"), page)
	if err != nil {
		return err
	}
	type choice struct {
		mattermostChannel
		Linked bool `json:"linked"`
	}
	list := make([]choice, 0, len(found.Items))
	for _, x := range found.Items {
		list = append(list, choice{shownChannel(x.Channel), x.Linked})
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"channels": list, "has_more": found.More, "needs_approval": a.Links.NeedsApproval(c.User)})
	return nil
}

// myTeams finds teams of Microsoft Teams that the caller may link.
func (a *api) myTeams(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	found, err := a.Links.SearchTeams(c.Context(), c.User, c.URL.Query().Get("q"), page)
	if err != nil {
		return err
	}
	list := make([]team, 0, len(found.Items))
	for _, t := range found.Items {
		list = append(list, team(t))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"teams": list, "has_more": found.More})
	return nil
}

// myTeamsChannels finds channels of a team of Microsoft Teams.
func (a *api) myTeamsChannels(c *call) error {
	if a.Links == nil {
		return a.notReady()
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	found, err := a.Links.SearchTeamsChannels(c.Context(), c.User, bridge.TeamID(c.PathValue("id")), c.URL.Query().Get("q"), page)
	if err != nil {
		return err
	}
	type choice struct {
		channel
		Linked     bool   `json:"linked"`
		LinkedWith string `json:"linked_with,omitempty"`
	}
	list := make([]choice, 0, len(found.Items))
	for _, x := range found.Items {
		list = append(list, choice{channel(x.Channel), x.Linked, x.LinkedWith})
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"channels": list, "has_more": found.More})
	return nil
}
