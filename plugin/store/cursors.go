// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// ClaimScan returns the cursor when its last scan began longer ago than age, and marks it as being scanned.
func (s *Store) ClaimScan(ctx context.Context, conversation bridge.ConversationID, age time.Duration) (bridge.Cursor, bool, error) {
	var c bridge.Cursor
	err := s.pool.QueryRow(ctx, `UPDATE msteamssync.cursors SET scanned_at = clock_timestamp()
		WHERE conversation = $1 AND direction = 'out' AND scanned_at <= clock_timestamp() - make_interval(secs => $2)
		RETURNING update_at, post_id`, conversation, seconds(age)).Scan(&c.UpdateAt, &c.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return bridge.Cursor{}, false, nil
	}
	if err != nil {
		return bridge.Cursor{}, false, fmt.Errorf("read a cursor: %w", err)
	}
	return c, true, nil
}

// AdvanceCursor moves the cursor forward, never back.
func (s *Store) AdvanceCursor(ctx context.Context, conversation bridge.ConversationID, to bridge.Cursor) error {
	_, err := s.pool.Exec(ctx, `UPDATE msteamssync.cursors SET update_at = $2, post_id = $3
		WHERE conversation = $1 AND direction = 'out' AND (update_at, post_id) < ($2, $3)`, conversation, to.UpdateAt, to.ID)
	if err != nil {
		return fmt.Errorf("move a cursor: %w", err)
	}
	return nil
}
