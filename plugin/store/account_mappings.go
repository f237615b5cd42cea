// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// AccountMapping is a pair of a Mattermost user and a Teams account that a system admin approved.
type AccountMapping struct {
	User      bridge.UserID
	TeamsUser bridge.TeamsUserID
	UPN       string // user principal name when the pair was approved
	Creator   bridge.UserID
	CreatedAt time.Time
}

// MappingTaken says that the Teams account is approved for another user already.
type MappingTaken struct{ Holder AccountMapping }

// Error implements error.
func (e *MappingTaken) Error() string {
	return fmt.Sprintf("the Microsoft Teams account %s is approved for the Mattermost user %s already", e.Holder.UPN, e.Holder.User)
}

const mappingColumns = "user_id, teams_user_id, user_principal_name, creator_id, created_at"

// AccountMappings lists the approved pairs, oldest first.
func (s *Store) AccountMappings(ctx context.Context) ([]AccountMapping, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+mappingColumns+" FROM msteamssync.account_mappings ORDER BY created_at, user_id")
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AccountMapping])
	if err != nil {
		return nil, fmt.Errorf("read the approved accounts: %w", err)
	}
	return all, nil
}

// MappingOfUser finds the Teams account that is approved for a user.
func (s *Store) MappingOfUser(ctx context.Context, user bridge.UserID) (AccountMapping, bool, error) {
	return findApproved(ctx, s.pool, "user_id = $1", user)
}

// MappingOfTeamsUser finds the user for whom a Teams account is approved.
func (s *Store) MappingOfTeamsUser(ctx context.Context, user bridge.TeamsUserID) (AccountMapping, bool, error) {
	return findApproved(ctx, s.pool, "teams_user_id = $1", user)
}

// PutMapping approves a pair, in place of the user's earlier one. It fails with *MappingTaken.
func (s *Store) PutMapping(ctx context.Context, m AccountMapping) (kept AccountMapping, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		// One at a time, so that the holder is named without a race.
		if _, err := tx.Exec(ctx, "LOCK TABLE msteamssync.account_mappings IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return err
		}
		holder, found, err := findApproved(ctx, tx, "teams_user_id = $1", m.TeamsUser)
		switch {
		case err != nil:
			return err
		case found && holder.User != m.User:
			return &MappingTaken{Holder: holder}
		case found && holder.UPN == m.UPN:
			kept = holder
			return nil
		}
		rows, _ := tx.Query(ctx, `INSERT INTO msteamssync.account_mappings (user_id, teams_user_id, user_principal_name, creator_id) VALUES ($1, $2, $3, $4)
			ON CONFLICT (user_id) DO UPDATE SET teams_user_id = excluded.teams_user_id, user_principal_name = excluded.user_principal_name,
				creator_id = excluded.creator_id, created_at = clock_timestamp() RETURNING `+mappingColumns, m.User, m.TeamsUser, m.UPN, m.Creator)
		if kept, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[AccountMapping]); err != nil {
			return err
		}
		return audit(ctx, tx, m.Creator, "approve-account", string(m.User), map[string]string{"teams_user": string(m.TeamsUser), "user_principal_name": m.UPN})
	})
	if _, taken := errors.AsType[*MappingTaken](err); taken || err == nil {
		return kept, err
	}
	return AccountMapping{}, fmt.Errorf("approve the account of user %s: %w", m.User, err)
}

// DeleteMapping takes the user's approval back; false when there is none. What is connected stays connected.
func (s *Store) DeleteMapping(ctx context.Context, by, user bridge.UserID) (found bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, "DELETE FROM msteamssync.account_mappings WHERE user_id = $1 RETURNING "+mappingColumns, user)
		m, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[AccountMapping])
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		return audit(ctx, tx, by, "withdraw-account", string(user), map[string]string{"teams_user": string(m.TeamsUser), "user_principal_name": m.UPN})
	})
	if err != nil {
		return false, fmt.Errorf("withdraw the approved account of user %s: %w", user, err)
	}
	return found, nil
}

func findApproved(ctx context.Context, q querier, condition string, arguments ...any) (AccountMapping, bool, error) {
	rows, _ := q.Query(ctx, "SELECT "+mappingColumns+" FROM msteamssync.account_mappings WHERE "+condition, arguments...)
	m, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[AccountMapping])
	if errors.Is(err, pgx.ErrNoRows) {
		return AccountMapping{}, false, nil
	}
	if err != nil {
		return AccountMapping{}, false, fmt.Errorf("find an approved account: %w", err)
	}
	return m, true, nil
}
