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

// OAuthState is a log-in on its way. The hashes are sha256; what they are of is only in the browser.
type OAuthState struct {
	StateHash   []byte
	User        bridge.UserID
	SessionHash []byte
	CookieHash  []byte
	Bot         bool
	Verifier    []byte // sealed
	VerifierKey string
}

// BeginOAuth keeps a log-in for that long, and clears away those that nobody finished.
func (s *Store) BeginOAuth(ctx context.Context, o OAuthState, valid time.Duration) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM msteamssync.oauth_states WHERE expires_at < clock_timestamp()"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO msteamssync.oauth_states (state_hash, user_id, session_hash, cookie_hash, bot, verifier, verifier_key, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8))`,
			o.StateHash, o.User, o.SessionHash, o.CookieHash, o.Bot, o.Verifier, o.VerifierKey, seconds(valid))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the log-in: %w", err)
	}
	return nil
}

// TakeOAuth returns a log-in once; false when it is unknown, used or too old.
func (s *Store) TakeOAuth(ctx context.Context, stateHash []byte) (o OAuthState, found bool, err error) {
	var valid bool
	err = s.pool.QueryRow(ctx, `DELETE FROM msteamssync.oauth_states WHERE state_hash = $1
		RETURNING state_hash, user_id, session_hash, cookie_hash, bot, verifier, verifier_key, expires_at > clock_timestamp()`, stateHash).
		Scan(&o.StateHash, &o.User, &o.SessionHash, &o.CookieHash, &o.Bot, &o.Verifier, &o.VerifierKey, &valid)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !valid {
		return OAuthState{}, false, nil
	}
	if err != nil {
		return OAuthState{}, false, fmt.Errorf("take the log-in: %w", err)
	}
	return o, true, nil
}
