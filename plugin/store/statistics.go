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

// Statistics counts what is queued, per lane. Lanes without anything to tell are left out.
func (s *Store) Statistics(ctx context.Context) (bridge.Statistics, error) {
	rows, _ := s.pool.Query(ctx, `WITH queued AS (
			SELECT conversation, 'in' AS direction, id, state, source_at, last_error, backfill FROM msteamssync.inbox
			UNION ALL
			SELECT conversation, 'out', id, state, source_at, last_error, backfill > 0 FROM msteamssync.outbox),
		counts AS (
			SELECT conversation, direction,
				count(*) FILTER (WHERE state IN ('pending', 'sending')) AS pending,
				count(*) FILTER (WHERE state = 'parked') AS parked,
				count(*) FILTER (WHERE state = 'dead') AS dead,
				count(*) FILTER (WHERE state <> 'dead' AND backfill) AS old,
				min(source_at) FILTER (WHERE state IN ('pending', 'sending') AND NOT backfill) AS oldest,
				min(source_at) FILTER (WHERE state = 'parked' AND NOT backfill) AS oldest_parked,
				coalesce((array_agg(last_error ORDER BY id DESC) FILTER (WHERE state = 'dead'))[1], '') AS dead_reason
			FROM queued GROUP BY conversation, direction)
		SELECT l.conversation, l.direction, coalesce(c.pending, 0), coalesce(c.parked, 0), coalesce(c.dead, 0), coalesce(c.old, 0), c.oldest, c.oldest_parked,
			coalesce(c.dead_reason, ''), l.last_event_at, l.last_error, l.last_error_at
		FROM msteamssync.lanes l LEFT JOIN counts c ON c.conversation = l.conversation AND c.direction = l.direction
		WHERE c.conversation IS NOT NULL OR l.last_event_at IS NOT NULL OR l.last_error_at IS NOT NULL
		ORDER BY 1, 2`)
	lanes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l bridge.LaneStatistics, err error) {
		var oldest, parked, lastEvent, lastError *time.Time
		err = row.Scan(&l.Lane.Conversation, &l.Lane.Direction, &l.Pending, &l.Parked, &l.Dead, &l.Old, &oldest, &parked,
			&l.DeadReason, &lastEvent, &l.LastError, &lastError)
		l.Oldest, l.OldestParked, l.LastEventAt, l.LastErrorAt = orZero(oldest), orZero(parked), orZero(lastEvent), orZero(lastError)
		return l, err
	})
	if err != nil {
		return bridge.Statistics{}, fmt.Errorf("count the queues: %w", err)
	}
	return bridge.Statistics{Lanes: lanes}, nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
