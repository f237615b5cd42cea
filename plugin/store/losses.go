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

// Usable says whose tokens can be used with some settings.
type Usable struct {
	Keys     []string // ids of the keys that can be opened with
	ClientID string   // the application
}

// usableWith is a condition on accounts whose first two parameters are of Usable.
const usableWith = "(token_key = ANY ($1) AND (client_id = '' OR lower(client_id) = lower($2)))"

// NoteUnusable notes since when tokens cannot be used: the account's, or with an empty id those of all accounts.
func (s *Store) NoteUnusable(ctx context.Context, usable Usable, id bridge.AccountID) error {
	if _, err := s.pool.Exec(ctx, `UPDATE msteamssync.accounts SET unusable_since = clock_timestamp()
		WHERE state = 'connected' AND unusable_since IS NULL AND NOT `+usableWith+" AND ($3 = '' OR id = $3)", usable.Keys, usable.ClientID, id); err != nil {
		return fmt.Errorf("note which accounts cannot be used: %w", err)
	}
	return nil
}

// UsableAgain lists accounts of which it is noted that their tokens cannot be used, although they can.
func (s *Store) UsableAgain(ctx context.Context, usable Usable, limit int) ([]Account, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+accountColumns+" FROM msteamssync.accounts WHERE state = 'connected' AND unusable_since IS NOT NULL AND "+usableWith+
		" ORDER BY id LIMIT $3", usable.Keys, usable.ClientID, limit)
	accounts, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("look for accounts that can be used again: %w", err)
	}
	return accounts, nil
}

// NoteUsable notes that the account's token can be used again. Its owner may then be told of the next loss.
func (s *Store) NoteUsable(ctx context.Context, id bridge.AccountID) error {
	if _, err := s.pool.Exec(ctx, `WITH again AS (UPDATE msteamssync.accounts SET unusable_since = NULL WHERE id = $1 AND state = 'connected' RETURNING id)
		DELETE FROM msteamssync.notices n USING again WHERE n.subject = 'lost:' || again.id`, id); err != nil {
		return fmt.Errorf("note that an account can be used again: %w", err)
	}
	return nil
}

// LossNotice is the notice of an account's loss. An account that is connected again has another id.
func LossNotice(account bridge.AccountID) string { return "lost:" + string(account) }

// UntoldLosses lists accounts whose owners were not told: those that were lost within the last week, and those whose tokens
// cannot be used for as long as patience.
func (s *Store) UntoldLosses(ctx context.Context, patience time.Duration, limit int) ([]Account, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+accountColumns+` FROM msteamssync.accounts a
		WHERE (state = 'lost' AND lost_at > clock_timestamp() - interval '7 days' OR state = 'connected' AND unusable_since <= clock_timestamp() - make_interval(secs => $1))
		AND NOT EXISTS (SELECT FROM msteamssync.notices n WHERE n.subject = 'lost:' || a.id AND (n.claimed_until IS NULL OR n.claimed_until > clock_timestamp()))
		ORDER BY coalesce(lost_at, unusable_since), id LIMIT $2`, seconds(patience), limit)
	lost, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("look for losses that nobody was told of: %w", err)
	}
	return lost, nil
}
