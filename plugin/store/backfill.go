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

// wantBackfills has the messages carried, each way, that are older than the link.
func wantBackfills(ctx context.Context, on executor, l bridge.Link) error {
	for kind, since := range map[ResyncKind]time.Time{Backfill: l.Backfill, BackfillToTeams: l.BackfillToTeams} {
		if since.IsZero() {
			continue
		}
		if _, err := on.Exec(ctx, "INSERT INTO msteamssync.resyncs (conversation, kind, since, wanted, requests) VALUES ($1, $2, $3, $4, 1)",
			l.Conversation.ID, kind, since, WantedLink); err != nil {
			return err
		}
	}
	return nil
}

// TurnPosts commits the posts that were found on the page of a backfill to Teams, and the next page; without one the run ends. It
// fails with ErrResyncLost. Posts that are queued or carried already are left alone.
func (s *Store) TurnPosts(ctx context.Context, r Resync, found []bridge.Departure, next string) (Resync, error) {
	return s.turn(ctx, r, len(found), next, bridge.Outbound, func(tx pgx.Tx) error {
		if len(found) == 0 {
			return nil
		}
		if err := lanesFor([]string{string(r.Conversation.ID)}).exec(ctx, tx); err != nil {
			return err
		}
		var posts, roots, authors []string
		var times []time.Time
		for _, d := range found {
			posts, roots, authors = append(posts, string(d.Post)), append(roots, string(d.Root)), append(authors, string(d.Author))
			times = append(times, d.SourceAt)
		}
		_, err := tx.Exec(ctx, `INSERT INTO msteamssync.outbox (conversation, post_id, kind, root_id, author_id, source_at, not_before, backfill)
			SELECT $1, p, 'create', r, a, at, clock_timestamp(), 2 FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS d (p, r, a, at)
			WHERE NOT EXISTS (SELECT FROM msteamssync.message_map WHERE post_id = p)
			ORDER BY at, p ON CONFLICT (conversation, post_id, kind, subject) DO NOTHING`, r.Conversation.ID, posts, roots, authors, times)
		return err
	})
}

// BringForward has an old post that is queued sent before other old ones: something waits for it.
func (s *Store) BringForward(ctx context.Context, conversation bridge.ConversationID, post bridge.PostID) error {
	if _, err := s.pool.Exec(ctx, `UPDATE msteamssync.outbox SET backfill = 1
		WHERE conversation = $1 AND post_id = $2 AND kind = 'create' AND backfill = 2`, conversation, post); err != nil {
		return fmt.Errorf("bring an old post forward: %w", err)
	}
	return nil
}
