// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// statement is one that a transaction consists of.
type statement struct {
	sql       string
	arguments []any
}

func (s statement) exec(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, s.sql, s.arguments...)
	return err
}

// together sends a transaction that needs no answer in between as a whole: one round trip instead of one per statement and
// two more. That is what the ways that every message takes are made of. fill may be called several times.
func together(ctx context.Context, pool *pgxpool.Pool, what string, fill func(*pgx.Batch)) error {
	err := repeatVictims(func() error {
		b := &pgx.Batch{}
		fill(b)
		return pool.SendBatch(ctx, b).Close()
	})
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == leaseLost {
		err = bridge.ErrLeaseLost
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// leaseLost is what the database function hold fails with.
const leaseLost = "MSL01"

func queue(b *pgx.Batch, statements ...statement) {
	for _, s := range statements {
		b.Queue(s.sql, s.arguments...)
	}
}

// holding is hold as a statement; carried notes that an event was carried, as noteEvent does.
func (s *Store) holding(lease bridge.Lease, carried bool) statement {
	return statement{"SELECT msteamssync.hold($1, $2, $3, $4, $5, $6)",
		[]any{lease.Conversation, lease.Direction, s.node, lease.Fence, seconds(lease.For), carried}}
}

// waking makes the events of a queue due that wait for one of the targets. It has a row when there are some. That targets
// are not empty is said because PostgreSQL uses the index of what is parked in a plan that it keeps only then, and plans
// anew each time otherwise.
func (s *Store) waking(lane bridge.Lane, targets []bridge.Target) statement {
	return statement{`WITH woken AS (UPDATE ` + queueOf(lane.Direction) + ` SET state = 'pending', parked_for = '', not_before = least(not_before, clock_timestamp())
			WHERE conversation = $1 AND parked_for = ANY ($2) AND parked_for <> '' AND state IN ('pending', 'parked') RETURNING id)
		SELECT pg_notify($3, $4) FROM woken LIMIT 1`,
		[]any{lane.Conversation, targets, LanesChannel, s.wakeUp(lane, 0)}}
}
