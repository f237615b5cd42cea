// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Tell records that somebody is being told something, and tells whether it is the first time. It is recorded before it is
// done: a crash in between leaves a person without a notice, not with two.
func (s *Store) Tell(ctx context.Context, subject string) (bool, error) {
	tag, err := s.pool.Exec(ctx, `INSERT INTO msteamssync.notices (subject) VALUES ($1) ON CONFLICT DO NOTHING`, subject)
	if err != nil {
		return false, fmt.Errorf("record a notice: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// Untell takes back that somebody is being told: it failed.
func (s *Store) Untell(ctx context.Context, subject string) error {
	if _, err := s.pool.Exec(ctx, "DELETE FROM msteamssync.notices WHERE subject = $1", subject); err != nil {
		return fmt.Errorf("take a notice back: %w", err)
	}
	return nil
}

// LossNotice is the notice of an account's loss. An account that is connected again has another id.
func LossNotice(account bridge.AccountID) string { return "lost:" + string(account) }

// UntoldLosses lists accounts that were lost within the last day and whose owner was not told.
func (s *Store) UntoldLosses(ctx context.Context) ([]Account, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+accountColumns+` FROM msteamssync.accounts a WHERE state = 'lost' AND lost_at > clock_timestamp() - interval '1 day'
		AND NOT EXISTS (SELECT FROM msteamssync.notices WHERE subject = 'lost:' || a.id) ORDER BY lost_at LIMIT 100`)
	lost, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("look for losses that nobody was told of: %w", err)
	}
	return lost, nil
}
