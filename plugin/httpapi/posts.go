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
	// States says how far those of the posts are that the user may read.
	States(ctx context.Context, by bridge.UserID, posts []bridge.PostID) ([]PostSync, error)
	// Retry gives what was given up of a post on its way to Teams another chance, and returns how many events that are. Only the
	// post's author and system admins may.
	Retry(ctx context.Context, by bridge.UserID, post bridge.PostID) (int, error)
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
	post, err := a.readablePost(c)
	if err != nil {
		return err
	}
	sync, err := a.Posts.Sync(c.Context(), post)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, sync)
	return nil
}

// readablePost is the post in the route's path, when the caller may read it.
func (a *api) readablePost(c *call) (bridge.PostID, error) {
	if a.Posts == nil {
		return "", a.notReady()
	}
	post := bridge.PostID(c.PathValue("post_id"))
	channel, err := a.Posts.Channel(c.Context(), post)
	if err != nil {
		return "", err
	}
	if !a.Permissions.ChannelReader(c.User, channel) {
		return "", &Error{Status: http.StatusForbidden, Code: "forbidden", Message: "Only who may read the post's channel may do this."}
	}
	return post, nil
}

func (a *api) retryPost(c *call) error {
	post, err := a.readablePost(c)
	if err != nil {
		return err
	}
	n, err := a.Posts.Retry(c.Context(), c.User, post)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusAccepted, map[string]int{"retried": n})
	return nil
}

// mostPosts is how many posts may be asked about at once: more than a page of the web app shows.
const mostPosts = 200

func (a *api) postStates(c *call) error {
	if a.Posts == nil {
		return a.notReady()
	}
	var ask struct {
		PostIDs []bridge.PostID `json:"post_ids"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	if len(ask.PostIDs) == 0 || len(ask.PostIDs) > mostPosts {
		return badRequest("post_ids must name 1 to %d posts.", mostPosts)
	}
	syncs, err := a.Posts.States(c.Context(), c.User, ask.PostIDs)
	if err != nil {
		return err
	}
	states := make([]PostState, 0, len(syncs))
	for _, sync := range syncs {
		states = append(states, StateOf(sync))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"posts": states})
	return nil
}

// PostState is PostSync in short, as a list of posts and the websocket event post_sync show it.
type PostState struct {
	PostID    bridge.PostID `json:"post_id"`
	State     string        `json:"state"`
	Direction string        `json:"direction,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

// StateOf shortens.
func StateOf(sync PostSync) PostState {
	return PostState{PostID: sync.PostID, State: sync.State, Direction: sync.Direction, Reason: sync.Reason}
}
