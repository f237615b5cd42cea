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

// Carried is one message in Teams that a post is or is to be.
type Carried struct {
	Direction bridge.Direction
	Ref       bridge.MessageRef // the message's id is empty while Teams has not told it
	Part      int
	Confirmed bool // both sides have it, or had it until it was deleted
}

// Queued is an event of a post that is not carried yet, or was given up.
type Queued struct {
	Direction bridge.Direction
	Kind      string // create, edit, delete, react, file; of Teams: created, updated, deleted
	State     string // pending, sending, parked or dead
	ParkedFor bridge.Target
	Attempts  int
	LastError string
	Since     time.Time // when it came
}

// PostSync returns what is known about a post's way: what it is in Teams, and what is still to be done for it.
func (s *Store) PostSync(ctx context.Context, post bridge.PostID) (carried []Carried, queued []Queued, err error) {
	rows, _ := s.pool.Query(ctx, `SELECT direction, conversation, teams_team_id, root, coalesce(message, ''), part, state <> 'reserved' AND message IS NOT NULL
		FROM msteamssync.message_map WHERE post_id = $1 AND alias_of IS NULL ORDER BY part`, post)
	carried, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Carried, err error) {
		err = row.Scan(&c.Direction, &c.Ref.Conversation.ID, &c.Ref.Conversation.Team, &c.Ref.Root, &c.Ref.ID, &c.Part, &c.Confirmed)
		return c, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read what a post is in Teams: %w", err)
	}
	rows, _ = s.pool.Query(ctx, `SELECT 'out', kind, state, parked_for, attempts, last_error, received_at FROM msteamssync.outbox WHERE post_id = $1
		UNION ALL
		SELECT 'in', i.change, i.state, i.parked_for, i.attempts, i.last_error, i.received_at
		FROM msteamssync.message_map m JOIN msteamssync.inbox i ON i.conversation = m.conversation AND i.root = m.root AND i.message = m.message
		WHERE m.post_id = $1 ORDER BY 7`, post)
	queued, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (q Queued, err error) {
		err = row.Scan(&q.Direction, &q.Kind, &q.State, &q.ParkedFor, &q.Attempts, &q.LastError, &q.Since)
		return q, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read what waits of a post: %w", err)
	}
	return carried, queued, nil
}
