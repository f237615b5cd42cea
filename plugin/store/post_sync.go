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

// Way is what is known about a post's way.
type Way struct {
	Carried []Carried // what it is in Teams
	Queued  []Queued  // what is still to be done for it
}

// PostSync returns what is known about the way of a post of the conversation.
func (s *Store) PostSync(ctx context.Context, conversation bridge.ConversationID, post bridge.PostID) (carried []Carried, queued []Queued, err error) {
	ways, err := s.PostsSync(ctx, []bridge.ConversationID{conversation}, []bridge.PostID{post})
	return ways[post].Carried, ways[post].Queued, err
}

// PostsSync returns what is known about the ways of posts of the conversations, of those of which something is known.
func (s *Store) PostsSync(ctx context.Context, conversations []bridge.ConversationID, posts []bridge.PostID) (map[bridge.PostID]Way, error) {
	ways := map[bridge.PostID]Way{}
	rows, _ := s.pool.Query(ctx, `SELECT post_id, direction, conversation, teams_team_id, root, coalesce(message, ''), part, state <> 'reserved' AND message IS NOT NULL
		FROM msteamssync.message_map WHERE post_id = ANY ($1) AND alias_of IS NULL ORDER BY post_id, part`, posts)
	var post bridge.PostID
	var c Carried
	if _, err := pgx.ForEachRow(rows, []any{&post, &c.Direction, &c.Ref.Conversation.ID, &c.Ref.Conversation.Team, &c.Ref.Root, &c.Ref.ID, &c.Part, &c.Confirmed}, func() error {
		way := ways[post]
		way.Carried = append(way.Carried, c)
		ways[post] = way
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read what posts are in Teams: %w", err)
	}
	rows, _ = s.pool.Query(ctx, `SELECT post_id, 'out', kind, state, parked_for, attempts, last_error, received_at FROM msteamssync.outbox
			WHERE conversation = ANY ($2) AND post_id = ANY ($1)
		UNION ALL
		SELECT m.post_id, 'in', i.change, i.state, i.parked_for, i.attempts, i.last_error, i.received_at
		FROM msteamssync.message_map m JOIN msteamssync.inbox i ON i.conversation = m.conversation AND i.root = m.root AND i.message = m.message
		WHERE m.post_id = ANY ($1) ORDER BY 8`, posts, conversations)
	var q Queued
	if _, err := pgx.ForEachRow(rows, []any{&post, &q.Direction, &q.Kind, &q.State, &q.ParkedFor, &q.Attempts, &q.LastError, &q.Since}, func() error {
		way := ways[post]
		way.Queued = append(way.Queued, q)
		ways[post] = way
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read what waits of posts: %w", err)
	}
	return ways, nil
}
