// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// How many dead letters are listed.
const (
	defaultLetters = 100
	mostLetters    = 1000
)

// deadLetter is a dead letter as the interface shows it.
type deadLetter struct {
	Direction      string    `json:"direction"`
	Kind           string    `json:"kind"`
	ChannelID      string    `json:"channel_id"`
	TeamsChannelID string    `json:"teams_channel_id"`
	TeamsRootID    string    `json:"teams_root_id,omitempty"`
	TeamsMessageID string    `json:"teams_message_id,omitempty"`
	PostID         string    `json:"post_id,omitempty"`
	Attempts       int       `json:"attempts"`
	At             time.Time `json:"at"`
	Reason         string    `json:"reason"`
}

func shownLetter(d store.DeadLetter) deadLetter {
	direction := "inbound"
	if d.Direction == bridge.Outbound {
		direction = "outbound"
	}
	return deadLetter{
		Direction: direction, Kind: string(d.Kind), ChannelID: string(d.Channel), TeamsChannelID: string(d.Conversation),
		TeamsRootID: string(d.Root), TeamsMessageID: string(d.Message), PostID: string(d.Post), Attempts: d.Attempts, At: d.SourceAt, Reason: d.Reason,
	}
}

func (a *api) listDeadLetters(c *call) error {
	if a.DeadLetters == nil {
		return a.notReady()
	}
	limit := defaultLetters
	if given := c.URL.Query().Get("limit"); given != "" {
		var err error
		if limit, err = strconv.Atoi(given); err != nil || limit < 1 || limit > mostLetters {
			return badRequest("limit must be a number from 1 to %d.", mostLetters)
		}
	}
	newest, total, err := a.DeadLetters.List(c.Context(), bridge.ChannelID(c.URL.Query().Get("channel_id")), limit)
	if err != nil {
		return err
	}
	letters := make([]deadLetter, 0, len(newest))
	for _, d := range newest {
		letters = append(letters, shownLetter(d))
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"dead_letters": letters, "total": total})
	return nil
}

func (a *api) retryDeadLetters(c *call) error {
	if a.DeadLetters == nil {
		return a.notReady()
	}
	var ask struct {
		ChannelID bridge.ChannelID `json:"channel_id"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	n, err := a.DeadLetters.Retry(c.Context(), c.User, ask.ChannelID)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusAccepted, map[string]int{"retried": n})
	return nil
}
