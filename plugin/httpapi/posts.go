// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Posts knows the way of single posts.
type Posts interface {
	// Channel returns the channel of a post; a deleted post still has one.
	Channel(ctx context.Context, post bridge.PostID) (bridge.ChannelID, error)
	// Sync says how far a post is.
	Sync(ctx context.Context, post bridge.PostID) (PostSync, error)
}

// The states of a post.
const (
	PostNotBridged = "not_bridged"
	PostPending    = "pending"
	PostSynced     = "synced"
	PostFailed     = "failed"
)

// PostSync is how far a post is.
type PostSync struct {
	PostID    bridge.PostID    `json:"post_id"`
	ChannelID bridge.ChannelID `json:"channel_id"`
	State     string           `json:"state"`
	Direction string           `json:"direction,omitempty"` // inbound when it came from Teams, outbound when it goes there
	Reason    string           `json:"reason,omitempty"`
	Messages  []TeamsMessage   `json:"messages"`
	Waiting   []WaitingEvent   `json:"waiting"`
}

// TeamsMessage is what a post is in Teams; a long post is several.
type TeamsMessage struct {
	TeamID    bridge.TeamID         `json:"team_id"` // empty for a chat
	ChannelID bridge.ConversationID `json:"channel_id"`
	RootID    bridge.TeamsMessageID `json:"root_id,omitempty"`
	ID        bridge.TeamsMessageID `json:"id"`
	Part      int                   `json:"part"`
}

// WaitingEvent is something that is still to be done for a post, or was given up.
type WaitingEvent struct {
	Kind     string    `json:"kind"`
	State    string    `json:"state"` // pending, sending, parked or dead
	Reason   string    `json:"reason,omitempty"`
	Attempts int       `json:"attempts"`
	Since    time.Time `json:"since"`
}

func (a *api) postSync(c *call) error {
	if a.Posts == nil {
		return a.notReady()
	}
	post := bridge.PostID(c.PathValue("post_id"))
	channel, err := a.Posts.Channel(c.Context(), post)
	if err != nil {
		return err
	}
	if !a.Permissions.ChannelReader(c.User, channel) {
		return &Error{Status: http.StatusForbidden, Code: "forbidden", Message: "Only who may read the post's channel may do this."}
	}
	sync, err := a.Posts.Sync(c.Context(), post)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, sync)
	return nil
}
