// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"time"
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

// ClaimNotice lets one node tell somebody something, for as long as the lease; false when it is told or another node has it.
// A node that dies in between leaves it to the next: unlike with Tell, whoever is told may then be told twice, never not at all.
func (s *Store) ClaimNotice(ctx context.Context, subject string, lease time.Duration) (bool, error) {
	tag, err := s.pool.Exec(ctx, `INSERT INTO msteamssync.notices (subject, claimed_until) VALUES ($1, clock_timestamp() + make_interval(secs => $2))
		ON CONFLICT (subject) DO UPDATE SET claimed_until = excluded.claimed_until WHERE notices.claimed_until < clock_timestamp()`, subject, seconds(lease))
	if err != nil {
		return false, fmt.Errorf("claim a notice: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// NoteTold records that somebody was told what a node had claimed.
func (s *Store) NoteTold(ctx context.Context, subject string) error {
	if _, err := s.pool.Exec(ctx, "UPDATE msteamssync.notices SET claimed_until = NULL, told_at = clock_timestamp() WHERE subject = $1", subject); err != nil {
		return fmt.Errorf("record a notice: %w", err)
	}
	return nil
}
