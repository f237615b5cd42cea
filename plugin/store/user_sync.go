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

// UserSync is how far the users of the tenant were read.
type UserSync struct {
	Of         string    // application and tenant whose link it is, and the settings that choose among its users
	Link       string    // where Graph goes on; empty: from the beginning
	FullSince  time.Time // when all users began to be read; zero while only changes are
	AskedAt    time.Time
	FinishedAt time.Time // zero before the first run reached the end
	LastError  string
	Changed    int64 // users that runs changed, since the first
}

// UserSync reads how far it came.
func (s *Store) UserSync(ctx context.Context) (u UserSync, err error) {
	var full, asked, finished *time.Time
	err = s.pool.QueryRow(ctx, `SELECT client_id, link, full_since, nullif(asked_at, '-infinity'), finished_at, last_error, changed FROM msteamssync.user_sync`).
		Scan(&u.Of, &u.Link, &full, &asked, &finished, &u.LastError, &u.Changed)
	if err != nil {
		return UserSync{}, fmt.Errorf("read how far the users were read: %w", err)
	}
	if full != nil {
		u.FullSince = *full
	}
	if asked != nil {
		u.AskedAt = *asked
	}
	if finished != nil {
		u.FinishedAt = *finished
	}
	return u, nil
}

// BeginUserSync notes that a run begins and returns how far the last one came; false when one began less than age ago. One
// that did not reach the end is gone on with after a minute, and one that was of something else is not waited for.
func (s *Store) BeginUserSync(ctx context.Context, of string, age time.Duration) (UserSync, bool, error) {
	tag, err := s.pool.Exec(ctx, `UPDATE msteamssync.user_sync SET asked_at = clock_timestamp() WHERE asked_at <= clock_timestamp() - make_interval(secs => $1)
		OR asked_at > coalesce(finished_at, '-infinity') AND asked_at <= clock_timestamp() - interval '50 seconds'
		OR client_id <> $2`, seconds(age), of)
	if err != nil {
		return UserSync{}, false, fmt.Errorf("begin to read the users: %w", err)
	}
	u, err := s.UserSync(ctx)
	return u, tag.RowsAffected() > 0, err
}

// BeginFullUserSync notes that all users are read, from the beginning.
func (s *Store) BeginFullUserSync(ctx context.Context, of string) error {
	if _, err := s.pool.Exec(ctx, "UPDATE msteamssync.user_sync SET client_id = $1, link = '', full_since = clock_timestamp()", of); err != nil {
		return fmt.Errorf("begin to read all users: %w", err)
	}
	return nil
}

// SeeMirrored notes that the directory has these people.
func (s *Store) SeeMirrored(ctx context.Context, users []bridge.TeamsUserID) error {
	if _, err := s.pool.Exec(ctx, "UPDATE msteamssync.mirrored_users SET seen_at = clock_timestamp() WHERE teams_user_id = ANY ($1)", users); err != nil {
		return fmt.Errorf("note who is in the directory: %w", err)
	}
	return nil
}

// UnseenMirrors lists the active mirrored users of the tenant's people whom the directory did not have since all users began
// to be read.
func (s *Store) UnseenMirrors(ctx context.Context) ([]MirroredUser, error) {
	rows, _ := s.pool.Query(ctx, `SELECT `+mirroredColumns+` FROM msteamssync.mirrored_users WHERE state = 'active' AND kind <> 'external'
		AND seen_at < (SELECT full_since FROM msteamssync.user_sync)`)
	list, err := pgx.CollectRows(rows, scanMirrored)
	if err != nil {
		return nil, fmt.Errorf("read who is not in the directory: %w", err)
	}
	return list, nil
}

// AdvanceUserSync keeps where Graph goes on. finished says that there is nothing more for now.
func (s *Store) AdvanceUserSync(ctx context.Context, of, link string, changed int, finished bool) error {
	_, err := s.pool.Exec(ctx, `UPDATE msteamssync.user_sync SET client_id = $1, link = $2, changed = changed + $3, last_error = '',
		finished_at = CASE WHEN $4 THEN clock_timestamp() ELSE finished_at END, full_since = CASE WHEN $4 THEN NULL ELSE full_since END`, of, link, changed, finished)
	if err != nil {
		return fmt.Errorf("keep how far the users were read: %w", err)
	}
	return nil
}

// FailUserSync keeps why a run ended early.
func (s *Store) FailUserSync(ctx context.Context, reason string) error {
	if _, err := s.pool.Exec(ctx, "UPDATE msteamssync.user_sync SET last_error = $1", reason); err != nil {
		return fmt.Errorf("keep why the users were not read: %w", err)
	}
	return nil
}
