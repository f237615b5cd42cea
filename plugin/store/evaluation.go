// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// month is the current one, in UTC as Microsoft counts.
const month = "date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date"

// CountEvaluation adds messages to this month's and returns how many there are now.
func (s *Store) CountEvaluation(ctx context.Context, messages int) (total int, err error) {
	err = s.pool.QueryRow(ctx, `INSERT INTO msteamssync.evaluation AS e (month, messages) VALUES (`+month+`, $1)
		ON CONFLICT (month) DO UPDATE SET messages = e.messages + excluded.messages RETURNING messages`, messages).Scan(&total)
	if err != nil {
		return 0, fmt.Errorf("count messages of the evaluation model: %w", err)
	}
	return total, nil
}

// Evaluation returns how many messages were counted this month and at what percentage of the budget system admins were warned; 0:
// they were not.
func (s *Store) Evaluation(ctx context.Context) (messages, warned int, err error) {
	err = s.pool.QueryRow(ctx, "SELECT messages, warned_percent FROM msteamssync.evaluation WHERE month = "+month).Scan(&messages, &warned)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("read the count of the evaluation model: %w", err)
	}
	return messages, warned, nil
}

// EvaluationWarned records that system admins were warned this month at a percentage of the budget.
func (s *Store) EvaluationWarned(ctx context.Context, percent int) error {
	if _, err := s.pool.Exec(ctx, "UPDATE msteamssync.evaluation SET warned_at = clock_timestamp(), warned_percent = $1 WHERE month = "+month, percent); err != nil {
		return fmt.Errorf("record a warning: %w", err)
	}
	return nil
}
