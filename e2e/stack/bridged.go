// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// LinkedChannel is a channel on both sides.
type LinkedChannel struct {
	ID    string // in Mattermost
	Teams teams.Place
}

// NewTeamsUser makes <name>@demo.example with a Teams licence, whose credentials are DemoCredentials, and puts it into the
// team.
func (s *Stack) NewTeamsUser(team teams.TeamID, name string) error {
	dir, who := s.Emulator.Directory(), DemoCredentials(name)
	user, err := dir.CreateUser(directory.Properties{}.Set("userPrincipalName", who.Login).Set("displayName", name+" Demo").Set("mailNickname", name).
		Set("accountEnabled", true).Set("usageLocation", "US").Set("passwordProfile", map[string]any{"password": who.Password, "forceChangePasswordNextSignIn": false}))
	if err != nil {
		return fmt.Errorf("make %s: %w", who.Login, err)
	}
	if _, err := dir.AssignLicenses(user.ID, []directory.AssignedLicense{{SKUID: dir.SKUs()[0].SKUID}}, nil); err != nil {
		return fmt.Errorf("license %s: %w", who.Login, err)
	}
	return s.Emulator.Teams().AddMember(team, who.Login, teams.Member)
}

// NewPerson makes somebody with an account on both sides, a member of both teams, who has connected them.
func (s *Stack) NewPerson(ctx context.Context, team *model.Team, teamsTeam teams.TeamID, name string) (*User, error) {
	if err := s.NewTeamsUser(teamsTeam, name); err != nil {
		return nil, err
	}
	user, err := s.Mattermost.NewUser(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.Mattermost.Client().AddTeamMember(ctx, team.Id, user.ID); err != nil {
		return nil, fmt.Errorf("add %s to the team: %w", name, err)
	}
	return user, s.Connect(ctx, user, DemoCredentials(name))
}

// NewLinkedChannel makes a channel on both sides, adds the members in Mattermost, and links the two.
func (s *Stack) NewLinkedChannel(ctx context.Context, team *model.Team, teamsTeam teams.TeamID, name string, members ...*User) (LinkedChannel, error) {
	channel, err := s.Mattermost.NewChannel(ctx, team.Id, name, members...)
	if err != nil {
		return LinkedChannel{}, err
	}
	made, err := s.Emulator.Teams().AddChannel(teamsTeam, "", name, "")
	if err != nil {
		return LinkedChannel{}, err
	}
	linked := LinkedChannel{channel.Id, teams.Place{Team: teamsTeam, Channel: made.ID}}
	status, answer, err := s.CallPlugin(ctx, http.MethodPost, "/api/v1/links",
		map[string]string{"channel_id": linked.ID, "teams_team_id": string(teamsTeam), "teams_channel_id": string(made.ID)})
	if err != nil {
		return LinkedChannel{}, err
	}
	if status != http.StatusCreated {
		return LinkedChannel{}, fmt.Errorf("link %s: HTTP %d: %s", name, status, answer)
	}
	return linked, nil
}

// AwaitSubscriptions waits until Graph has a subscription for each of the channels.
func (s *Stack) AwaitSubscriptions(ctx context.Context, channels []LinkedChannel) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	return process.Until(ctx, func(context.Context) error {
		subscriptions := s.Emulator.Subscriptions().All()
		for i, channel := range channels {
			if !slices.ContainsFunc(subscriptions, func(x notify.Subscription) bool {
				return strings.Contains(x.Resource, string(channel.Teams.Channel))
			}) {
				return fmt.Errorf("linked channel %d of %d has no subscription yet", i+1, len(channels))
			}
		}
		return nil
	})
}

// CallPlugin calls a route of the plugin as the system admin. A nil body sends none.
func (s *Stack) CallPlugin(ctx context.Context, method, route string, body any) (status int, answer []byte, err error) {
	return s.callPlugin(ctx, s.Mattermost.AdminToken, method, route, body)
}

// CallPluginAs calls a route of the plugin as a user. A nil body sends none.
func (s *Stack) CallPluginAs(ctx context.Context, user *User, method, route string, body any) (status int, answer []byte, err error) {
	return s.callPlugin(ctx, user.Client.AuthToken, method, route, body)
}

func (s *Stack) callPlugin(ctx context.Context, token, method, route string, body any) (status int, answer []byte, err error) {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return 0, nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, catalog.PluginURL(s.Mattermost.URL, route), &content)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.Mattermost.HTTPClient().Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		return 0, nil, err
	}
	return resp.StatusCode, text.Bytes(), nil
}
