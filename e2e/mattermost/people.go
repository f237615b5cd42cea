// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"fmt"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// HTTPClient trusts the server's certificate.
func (s *Server) HTTPClient() *http.Client { return s.client }

// Client speaks API v4 as the system admin.
func (s *Server) Client() *model.Client4 {
	c := s.newClient()
	c.SetToken(s.AdminToken)
	return c
}

func (s *Server) newClient() *model.Client4 {
	c := model.NewAPIv4Client(s.URL)
	c.HTTPClient = s.client
	return c
}

// User is somebody who can log in.
type User struct {
	ID, Username, Email, Password string
	Client                        *model.Client4 // logged in
}

// Admin is the system admin as a user.
func (s *Server) Admin() *User {
	return &User{ID: s.adminID, Username: s.AdminUser, Email: adminEmail, Password: s.AdminPassword, Client: s.Client()}
}

// NewUser creates <name>@demo.example and logs in.
func (s *Server) NewUser(ctx context.Context, name string) (*User, error) {
	u := &User{Username: name, Email: name + "@demo.example", Password: "Loopback-Only-2", Client: s.newClient()}
	created, _, err := s.Client().CreateUser(ctx, &model.User{Username: u.Username, Email: u.Email, Password: u.Password})
	if err != nil {
		return nil, fmt.Errorf("create user %s: %w", name, err)
	}
	u.ID = created.Id
	if _, _, err := u.Client.Login(ctx, u.Username, u.Password); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", name, err)
	}
	return u, nil
}

// NewGuest creates <name>@demo.example, logs in and becomes a guest. The role alone makes one; to invite guests, to demote users and to
// let guests log in takes a licence.
func (s *Server) NewGuest(ctx context.Context, name string) (*User, error) {
	u, err := s.NewUser(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, err := s.Client().UpdateUserRoles(ctx, u.ID, model.SystemGuestRoleId); err != nil {
		return nil, fmt.Errorf("make %s a guest: %w", name, err)
	}
	return u, nil
}

// NewBot creates a bot account with a token of its own. The server has to allow it (setting EnableBotAccountCreation).
func (s *Server) NewBot(ctx context.Context, name string) (*User, error) {
	bot, _, err := s.Client().CreateBot(ctx, &model.Bot{Username: name})
	if err != nil {
		return nil, fmt.Errorf("create bot %s: %w", name, err)
	}
	token, _, err := s.Client().CreateUserAccessToken(ctx, bot.UserId, "tests", 0)
	if err != nil {
		return nil, fmt.Errorf("create a token of bot %s: %w", name, err)
	}
	u := &User{ID: bot.UserId, Username: name, Client: s.newClient()}
	u.Client.SetToken(token.Token)
	return u, nil
}

// NewTeam creates a team that everybody may join and adds users to it.
func (s *Server) NewTeam(ctx context.Context, name string, users ...*User) (*model.Team, error) {
	team, _, err := s.Client().CreateTeam(ctx, &model.Team{Name: name, DisplayName: name, Type: model.TeamOpen})
	if err != nil {
		return nil, fmt.Errorf("create team %s: %w", name, err)
	}
	for _, u := range users {
		if _, _, err := s.Client().AddTeamMember(ctx, team.Id, u.ID); err != nil {
			return nil, fmt.Errorf("add %s to team %s: %w", u.Username, name, err)
		}
	}
	return team, nil
}

// NewChannel creates a public channel and adds users to it.
func (s *Server) NewChannel(ctx context.Context, teamID, name string, users ...*User) (*model.Channel, error) {
	channel, _, err := s.Client().CreateChannel(ctx, &model.Channel{TeamId: teamID, Name: name, DisplayName: name, Type: model.ChannelTypeOpen})
	if err != nil {
		return nil, fmt.Errorf("create channel %s: %w", name, err)
	}
	for _, u := range users {
		if _, _, err := s.Client().AddChannelMember(ctx, channel.Id, u.ID); err != nil {
			return nil, fmt.Errorf("add %s to channel %s: %w", u.Username, name, err)
		}
	}
	return channel, nil
}
