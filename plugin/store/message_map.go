// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// A row that is another's second name stands for that other one.
const mappingQuery = `SELECT m.id, m.conversation, m.teams_team_id, m.root, coalesce(m.message, ''), m.channel_id, coalesce(m.post_id, ''),
		m.root_post_id, m.direction, m.state, m.reserved_at, m.sender, m.teams_hash, m.teams_form, m.post_hash, m.deleted, m.reactions,
		m.version, (` + written + `), m.written, m.sent_versions, m.files, m.rest_hash, m.seen_at, k.alias_of IS NOT NULL AND k.direction = 'in',
		ARRAY(SELECT a.post_id FROM msteamssync.message_map a WHERE a.alias_of = m.id AND a.post_id IS NOT NULL ORDER BY a.post_id)
	FROM msteamssync.message_map k JOIN msteamssync.message_map m ON m.id = coalesce(k.alias_of, k.id)
	WHERE `

func findMapping(ctx context.Context, q querier, condition string, arguments ...any) (bridge.Mapping, bool, error) {
	found, err := findMappings(ctx, q, condition+" ORDER BY k.part LIMIT 1", arguments...)
	if err != nil || len(found) == 0 {
		return bridge.Mapping{}, false, err
	}
	return found[0], true, nil
}

func findMappings(ctx context.Context, q querier, condition string, arguments ...any) ([]bridge.Mapping, error) {
	rows, _ := q.Query(ctx, mappingQuery+condition, arguments...)
	mappings, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m bridge.Mapping, err error) {
		var seen *time.Time
		err = row.Scan(&m.ID, &m.Ref.Conversation.ID, &m.Ref.Conversation.Team, &m.Ref.Root, &m.Ref.ID, &m.Channel, &m.Post,
			&m.RootPost, &m.Direction, &m.State, &m.ReservedAt, &m.Sender, &m.Record.TeamsHash, &m.Record.TeamsForm, &m.Record.PostHash,
			&m.Record.Deleted, &m.Record.Reactions, &m.Version, &m.Writing, &m.Written, &m.SentVersions, &m.Record.Files, &m.Record.RestHash, &seen, &m.Copy, &m.Copies)
		m.SeenAt = orZero(seen)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("find a mapping: %w", err)
	}
	return mappings, nil
}

// MappingOf finds the mapping of a Teams message, tombstones included. The thread of one that was taken over and is not
// complete may be wrong; what the message is then, completing it tells.
func (s *Store) MappingOf(ctx context.Context, ref bridge.MessageRef) (bridge.Mapping, bool, error) {
	return findMapping(ctx, s.pool, `k.id = coalesce(
		(SELECT id FROM msteamssync.message_map WHERE conversation = $1 AND root = $2 AND message = $3 ORDER BY part LIMIT 1),
		(SELECT id FROM msteamssync.message_map WHERE conversation = $1 AND message = $3 AND seen_at IS NOT NULL ORDER BY root LIMIT 1))`, ref.Conversation.ID, ref.Root, ref.ID)
}

// MappingOfPost finds the mapping of a post, tombstones included.
func (s *Store) MappingOfPost(ctx context.Context, post bridge.PostID) (bridge.Mapping, bool, error) {
	return findMapping(ctx, s.pool, "k.post_id = $1", post)
}

// Reserve makes the mapping of a Teams message, or has the same mapping, still reserved, expect another post.
func (s *Store) Reserve(ctx context.Context, lease bridge.Lease, m bridge.Mapping) (existing bridge.Mapping, ours bool, err error) {
	err = s.under(ctx, lease, "reserve a mapping", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.message_map AS m
				(id, conversation, teams_team_id, root, message, channel_id, root_post_id, direction, state, sender, teams_hash, teams_form, post_hash, files, rest_hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'in', 'reserved', $8, $9, $10, $11, $12, $13)
			ON CONFLICT (conversation, root, message, part) DO UPDATE SET root_post_id = excluded.root_post_id,
				teams_hash = excluded.teams_hash, teams_form = excluded.teams_form, post_hash = excluded.post_hash, files = excluded.files,
				rest_hash = excluded.rest_hash
			WHERE m.id = excluded.id AND m.state = 'reserved'`,
			m.ID, m.Ref.Conversation.ID, m.Ref.Conversation.Team, m.Ref.Root, m.Ref.ID, m.Channel, m.RootPost, m.Sender,
			m.Record.TeamsHash, m.Record.TeamsForm, m.Record.PostHash, list(m.Record.Files), m.Record.RestHash)
		if err != nil {
			return err
		}
		ours = tag.RowsAffected() == 1
		existing, _, err = findMapping(ctx, tx, "k.conversation = $1 AND k.root = $2 AND k.message = $3", m.Ref.Conversation.ID, m.Ref.Root, m.Ref.ID)
		return err
	})
	return existing, ours, err
}

// SkipMessage records that the Teams message is not to be carried, and removes the event. It fails with bridge.ErrChanged when
// the message turns out to be carried.
func (s *Store) SkipMessage(ctx context.Context, lease bridge.Lease, event bridge.InboundEvent, channel bridge.ChannelID) error {
	return s.under(ctx, lease, "leave a message out", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.message_map AS m
				(id, conversation, teams_team_id, root, message, channel_id, direction, state)
			VALUES ($1, $2, $3, $4, $5, $6, 'in', 'tombstone')
			ON CONFLICT (conversation, root, message, part) DO UPDATE SET state = 'tombstone' WHERE m.state <> 'confirmed'`,
			uuid.NewString(), event.Ref.Conversation.ID, event.Ref.Conversation.Team, event.Ref.Root, event.Ref.ID, channel)
		if err := changed(tag.RowsAffected(), err); err != nil {
			return err
		}
		if err := remove(ctx, tx, event.Event); err != nil {
			return err
		}
		return s.wake(ctx, tx, lease.Conversation, bridge.MessageMapped(event.Ref.Root, event.Ref.ID))
	})
}
