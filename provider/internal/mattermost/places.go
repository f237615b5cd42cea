// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"fmt"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// Channel is a channel of Mattermost with its team. Names are those in addresses.
type Channel struct {
	ID          string
	Name        string
	DisplayName string
	TeamID      string
	TeamName    string
	Private     bool
	Archived    bool
}

// String is how people name a channel.
func (c Channel) String() string { return c.TeamName + "/" + c.Name }

// Channel finds a channel by its id.
func (s *Server) Channel(ctx context.Context, id string) (Channel, error) {
	api, err := s.client(ctx)
	if err != nil {
		return Channel{}, err
	}
	found, response, err := api.GetChannel(ctx, id)
	if err != nil {
		return Channel{}, s.failure("read the channel "+id, statusOf(response), err)
	}
	channel := channelOf(found)
	if found.TeamId == "" {
		return channel, nil
	}
	team, response, err := api.GetTeam(ctx, found.TeamId, "")
	if err != nil {
		return Channel{}, s.failure("read the team "+found.TeamId, statusOf(response), err)
	}
	channel.TeamName = team.Name
	return channel, nil
}

// ChannelByName finds a channel that is not archived by its team's name and its own, as in addresses. IsNotFound says
// that there is none.
func (s *Server) ChannelByName(ctx context.Context, team, name string) (Channel, error) {
	api, err := s.client(ctx)
	if err != nil {
		return Channel{}, err
	}
	found, response, err := api.GetChannelByNameForTeamName(ctx, name, team, "")
	if err != nil {
		return Channel{}, s.failure(fmt.Sprintf("find the channel %s/%s", team, name), statusOf(response), err)
	}
	channel := channelOf(found)
	channel.TeamName = team
	return channel, nil
}

func channelOf(c *model.Channel) Channel {
	return Channel{
		ID: c.Id, Name: c.Name, DisplayName: c.DisplayName, TeamID: c.TeamId,
		Private: c.Type == model.ChannelTypePrivate, Archived: c.DeleteAt != 0,
	}
}

// User is a user of Mattermost.
type User struct {
	ID       string
	Username string
	Email    string
}

// User finds a user by user name, e-mail address or id. IsNotFound says that there is none.
func (s *Server) User(ctx context.Context, reference string) (User, error) {
	api, err := s.client(ctx)
	if err != nil {
		return User{}, err
	}
	name := strings.TrimPrefix(reference, "@")
	var found *model.User
	var response *model.Response
	if strings.Contains(name, "@") {
		found, response, err = api.GetUserByEmail(ctx, name, "")
	} else {
		found, response, err = api.GetUserByUsername(ctx, strings.ToLower(name), "")
	}
	if err != nil && model.IsValidId(name) {
		found, response, err = api.GetUser(ctx, name, "")
	}
	if err != nil {
		return User{}, s.failure("find the user "+reference, statusOf(response), err)
	}
	return User{ID: found.Id, Username: found.Username, Email: found.Email}, nil
}
