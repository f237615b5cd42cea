// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"net/http"
	"net/url"
)

const routeLinks = "/api/v1/links"

// Link joins a Mattermost channel with a Teams channel.
type Link struct {
	ID             string `json:"id"`
	ChannelID      string `json:"channel_id"`
	TeamsTeamID    string `json:"teams_team_id"`
	TeamsChannelID string `json:"teams_channel_id"`
	CreatorID      string `json:"creator_id"`
	CreatedAt      string `json:"created_at"` // RFC 3339
}

// SameAs reports whether two links join the same channels.
func (l Link) SameAs(other Link) bool {
	return l.ChannelID == other.ChannelID && l.TeamsTeamID == other.TeamsTeamID && l.TeamsChannelID == other.TeamsChannelID
}

// Links lists the links, oldest first.
func (s *Server) Links(ctx context.Context) ([]Link, error) {
	var answer struct{ Links []Link }
	err := s.callPlugin(ctx, "list the channel links", http.MethodGet, routeLinks, nil, &answer)
	return answer.Links, err
}

// RecentLinks is Links as it was a moment ago at most. Many links are read in one plan.
func (s *Server) RecentLinks(ctx context.Context) ([]Link, error) {
	return recently(&s.recent, routeLinks, func() ([]Link, error) { return s.Links(ctx) })
}

// Backfill is the messages of how many days a new link brings along from each side.
type Backfill struct{ FromTeams, ToTeams int64 }

// CreateLink links two channels and has older messages brought along. A link that is there already is an
// error, the same one too.
func (s *Server) CreateLink(ctx context.Context, l Link, backfill Backfill) (created Link, err error) {
	defer s.recent.forget(routeLinks)
	body := map[string]any{"channel_id": l.ChannelID, "teams_team_id": l.TeamsTeamID, "teams_channel_id": l.TeamsChannelID}
	if backfill.FromTeams > 0 {
		body["backfill_days"] = backfill.FromTeams
	}
	if backfill.ToTeams > 0 {
		body["backfill_to_teams_days"] = backfill.ToTeams
	}
	err = s.WhenReady(ctx, func(ctx context.Context) error {
		return s.callPlugin(ctx, "link the channel", http.MethodPost, routeLinks, body, &created)
	})
	return created, err
}

// DeleteLink unlinks a Mattermost channel. A channel that is not linked is no error.
func (s *Server) DeleteLink(ctx context.Context, channel string) error {
	defer s.recent.forget(routeLinks)
	return s.deleteAt(ctx, "unlink the channel "+channel, routeLinks+"/"+url.PathEscape(channel))
}

// deleteAt deletes what a route of the plugin names. It is no error that it is not there.
func (s *Server) deleteAt(ctx context.Context, doing, route string) error {
	err := s.WhenReady(ctx, func(ctx context.Context) error {
		return s.callPlugin(ctx, doing, http.MethodDelete, route, nil, nil)
	})
	if IsNotFound(err) && !IsDown(err) {
		return nil
	}
	return err
}
