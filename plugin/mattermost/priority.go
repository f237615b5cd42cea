// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// priorities are Mattermost's names of importances.
var priorities = map[bridge.Importance]string{bridge.High: "important", bridge.Urgent: model.PostPriorityUrgent}

func importanceOf(priority string) bridge.Importance {
	for importance, name := range priorities {
		if name == priority {
			return importance
		}
	}
	return ""
}

// Priorities tells whether posts have priorities on this server.
func (s *Server) Priorities() bool {
	config := s.api.GetConfig()
	return config != nil && config.ServiceSettings.PostPriority != nil && *config.ServiceSettings.PostPriority
}

// prioritise gives a new post its priority. Only roots can have one, and only while they are made.
func prioritise(post *model.Post, importance bridge.Importance) {
	name, ok := priorities[importance]
	if !ok || post.RootId != "" {
		return
	}
	post.Metadata = &model.PostMetadata{Priority: &model.PostPriority{Priority: &name, RequestedAck: new(bool), PersistentNotifications: new(bool)}}
}
