// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Channel is a Mattermost channel.
type Channel struct {
	ID       bridge.ChannelID
	Team     string // team id; empty for direct and group messages
	TeamName string // as in addresses
	TeamText string // display name of the team
	Name     string // display name
	Open     bool   // everybody in the team may find it
	Direct   bool   // a direct or group message
	Archived bool
}

// Channel reads a channel and its team's name.
func (s *Server) Channel(_ context.Context, id bridge.ChannelID) (Channel, error) {
	doing := "read channel " + string(id)
	c, e := s.api.GetChannel(string(id))
	switch {
	case e != nil:
		return Channel{}, failure(doing, e)
	case c == nil:
		return Channel{}, gone(doing)
	}
	channel := Channel{ID: id, Team: c.TeamId, Name: c.DisplayName, Open: c.Type == model.ChannelTypeOpen, Direct: c.IsGroupOrDirect(), Archived: c.DeleteAt != 0}
	if c.TeamId != "" {
		team, e := s.api.GetTeam(c.TeamId)
		switch {
		case e != nil:
			return Channel{}, failure("read team "+c.TeamId, e)
		case team == nil:
			return Channel{}, gone("read team " + c.TeamId)
		}
		channel.TeamName, channel.TeamText = team.Name, team.DisplayName
	}
	return channel, nil
}

// Knows tells whether the user may know that the channel is there: who reads it, and for open channels everybody in the team.
func (s *Server) Knows(user bridge.UserID, channel Channel) bool {
	if s.ChannelReader(user, channel.ID) || s.SystemAdmin(user) {
		return true
	}
	return user != "" && channel.Open && s.api.HasPermissionToTeam(string(user), channel.Team, model.PermissionListTeamChannels)
}

const channelColumns = `SELECT c.id, c.teamid, t.name, t.displayname, c.displayname, c.type = 'O', c.type IN ('D', 'G'), c.deleteat <> 0
	FROM channels c JOIN teams t ON t.id = c.teamid`

func scanChannel(row pgx.CollectableRow) (c Channel, err error) {
	err = row.Scan(&c.ID, &c.Team, &c.TeamName, &c.TeamText, &c.Name, &c.Open, &c.Direct, &c.Archived)
	return c, err
}

// ChannelsOf reads channels of teams at once. Those that are not there are left out.
func (s *Server) ChannelsOf(ctx context.Context, ids []bridge.ChannelID) (map[bridge.ChannelID]Channel, error) {
	rows, _ := s.pool.Query(ctx, channelColumns+" WHERE c.id = ANY ($1)", ids)
	all, err := pgx.CollectRows(rows, scanChannel)
	if err != nil {
		return nil, fmt.Errorf("read the names of %d channels: %w", len(ids), err)
	}
	channels := make(map[bridge.ChannelID]Channel, len(all))
	for _, c := range all {
		channels[c.ID] = c
	}
	return channels, nil
}

// MemberOf tells in which of the channels the user is.
func (s *Server) MemberOf(ctx context.Context, user bridge.UserID, ids []bridge.ChannelID) (map[bridge.ChannelID]bool, error) {
	rows, _ := s.pool.Query(ctx, "SELECT channelid FROM channelmembers WHERE userid = $1 AND channelid = ANY ($2)", user, ids)
	in, err := pgx.CollectRows(rows, pgx.RowTo[bridge.ChannelID])
	if err != nil {
		return nil, fmt.Errorf("read the memberships of user %s: %w", user, err)
	}
	member := make(map[bridge.ChannelID]bool, len(in))
	for _, id := range in {
		member[id] = true
	}
	return member, nil
}

// foundMost bounds a search: nobody pages through more.
const foundMost = 1000

// ChannelsNamed lists the channels of teams that the user is in and whose name holds the text, in any case, by name.
func (s *Server) ChannelsNamed(ctx context.Context, user bridge.UserID, text string) ([]Channel, error) {
	rows, _ := s.pool.Query(ctx, channelColumns+` JOIN channelmembers m ON m.channelid = c.id
		WHERE m.userid = $1 AND c.deleteat = 0 AND t.deleteat = 0 AND c.type IN ('O', 'P')
			AND (position(lower($2) IN lower(c.displayname)) > 0 OR position(lower($2) IN c.name) > 0)
		ORDER BY lower(c.displayname), t.displayname, c.id LIMIT $3`, user, text, foundMost)
	found, err := pgx.CollectRows(rows, scanChannel)
	if err != nil {
		return nil, fmt.Errorf("search the channels of user %s: %w", user, err)
	}
	return found, nil
}
