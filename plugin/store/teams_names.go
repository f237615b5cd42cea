// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// TeamsName is how Teams calls a channel and its team, as it was last seen.
type TeamsName struct {
	Conversation bridge.ConversationID
	Team         string
	Channel      string
	SeenAt       time.Time
}

// TeamsNames returns all names that are known.
func (s *Store) TeamsNames(ctx context.Context) (map[bridge.ConversationID]TeamsName, error) {
	rows, _ := s.pool.Query(ctx, "SELECT conversation, team_name, channel_name, seen_at FROM msteamssync.teams_names")
	known, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TeamsName])
	if err != nil {
		return nil, fmt.Errorf("read the names of Teams channels: %w", err)
	}
	names := make(map[bridge.ConversationID]TeamsName, len(known))
	for _, n := range known {
		names[n.Conversation] = n
	}
	return names, nil
}

// NoteTeamsName keeps a name that was seen now.
func (s *Store) NoteTeamsName(ctx context.Context, conversation bridge.ConversationID, team, channel string) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO msteamssync.teams_names (conversation, team_name, channel_name) VALUES ($1, $2, $3)
		ON CONFLICT (conversation) DO UPDATE SET team_name = excluded.team_name, channel_name = excluded.channel_name, seen_at = clock_timestamp()`,
		conversation, team, channel)
	if err != nil {
		return fmt.Errorf("keep the name of Teams channel %s: %w", conversation, err)
	}
	return nil
}
