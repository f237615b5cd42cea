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

// Said notes sayings and returns how many others like the last of them were noted within the window, by any node; 0 when the
// last one was noted before.
func (s *Store) Said(ctx context.Context, lane bridge.Lane, author, text string, said []bridge.Said, window time.Duration) (others int, err error) {
	last := said[len(said)-1]
	var events []string
	var times []time.Time
	for _, one := range said {
		events, times = append(events, one.Event), append(times, one.At)
	}
	err = s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM msteamssync.sayings WHERE conversation = $1 AND direction = $2 AND author = $3 AND text = $4
			AND noted_at < clock_timestamp() - make_interval(secs => $5)`, lane.Conversation, lane.Direction, author, text, seconds(window)); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `INSERT INTO msteamssync.sayings (conversation, direction, author, text, event, at)
			SELECT $1, $2, $3, $4, e, a FROM unnest($5::text[], $6::timestamptz[]) AS n (e, a) ON CONFLICT DO NOTHING RETURNING event`,
			lane.Conversation, lane.Direction, author, text, events, times)
		noted, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		isNew := false
		for _, event := range noted {
			isNew = isNew || event == last.Event
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM msteamssync.sayings WHERE $7 AND conversation = $1 AND direction = $2 AND author = $3 AND text = $4
			AND event <> $5 AND at >= $6::timestamptz - make_interval(secs => $8)`,
			lane.Conversation, lane.Direction, author, text, last.Event, last.At, isNew, seconds(window)).Scan(&others)
	})
	if err != nil {
		return 0, fmt.Errorf("count what a bot says again: %w", err)
	}
	return others, nil
}
