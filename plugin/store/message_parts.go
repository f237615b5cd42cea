// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// NotePart records that a message shows a part of the mapping's post.
func (s *Store) NotePart(ctx context.Context, lease bridge.Lease, mapping bridge.MappingID, ref bridge.MessageRef) error {
	return s.under(ctx, lease, "note a part of a message", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO msteamssync.message_parts (conversation, root, message, mapping) VALUES ($1, $2, $3, $4)
			ON CONFLICT (conversation, root, message) DO UPDATE SET mapping = excluded.mapping`, lease.Conversation, ref.Root, ref.ID, mapping)
		return err
	})
}

// PartsOf lists the messages that show parts of the mapping's post, without its own.
func (s *Store) PartsOf(ctx context.Context, mapping bridge.Mapping) ([]bridge.MessageRef, error) {
	rows, _ := s.pool.Query(ctx, "SELECT root, message FROM msteamssync.message_parts WHERE mapping = $1", mapping.ID)
	refs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (bridge.MessageRef, error) {
		ref := bridge.MessageRef{Conversation: mapping.Ref.Conversation}
		return ref, row.Scan(&ref.Root, &ref.ID)
	})
	if err != nil {
		return nil, fmt.Errorf("find the parts of a message: %w", err)
	}
	return refs, nil
}

// MappingOfPart finds the mapping of the post that a message shows a part of.
func (s *Store) MappingOfPart(ctx context.Context, ref bridge.MessageRef) (bridge.Mapping, bool, error) {
	return findMapping(ctx, s.pool, "k.id = (SELECT mapping FROM msteamssync.message_parts WHERE conversation = $1 AND root = $2 AND message = $3)",
		ref.Conversation.ID, ref.Root, ref.ID)
}

// TakePart makes a part the mapping's message and the message a part.
func (s *Store) TakePart(ctx context.Context, lease bridge.Lease, mapping bridge.Mapping, part bridge.MessageRef, teamsHash string) error {
	return s.under(ctx, lease, "give a mapping another message", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE msteamssync.message_map m SET root = $3, message = $4, teams_hash = $5, teams_form = '', sent_versions = '[]', version = version + 1
			WHERE m.id = $1 AND m.version = $2 AND NOT (`+sent+`)`, mapping.ID, mapping.Version, part.Root, part.ID, teamsHash)
		if err := changed(tag.RowsAffected(), err); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE msteamssync.message_parts SET root = $4, message = $5 WHERE conversation = $1 AND root = $2 AND message = $3`,
			lease.Conversation, part.Root, part.ID, mapping.Ref.Root, mapping.Ref.ID)
		return err
	})
}
