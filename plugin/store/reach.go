// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// countsFrom is from how many failed checks in a row on notifications may have been lost. Graph repeats what it could not deliver,
// unless it has put the address down as one that does not answer, which takes it minutes.
const countsFrom = 2

// Reached notes whether the address that Graph notifies could be reached. When it can be again, all conversations may have missed
// something, chats that are not known yet among them, and it returns for how long; 0 otherwise.
func (s *Store) Reached(ctx context.Context, reached bool) (missed time.Duration, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		var failures int
		var away float64
		var since *time.Time
		if err := tx.QueryRow(ctx, `INSERT INTO msteamssync.listening AS l (heard_at) VALUES (clock_timestamp()) ON CONFLICT (one) DO UPDATE SET heard_at = l.heard_at
			RETURNING unreached, coalesce(extract(epoch FROM clock_timestamp() - unreachable_since), 0)::float8, unreachable_since`).Scan(&failures, &away, &since); err != nil {
			return err
		}
		if !reached {
			_, err := tx.Exec(ctx, "UPDATE msteamssync.listening SET unreached = unreached + 1, unreachable_since = coalesce(unreachable_since, clock_timestamp())")
			return err
		}
		if failures == 0 {
			return nil
		}
		if failures >= countsFrom {
			if _, err := wantResync(ctx, tx, "", WantedMissed); err != nil {
				return err
			}
			if err := openGaps(ctx, tx, since); err != nil {
				return err
			}
			missed = max(time.Duration(away*float64(time.Second)), 1)
		}
		_, err := tx.Exec(ctx, "UPDATE msteamssync.listening SET unreached = 0, unreachable_since = NULL")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("note whether Graph's notifications can come: %w", err)
	}
	return missed, nil
}
