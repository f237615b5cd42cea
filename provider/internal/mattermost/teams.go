// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const routeTeams = "/api/v1/teams"

// TeamsTeam is a team of Microsoft Teams.
type TeamsTeam struct {
	ID          string `json:"id"`
	DisplayName string `json:"display_name"`
}

// TeamsChannel is a channel of Microsoft Teams.
type TeamsChannel struct {
	ID          string `json:"id"`
	DisplayName string `json:"display_name"`
	Membership  string `json:"membership_type"` // standard, private or shared
}

// NameError says that a name does not lead to exactly one thing.
type NameError struct {
	What string   // e.g. "Teams team"
	Name string   // as asked for
	IDs  []string // of those that have the name; empty for none
	In   string   // where it was looked for; may be empty
}

// Error implements error.
func (e *NameError) Error() string {
	in := ""
	if e.In != "" {
		in = " in " + e.In
	}
	if len(e.IDs) == 0 {
		return fmt.Sprintf("there is no %s called %q%s", e.What, e.Name, in)
	}
	return fmt.Sprintf("%d %ss are called %q%s; give the id of one of them: %s", len(e.IDs), e.What, e.Name, in, strings.Join(slices.Sorted(slices.Values(e.IDs)), ", "))
}

// TeamsTeamByID finds a team of Microsoft Teams through the plugin, which asks as its own application.
func (s *Server) TeamsTeamByID(ctx context.Context, id string) (TeamsTeam, error) {
	var team TeamsTeam
	err := s.callPlugin(ctx, "look up the Teams team "+id, http.MethodGet, routeTeams+"/"+url.PathEscape(id), nil, &team)
	return team, err
}

// TeamsTeamByName finds the one team with a display name, in any case. It fails with *NameError.
func (s *Server) TeamsTeamByName(ctx context.Context, name string) (TeamsTeam, error) {
	return recently(&s.recent, routeTeams+" "+strings.ToLower(name), func() (TeamsTeam, error) {
		var answer struct{ Teams []TeamsTeam }
		err := s.callPlugin(ctx, fmt.Sprintf("look up the Teams team %q", name), http.MethodGet, routeTeams+"?name="+url.QueryEscape(name), nil, &answer)
		if err != nil {
			return TeamsTeam{}, err
		}
		if len(answer.Teams) == 1 {
			return answer.Teams[0], nil
		}
		e := &NameError{What: "Teams team", Name: name}
		for _, team := range answer.Teams {
			e.IDs = append(e.IDs, team.ID)
		}
		return TeamsTeam{}, e
	})
}

// TeamsChannels lists the channels of a team.
func (s *Server) TeamsChannels(ctx context.Context, team string) ([]TeamsChannel, error) {
	var answer struct{ Channels []TeamsChannel }
	err := s.callPlugin(ctx, "list the channels of the Teams team "+team, http.MethodGet, routeTeams+"/"+url.PathEscape(team)+"/channels", nil, &answer)
	return answer.Channels, err
}

// TeamsChannelByID finds a channel of a team. It fails with *NameError.
func (s *Server) TeamsChannelByID(ctx context.Context, team, id string) (TeamsChannel, error) {
	return s.oneChannel(ctx, team, id, func(c TeamsChannel) bool { return c.ID == id })
}

// TeamsChannelByName finds the one channel of a team with a display name, in any case. It fails with *NameError.
func (s *Server) TeamsChannelByName(ctx context.Context, team, name string) (TeamsChannel, error) {
	return s.oneChannel(ctx, team, name, func(c TeamsChannel) bool { return strings.EqualFold(c.DisplayName, name) })
}

// oneChannel looks into the team's channels of a moment ago, and asks again when the channel is not among them.
func (s *Server) oneChannel(ctx context.Context, team, name string, is func(TeamsChannel) bool) (TeamsChannel, error) {
	key := routeTeams + "/" + team
	for asked := false; ; {
		all, err := recently(&s.recent, key, func() ([]TeamsChannel, error) {
			asked = true
			return s.TeamsChannels(ctx, team)
		})
		if err != nil {
			return TeamsChannel{}, err
		}
		found := slices.DeleteFunc(slices.Clone(all), func(c TeamsChannel) bool { return !is(c) })
		if len(found) == 1 {
			return found[0], nil
		}
		if asked {
			e := &NameError{What: "Teams channel", Name: name, In: "the team " + team}
			for _, c := range found {
				e.IDs = append(e.IDs, c.ID)
			}
			return TeamsChannel{}, e
		}
		s.recent.forget(key)
	}
}
