// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Event is a websocket event for the clients of a user or, when there is a channel, of everybody in that. They see it as
// custom_<plugin id>_<name>.
type Event struct {
	Name    string           `json:"name"`
	User    bridge.UserID    `json:"user,omitempty"`
	Channel bridge.ChannelID `json:"channel,omitempty"`
	Data    map[string]any   `json:"data,omitempty"` // text, numbers and booleans
}

// Publish sends a websocket event to all of a user's clients.
func (s *Server) Publish(name string, user bridge.UserID, data map[string]any) {
	s.publish(Event{Name: name, User: user, Data: data})
}

// PublishToChannel sends a websocket event to the clients of everybody in a channel.
func (s *Server) PublishToChannel(name string, channel bridge.ChannelID, data map[string]any) {
	s.publish(Event{Name: name, Channel: channel, Data: data})
}

func (s *Server) publish(e Event) {
	s.PublishHere(e)
	if s.Elsewhere != nil && !s.clustered() {
		s.Elsewhere(e)
	}
}

// PublishHere sends an event to those clients whose websocket this node has; on a licensed cluster the server has the other
// nodes do so too.
func (s *Server) PublishHere(e Event) {
	to := &model.WebsocketBroadcast{UserId: string(e.User), ReliableClusterSend: true}
	if e.Channel != "" {
		to = &model.WebsocketBroadcast{ChannelId: string(e.Channel), ReliableClusterSend: true}
	}
	s.api.PublishWebSocketEvent(e.Name, e.Data, to)
}

// clustered tells whether the server itself tells its other nodes of events: only with a licence it does.
func (s *Server) clustered() bool {
	config := s.api.GetConfig()
	return s.api.GetLicense() != nil && config != nil && config.ClusterSettings.Enable != nil && *config.ClusterSettings.Enable
}
