// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

type teamView struct {
	teams.Team
	Channels []teams.Channel    `json:"channels"`
	Members  []teams.Membership `json:"members"`
}

func (a *api) listTeams(*http.Request) (any, error) {
	views := []teamView{}
	for _, t := range a.Teams.Teams() {
		view, err := a.viewTeam(t)
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return views, nil
}

func (a *api) viewTeam(t teams.Team) (teamView, error) {
	channels, err := a.Teams.Channels(t.ID)
	if err != nil {
		return teamView{}, err
	}
	members, err := a.Teams.Members(t.ID)
	if err != nil {
		return teamView{}, err
	}
	return teamView{t, channels, members}, nil
}

func (a *api) addTeam(r *http.Request) (any, error) {
	var seed teams.Seed
	if err := decode(r, &seed); err != nil {
		return nil, err
	}
	if seed.DisplayName == "" {
		return nil, bad("A team needs a displayName.")
	}
	t, err := a.Teams.Add(seed)
	if err != nil {
		return nil, err
	}
	return a.viewTeam(t)
}

func (a *api) addChannel(r *http.Request) (any, error) {
	var seed teams.ChannelSeed
	if err := decode(r, &seed); err != nil {
		return nil, err
	}
	channel, err := a.Teams.AddChannel(teams.TeamID(r.PathValue("team")), seed.ID, seed.DisplayName, seed.Description)
	if err != nil {
		return nil, err
	}
	return channel, nil
}

func (a *api) addMember(r *http.Request) (any, error) {
	body := struct {
		Role teams.Role `json:"role"`
	}{teams.Member}
	if r.ContentLength != 0 {
		if err := decode(r, &body); err != nil {
			return nil, err
		}
	}
	if body.Role != teams.Member && body.Role != teams.Owner {
		return nil, bad("role is %q, must be member or owner.", body.Role)
	}
	return nil, a.Teams.AddMember(teams.TeamID(r.PathValue("team")), r.PathValue("user"), body.Role)
}

func (a *api) removeMember(r *http.Request) (any, error) {
	return nil, a.Teams.RemoveMember(teams.TeamID(r.PathValue("team")), r.PathValue("user"))
}

func (a *api) reuseIDs(r *http.Request) (any, error) {
	var body struct {
		Reuse bool `json:"reuse"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	a.Teams.ReuseReplyIDs(body.Reuse)
	return body, nil
}
