// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Whitelist lists who may connect while that is restricted: e-mail addresses and user names in lower case, sorted.
func (s *Store) Whitelist(ctx context.Context) ([]string, error) {
	rows, _ := s.pool.Query(ctx, "SELECT entry FROM msteamssync.whitelist ORDER BY entry")
	entries, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the whitelist: %w", err)
	}
	return entries, nil
}

// OnWhitelist tells whether one of the names, in any case, is on the whitelist.
func (s *Store) OnWhitelist(ctx context.Context, names ...string) (on bool, err error) {
	lower := make([]string, len(names))
	for i, name := range names {
		lower[i] = strings.ToLower(name)
	}
	err = s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM msteamssync.whitelist WHERE entry = ANY ($1))", lower).Scan(&on)
	if err != nil {
		return false, fmt.Errorf("look into the whitelist: %w", err)
	}
	return on, nil
}

// ChangeWhitelist adds an entry or takes it off, and tells whether that changed anything.
func (s *Store) ChangeWhitelist(ctx context.Context, by bridge.UserID, entry string, add bool) (changed bool, err error) {
	entry = strings.ToLower(entry)
	err = s.transact(ctx, func(tx pgx.Tx) error {
		detail := map[string]string{"added": "", "removed": entry}
		do, arguments := "DELETE FROM msteamssync.whitelist WHERE entry = $1", []any{entry}
		if add {
			detail = map[string]string{"added": entry, "removed": ""}
			do, arguments = "INSERT INTO msteamssync.whitelist (entry, added_by) VALUES ($1, $2) ON CONFLICT (entry) DO NOTHING", []any{entry, by}
		}
		tag, err := tx.Exec(ctx, do, arguments...)
		if changed = err == nil && tag.RowsAffected() == 1; !changed {
			return err
		}
		return audit(ctx, tx, by, "set-whitelist", "whitelist", detail)
	})
	if err != nil {
		return false, fmt.Errorf("change the whitelist: %w", err)
	}
	return changed, nil
}

// SetWhitelist replaces the whitelist and records what that changed. Entries are kept in lower case.
func (s *Store) SetWhitelist(ctx context.Context, by bridge.UserID, entries []string) error {
	want := make([]string, 0, len(entries))
	for _, entry := range entries {
		want = append(want, strings.ToLower(entry))
	}
	err := s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, "DELETE FROM msteamssync.whitelist WHERE entry <> ALL ($1) RETURNING entry", want)
		removed, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		rows, _ = tx.Query(ctx, `INSERT INTO msteamssync.whitelist (entry, added_by) SELECT DISTINCT e, $2 FROM unnest($1::text[]) AS e
			ON CONFLICT (entry) DO NOTHING RETURNING entry`, want, by)
		added, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		if len(added)+len(removed) == 0 {
			return nil
		}
		slices.Sort(added)
		slices.Sort(removed)
		return audit(ctx, tx, by, "set-whitelist", "whitelist", map[string]string{"added": strings.Join(added, ","), "removed": strings.Join(removed, ",")})
	})
	if err != nil {
		return fmt.Errorf("replace the whitelist: %w", err)
	}
	return nil
}
