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

// DeadLetter is an event that was given up. It has a message's name or a post's: whatever it came from.
type DeadLetter struct {
	Direction    bridge.Direction
	Kind         bridge.Kind
	Channel      bridge.ChannelID
	Conversation bridge.ConversationID
	Root         bridge.TeamsMessageID // of an event from Teams; empty for a root message
	Message      bridge.TeamsMessageID
	Post         bridge.PostID // of an event from Mattermost
	Attempts     int
	SourceAt     time.Time // when it happened
	Reason       string    // of the last failure
}

const deadLetters = `SELECT 'in' AS direction, change AS kind, conversation, root, message, '' AS post_id, attempts, source_at, last_error
		FROM msteamssync.inbox WHERE state = 'dead'
	UNION ALL
	SELECT 'out', kind, conversation, '', '', post_id, attempts, source_at, last_error FROM msteamssync.outbox WHERE state = 'dead'`

// DeadLetters returns the newest dead letters, newest first, and how many there are; of all channels when channel is empty.
func (s *Store) DeadLetters(ctx context.Context, channel bridge.ChannelID, limit int) (newest []DeadLetter, total int, err error) {
	rows, _ := s.pool.Query(ctx, `SELECT d.direction, d.kind, l.channel_id, d.conversation, d.root, d.message, d.post_id, d.attempts, d.source_at, d.last_error,
			count(*) OVER ()
		FROM (`+deadLetters+`) d JOIN msteamssync.links l ON l.conversation = d.conversation
		WHERE $1 = '' OR l.channel_id = $1 ORDER BY d.source_at DESC LIMIT $2`, channel, limit)
	newest, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DeadLetter, err error) {
		err = row.Scan(&d.Direction, &d.Kind, &d.Channel, &d.Conversation, &d.Root, &d.Message, &d.Post, &d.Attempts, &d.SourceAt, &d.Reason, &total)
		if d.Direction == bridge.Inbound {
			d.Kind = kindOf(string(d.Kind))
		}
		return d, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read the dead letters: %w", err)
	}
	return newest, total, nil
}

// DeadLanes returns the lanes that have dead letters; of all channels when channel is empty.
func (s *Store) DeadLanes(ctx context.Context, channel bridge.ChannelID) ([]bridge.Lane, error) {
	rows, _ := s.pool.Query(ctx, `SELECT DISTINCT d.conversation, d.direction FROM (`+deadLetters+`) d JOIN msteamssync.links l ON l.conversation = d.conversation
		WHERE $1 = '' OR l.channel_id = $1`, channel)
	lanes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[bridge.Lane])
	if err != nil {
		return nil, fmt.Errorf("look for dead letters: %w", err)
	}
	return lanes, nil
}
