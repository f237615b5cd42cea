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

// InviteState is what became of an invitation.
type InviteState string

// The states. Pending ones hold a place among the users who may connect.
const (
	InvitePending   InviteState = "pending"
	InviteExpired   InviteState = "expired"
	InviteConnected InviteState = "connected" // the user connected an account
	InviteWithdrawn InviteState = "withdrawn" // by a system admin
)

// Invite is a user's invitation to connect an account.
type Invite struct {
	User      bridge.UserID
	InvitedAt time.Time
	ExpiresAt time.Time
	EndedAt   *time.Time // nil until the user connected or it was withdrawn
	State     InviteState
}

const inviteColumns = `user_id, invited_at, expires_at, ended_at,
	CASE WHEN ended_at IS NOT NULL THEN outcome WHEN expires_at > clock_timestamp() THEN 'pending' ELSE 'expired' END`

// pendingInvite is a condition on invites.
const pendingInvite = "ended_at IS NULL AND expires_at > clock_timestamp()"

// InviteRoom is how many invitations there may be.
type InviteRoom struct {
	Pending int // at a time
	Allowed int // users with an account and pending invitations together
}

// Invite keeps an invitation and tells whether it did. It does not when the user has an account, was invited before or
// mirrors somebody, or when there is no room.
func (s *Store) Invite(ctx context.Context, user bridge.UserID, room InviteRoom, valid time.Duration) (invited bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		// One at a time, connecting included: the places are counted without a race.
		if _, err := tx.Exec(ctx, lockAccounts); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.invites (user_id, expires_at) SELECT $1, clock_timestamp() + make_interval(secs => $4)
			WHERE (SELECT count(*) FROM msteamssync.invites WHERE `+pendingInvite+`) < $2
				AND (SELECT count(*) FROM msteamssync.invites WHERE `+pendingInvite+`) + (SELECT count(*) FROM msteamssync.accounts WHERE NOT bot) < $3
				AND NOT EXISTS (SELECT FROM msteamssync.accounts WHERE NOT bot AND user_id = $1)
				AND NOT EXISTS (SELECT FROM msteamssync.mirrored_users WHERE user_id = $1 AND state <> 'promoted')
			ON CONFLICT (user_id) DO NOTHING`, user, room.Pending, room.Allowed, seconds(valid))
		if invited = err == nil && tag.RowsAffected() == 1; !invited {
			return err
		}
		return audit(ctx, tx, "", "invite", string(user), nil)
	})
	if err != nil {
		return false, fmt.Errorf("keep an invitation: %w", err)
	}
	return invited, nil
}

// Invites lists all invitations, newest first.
func (s *Store) Invites(ctx context.Context) ([]Invite, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+inviteColumns+" FROM msteamssync.invites ORDER BY invited_at DESC, user_id")
	invites, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Invite])
	if err != nil {
		return nil, fmt.Errorf("read the invitations: %w", err)
	}
	return invites, nil
}

// CountInvited counts the pending invitations and the entries of the whitelist.
func (s *Store) CountInvited(ctx context.Context) (pending, whitelisted int, err error) {
	err = s.pool.QueryRow(ctx, "SELECT (SELECT count(*) FROM msteamssync.invites WHERE "+pendingInvite+"), (SELECT count(*) FROM msteamssync.whitelist)").Scan(&pending, &whitelisted)
	if err != nil {
		return 0, 0, fmt.Errorf("count the invitations: %w", err)
	}
	return pending, whitelisted, nil
}

// WithdrawInvite ends a pending invitation: its place is free, and the user is not invited again. One that has ended is
// forgotten, so that the user may be invited again. False when there is none.
func (s *Store) WithdrawInvite(ctx context.Context, by, user bridge.UserID) (found bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, "SELECT "+inviteColumns+" FROM msteamssync.invites WHERE user_id = $1 FOR UPDATE", user)
		invite, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Invite])
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		do, action := "DELETE FROM msteamssync.invites WHERE user_id = $1", "forget-invite"
		if invite.State == InvitePending {
			do, action = "UPDATE msteamssync.invites SET ended_at = clock_timestamp(), outcome = 'withdrawn' WHERE user_id = $1", "withdraw-invite"
		}
		if _, err := tx.Exec(ctx, do, user); err != nil {
			return err
		}
		return audit(ctx, tx, by, action, string(user), nil)
	})
	if err != nil {
		return false, fmt.Errorf("withdraw an invitation: %w", err)
	}
	return found, nil
}

// UndoInvite takes an invitation back that could not be delivered.
func (s *Store) UndoInvite(ctx context.Context, user bridge.UserID) error {
	if _, err := s.pool.Exec(ctx, "DELETE FROM msteamssync.invites WHERE user_id = $1 AND ended_at IS NULL", user); err != nil {
		return fmt.Errorf("take an invitation back: %w", err)
	}
	return nil
}
