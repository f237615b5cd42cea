// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// UserByName finds a user by the name behind an @.
func (s *Server) UserByName(_ context.Context, name string) (bridge.User, bool, error) {
	doing := "find user " + name
	u, e := s.api.GetUserByUsername(name)
	switch {
	case e != nil && (e.StatusCode == http.StatusNotFound || e.StatusCode == http.StatusBadRequest):
		return bridge.User{}, false, nil
	case e != nil:
		return bridge.User{}, false, failure(doing, e)
	case u == nil:
		return bridge.User{}, false, gone(doing)
	case u.DeleteAt != 0:
		return bridge.User{}, false, nil
	}
	return asUser(bridge.UserID(u.Id), u), true, nil
}

// MayNotifyAll tells whether the user may notify everybody in the channel. Whoever is no user of this server, like a webhook,
// is asked about by the account that it posts with.
func (s *Server) MayNotifyAll(_ context.Context, user bridge.UserID, channel bridge.ChannelID) (bool, error) {
	return user != "" && s.api.HasPermissionToChannel(string(user), string(channel), model.PermissionUseChannelMentions), nil
}

// Emoji returns the emoji of one of the server's built-in names.
func (s *Server) Emoji(name string) (string, bool) { return UnicodeOf(name) }
