// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"net/http"
	"net/url"
)

const (
	routeWhitelist = "/api/v1/whitelist"
	routeMappings  = "/api/v1/account-mappings"
	routeBots      = "/api/v1/bots"
)

type whitelist struct {
	Users []string `json:"users"`
}

// Whitelist lists who may connect while that is restricted, in lower case.
func (s *Server) Whitelist(ctx context.Context) ([]string, error) {
	var answer whitelist
	err := s.callPlugin(ctx, "read the whitelist", http.MethodGet, routeWhitelist, nil, &answer)
	return answer.Users, err
}

// SetWhitelist replaces the list.
func (s *Server) SetWhitelist(ctx context.Context, users []string) error {
	if users == nil {
		users = []string{}
	}
	return s.WhenReady(ctx, func(ctx context.Context) error {
		var kept whitelist
		return s.callPlugin(ctx, "replace the whitelist", http.MethodPut, routeWhitelist, whitelist{users}, &kept)
	})
}

// AccountMapping is a pair of accounts that a system admin approved.
type AccountMapping struct {
	MattermostUserID  string `json:"mattermost_user_id"`
	TeamsUserID       string `json:"teams_user_id"`
	UserPrincipalName string `json:"teams_user_principal_name"`
}

// AccountMappings lists the approved pairs.
func (s *Server) AccountMappings(ctx context.Context) ([]AccountMapping, error) {
	var answer struct {
		Mappings []AccountMapping `json:"account_mappings"`
	}
	err := s.callPlugin(ctx, "read the approved accounts", http.MethodGet, routeMappings, nil, &answer)
	return answer.Mappings, err
}

// AccountMapping finds the pair of a Mattermost user; false when there is none.
func (s *Server) AccountMapping(ctx context.Context, user string) (AccountMapping, bool, error) {
	pairs, err := s.AccountMappings(ctx)
	for _, m := range pairs {
		if m.MattermostUserID == user {
			return m, true, err
		}
	}
	return AccountMapping{}, false, err
}

// PutAccountMapping approves a Teams account, named by user principal name or object id, for a user.
func (s *Server) PutAccountMapping(ctx context.Context, user, teamsUser string) (kept AccountMapping, err error) {
	err = s.WhenReady(ctx, func(ctx context.Context) error {
		return s.callPlugin(ctx, "approve the Teams account "+teamsUser, http.MethodPut, routeMappings+"/"+url.PathEscape(user), map[string]string{"teams_user": teamsUser}, &kept)
	})
	return kept, err
}

// DeleteAccountMapping takes the approval back. It is no error that there is none.
func (s *Server) DeleteAccountMapping(ctx context.Context, user string) error {
	return s.deleteAt(ctx, "withdraw the approved account", routeMappings+"/"+url.PathEscape(user))
}

// Bot is a connected bot account.
type Bot struct {
	ID                string `json:"id"` // object id
	UserPrincipalName string `json:"user_principal_name"`
	DisplayName       string `json:"display_name"`
	Connected         bool   `json:"connected"`
	Reason            string `json:"reason"` // why it is not
}

// Bots lists the bots, those that cannot send included.
func (s *Server) Bots(ctx context.Context) ([]Bot, error) {
	var answer struct{ Bots []Bot }
	err := s.callPlugin(ctx, "list the bots", http.MethodGet, routeBots, nil, &answer)
	return answer.Bots, err
}

// ConnectBot connects a bot with its password. The password is in no error.
func (s *Server) ConnectBot(ctx context.Context, upn, password string) (bot Bot, err error) {
	body := map[string]string{"username": upn, "password": password}
	err = s.WhenReady(ctx, func(ctx context.Context) error {
		return s.callPlugin(ctx, "connect the bot "+upn, http.MethodPost, routeBots, body, &bot)
	})
	return bot, err
}

// DisconnectBot disconnects a bot by its object id. It is no error that there is none.
func (s *Server) DisconnectBot(ctx context.Context, id string) error {
	return s.deleteAt(ctx, "disconnect the bot", routeBots+"/"+url.PathEscape(id))
}
