// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// settingsLock is the advisory lock under which the versions of the settings change; the number is ours alone.
const settingsLock = 7_305_418_626_043

// SettingsReport is what a node says of its settings, again and again while it works.
type SettingsReport struct {
	Fingerprint string
	// Server is the host that the node runs on; it outlives the node.
	Server string
	// Changed: the settings were taken into use while the node ran, so that nobody has newer ones.
	Changed bool
	// Patience is for how long no node may have had the newest version until an older one takes its place. A node that reports
	// less than every half of it has not watched.
	Patience time.Duration
}

// SettingsStanding is where a node's settings stand.
type SettingsStanding struct {
	Version    int64 // of the node
	Newest     int64
	NewestNode string    // that took the newest into use
	Since      time.Time // when it did
}

// Behind tells whether another node has newer settings.
func (s SettingsStanding) Behind() bool { return s.Version < s.Newest }

// ReportSettings notes which settings this node works with, and tells whether they are the newest. Unknown ones are, and
// those that were changed while the node ran. Older ones become so again when nobody has had the newest for a while, or when
// only this server ever had them: then they were changed back while it was off.
func (s *Store) ReportSettings(ctx context.Context, report SettingsReport) (SettingsStanding, error) {
	var standing SettingsStanding
	err := s.transact(ctx, func(tx pgx.Tx) (err error) {
		if _, err = tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(settingsLock)); err != nil {
			return err
		}
		if standing, err = settingsOf(ctx, tx, report.Fingerprint); err != nil {
			return err
		}
		if standing.Version == 0 || report.Changed && standing.Behind() {
			if standing, err = s.renewSettings(ctx, tx, report.Fingerprint, standing.Newest); err != nil {
				return err
			}
		}
		takesOver, err := s.noteSettings(ctx, tx, report, standing)
		if err != nil || !takesOver {
			return err
		}
		if standing, err = s.renewSettings(ctx, tx, report.Fingerprint, standing.Newest); err != nil {
			return err
		}
		_, err = s.noteSettings(ctx, tx, report, standing)
		return err
	})
	if err != nil {
		return SettingsStanding{}, fmt.Errorf("compare the settings with those of other nodes: %w", err)
	}
	return standing, nil
}

// settingsOf looks settings up; version 0 is unknown.
func settingsOf(ctx context.Context, tx pgx.Tx, fingerprint string) (SettingsStanding, error) {
	var s SettingsStanding
	err := tx.QueryRow(ctx, `SELECT number, node, since, (SELECT coalesce(max(number), 0) FROM msteamssync.settings_versions WHERE fingerprint = $1)
		FROM msteamssync.settings_versions ORDER BY number DESC LIMIT 1`, fingerprint).Scan(&s.Newest, &s.NewestNode, &s.Since, &s.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return SettingsStanding{}, nil
	}
	return s, err
}

// renewSettings makes settings the newest and tells all nodes.
func (s *Store) renewSettings(ctx context.Context, tx pgx.Tx, fingerprint string, newest int64) (SettingsStanding, error) {
	number := newest + 1
	standing := SettingsStanding{Version: number, Newest: number, NewestNode: s.node}
	err := tx.QueryRow(ctx, `INSERT INTO msteamssync.settings_versions (number, fingerprint, node) VALUES ($1, $2, $3) RETURNING since`,
		number, fingerprint, s.node).Scan(&standing.Since)
	if err != nil {
		return SettingsStanding{}, err
	}
	_, err = tx.Exec(ctx, "SELECT pg_notify($1, $2)", SettingsChannel, strconv.FormatInt(number, 10))
	return standing, err
}

// noteSettings records what this node has, and tells whether it may take the place of whoever had the newest.
func (s *Store) noteSettings(ctx context.Context, tx pgx.Tx, report SettingsReport, standing SettingsStanding) (takesOver bool, err error) {
	var first, watched bool
	err = tx.QueryRow(ctx, `INSERT INTO msteamssync.settings_nodes AS n (node, server, version) VALUES ($1, $2, $3)
		ON CONFLICT (node) DO UPDATE SET version = excluded.version, seen_at = excluded.seen_at,
			watching_since = CASE WHEN n.seen_at < clock_timestamp() - make_interval(secs => $4 / 2) THEN excluded.watching_since ELSE n.watching_since END
		RETURNING xmax = 0, watching_since < clock_timestamp() - make_interval(secs => $4)`,
		s.node, report.Server, standing.Version, seconds(report.Patience)).Scan(&first, &watched)
	if err != nil || !standing.Behind() {
		return false, err
	}
	err = tx.QueryRow(ctx, `SELECT
		$2 AND NOT EXISTS (SELECT FROM msteamssync.settings_nodes WHERE version = $1 AND seen_at > clock_timestamp() - make_interval(secs => $3))
		OR $4 AND NOT EXISTS (SELECT FROM msteamssync.settings_nodes WHERE version = $1 AND server <> $5)`,
		standing.Newest, watched, seconds(report.Patience), first, report.Server).Scan(&takesOver)
	return takesOver, err
}
