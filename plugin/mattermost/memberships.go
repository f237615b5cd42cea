// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Notifications returns a membership's notification properties.
func (s *Server) Notifications(_ context.Context, user bridge.UserID, channel bridge.ChannelID) (map[string]string, error) {
	doing := "read the membership of user " + string(user) + " in channel " + string(channel)
	member, e := s.api.GetChannelMember(string(channel), string(user))
	switch {
	case e != nil:
		return nil, failure(doing, e)
	case member == nil:
		return nil, gone(doing)
	}
	return member.NotifyProps, nil
}

// SetNotifications changes the given notification properties of a membership and leaves the others.
func (s *Server) SetNotifications(_ context.Context, user bridge.UserID, channel bridge.ChannelID, to map[string]string) error {
	doing := "change the notifications of user " + string(user) + " in channel " + string(channel)
	member, e := s.api.UpdateChannelMemberNotifications(string(channel), string(user), to)
	switch {
	case e != nil:
		return failure(doing, e)
	case member == nil:
		return gone(doing)
	}
	return nil
}
