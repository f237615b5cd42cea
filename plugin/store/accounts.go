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
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Account is a connected Teams account with its sealed token.
type Account struct {
	ID           bridge.AccountID
	Bot          bool
	User         bridge.UserID // of a bot: who connected it
	TeamsUser    bridge.TeamsUserID
	DisplayName  string
	Email        string // mail address, else user principal name, of the Teams account
	UPN          string // user principal name; empty for accounts connected before it was kept
	ClientID     string // application that the token was issued to; empty when it is not known
	Token        []byte // sealed
	TokenKey     string // id of the key that sealed it
	TokenVersion int64
	Lost         bool // Microsoft does not take the token any more
	LostReason   string
	ConnectedAt  time.Time
	LastUsedAt   *time.Time // when a node last took the token out, give or take an hour; nil before that
}

// AccountTaken says that the Teams account belongs to somebody else already.
type AccountTaken struct{ Holder Account }

// Error implements error.
func (e *AccountTaken) Error() string {
	if e.Holder.Bot {
		return "this Microsoft Teams account is connected as a bot"
	}
	return "this Microsoft Teams account is connected by another Mattermost user"
}

// TooManyAccounts says that as many users are connected as may be.
type TooManyAccounts struct{ Allowed int }

// Error implements error.
func (e *TooManyAccounts) Error() string {
	return e.Text().String()
}

// Text says the same in a reader's language.
func (e *TooManyAccounts) Text() texts.Text {
	return texts.New("%d users are connected or invited, which is as many as the setting connectedUsersAllowed permits", e.Allowed)
}

const accountColumns = "id, bot, user_id, teams_user_id, display_name, email, token, token_key, token_version, state = 'lost', lost_reason, connected_at, user_principal_name, client_id, last_used_at"

func scanAccount(row pgx.CollectableRow) (a Account, err error) {
	err = row.Scan(&a.ID, &a.Bot, &a.User, &a.TeamsUser, &a.DisplayName, &a.Email, &a.Token, &a.TokenKey, &a.TokenVersion, &a.Lost, &a.LostReason, &a.ConnectedAt, &a.UPN, &a.ClientID, &a.LastUsedAt)
	return a, err
}

const lockAccounts = "LOCK TABLE msteamssync.accounts IN SHARE ROW EXCLUSIVE MODE"

// ConnectAccount keeps a freshly connected account, in place of the user's earlier one or of the same bot's. allowed
// bounds how many users may be connected or invited. It fails with *AccountTaken and *TooManyAccounts.
func (s *Store) ConnectAccount(ctx context.Context, a Account, allowed int) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		// One at a time: the limit is counted and the holder named without a race.
		if _, err := tx.Exec(ctx, lockAccounts); err != nil {
			return err
		}
		holder, found, err := findAccount(ctx, tx, "teams_user_id = $1", a.TeamsUser)
		if err != nil {
			return err
		}
		if found && (holder.Bot != a.Bot || !a.Bot && holder.User != a.User) {
			return &AccountTaken{Holder: holder}
		}
		if !a.Bot {
			full, err := accountsFull(ctx, tx, a.User, allowed)
			if err != nil {
				return err
			}
			if full {
				return &TooManyAccounts{Allowed: allowed}
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM msteamssync.accounts WHERE teams_user_id = $1 OR (NOT bot AND NOT $2 AND user_id = $3)", a.TeamsUser, a.Bot, a.User); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.accounts (id, bot, user_id, teams_user_id, display_name, email, user_principal_name, token, token_key, client_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, a.ID, a.Bot, a.User, a.TeamsUser, a.DisplayName, a.Email, a.UPN, a.Token, a.TokenKey, a.ClientID); err != nil {
			return err
		}
		if !a.Bot {
			if _, err := tx.Exec(ctx, "UPDATE msteamssync.invites SET ended_at = clock_timestamp(), outcome = 'connected' WHERE user_id = $1 AND ended_at IS NULL", a.User); err != nil {
				return err
			}
		} else {
			if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.bot_identities (teams_user_id, display_name) VALUES ($1, $2)
				ON CONFLICT (teams_user_id) DO UPDATE SET display_name = excluded.display_name`, a.TeamsUser, a.DisplayName); err != nil {
				return err
			}
		}
		if err := notifyPeople(ctx, tx, a.TeamsUser); err != nil {
			return err
		}
		action := "connect"
		if a.Bot {
			action = "connect-bot"
		}
		return audit(ctx, tx, a.User, action, string(a.TeamsUser), map[string]string{"email": a.Email})
	})
	_, taken := errors.AsType[*AccountTaken](err)
	_, tooMany := errors.AsType[*TooManyAccounts](err)
	if err == nil || taken || tooMany {
		return err
	}
	return fmt.Errorf("keep the connected account: %w", err)
}

// AccountsFull tells whether others, those with a pending invitation included, leave the user no place among the allowed ones.
func (s *Store) AccountsFull(ctx context.Context, user bridge.UserID, allowed int) (bool, error) {
	full, err := accountsFull(ctx, s.pool, user, allowed)
	if err != nil {
		return false, fmt.Errorf("count the connected users: %w", err)
	}
	return full, nil
}

func accountsFull(ctx context.Context, q querier, user bridge.UserID, allowed int) (bool, error) {
	rows, _ := q.Query(ctx, `SELECT (SELECT count(*) FROM msteamssync.accounts WHERE NOT bot AND user_id <> $1)
		+ (SELECT count(*) FROM msteamssync.invites WHERE user_id <> $1 AND `+pendingInvite+`) >= $2`, user, allowed)
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}

// Account finds an account by its id.
func (s *Store) Account(ctx context.Context, id bridge.AccountID) (Account, bool, error) {
	return findAccount(ctx, s.pool, "id = $1", id)
}

// AccountOfUser finds the account that a user connected for themselves.
func (s *Store) AccountOfUser(ctx context.Context, user bridge.UserID) (Account, bool, error) {
	return findAccount(ctx, s.pool, "NOT bot AND user_id = $1", user)
}

// AccountOfTeamsUser finds the account of a Teams user, user's or bot's.
func (s *Store) AccountOfTeamsUser(ctx context.Context, user bridge.TeamsUserID) (Account, bool, error) {
	return findAccount(ctx, s.pool, "teams_user_id = $1", user)
}

// BotAccounts lists the bots, lost ones included, in the order in which they were connected.
func (s *Store) BotAccounts(ctx context.Context) ([]Account, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+accountColumns+" FROM msteamssync.accounts WHERE bot ORDER BY connected_at, id")
	bots, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("read the bots: %w", err)
	}
	return bots, nil
}

// UserAccounts lists the users' accounts, lost ones included, in the order in which they were connected, from an offset on.
// total counts all of them.
func (s *Store) UserAccounts(ctx context.Context, offset, limit int) (accounts []Account, total int, err error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+accountColumns+" FROM msteamssync.accounts WHERE NOT bot ORDER BY connected_at, id OFFSET $1 LIMIT $2", offset, limit)
	if accounts, err = pgx.CollectRows(rows, scanAccount); err == nil {
		err = s.pool.QueryRow(ctx, "SELECT count(*) FROM msteamssync.accounts WHERE NOT bot").Scan(&total)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("list the accounts: %w", err)
	}
	return accounts, total, nil
}

// NoteUse notes that the account's token was taken out.
func (s *Store) NoteUse(ctx context.Context, id bridge.AccountID) error {
	_, err := s.changeAccount(ctx, "note that an account is used", "UPDATE msteamssync.accounts SET last_used_at = clock_timestamp() WHERE id = $1", id)
	return err
}

// accountWorks is a condition on accounts.
const accountWorks = "(state = 'connected' AND unusable_since IS NULL)"

// CountAccounts counts the users' accounts: those that work, and those that were lost or cannot be used.
func (s *Store) CountAccounts(ctx context.Context) (connected, lost int, err error) {
	err = s.pool.QueryRow(ctx, `SELECT count(*) FILTER (WHERE `+accountWorks+`), count(*) FILTER (WHERE NOT `+accountWorks+`)
		FROM msteamssync.accounts WHERE NOT bot`).Scan(&connected, &lost)
	if err != nil {
		return 0, 0, fmt.Errorf("count the accounts: %w", err)
	}
	return connected, lost, nil
}

// AccountsByState counts the accounts: by "user" or "bot", then by "connected" or "lost".
func (s *Store) AccountsByState(ctx context.Context) (map[[2]string]int, error) {
	rows, _ := s.pool.Query(ctx, "SELECT CASE WHEN bot THEN 'bot' ELSE 'user' END, CASE WHEN "+accountWorks+" THEN 'connected' ELSE 'lost' END, count(*) FROM msteamssync.accounts GROUP BY 1, 2")
	counts := map[[2]string]int{}
	var kind, state string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&kind, &state, &n}, func() error {
		counts[[2]string{kind, state}] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count the accounts: %w", err)
	}
	return counts, nil
}

// WasBot tells whether the Teams user is or ever was a bot of ours.
func (s *Store) WasBot(ctx context.Context, user bridge.TeamsUserID) (was bool, err error) {
	err = s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM msteamssync.bot_identities WHERE teams_user_id = $1)", user).Scan(&was)
	if err != nil {
		return false, fmt.Errorf("look for a bot: %w", err)
	}
	return was, nil
}

// RefreshAccount replaces the token, unless somebody else has replaced that version meanwhile: then it says false.
func (s *Store) RefreshAccount(ctx context.Context, id bridge.AccountID, version int64, token []byte, key, clientID string) (bool, error) {
	return s.changeAccount(ctx, "keep a refreshed token", `UPDATE msteamssync.accounts SET token = $3, token_key = $4, client_id = $5, token_version = token_version + 1
		WHERE id = $1 AND token_version = $2`, id, version, token, key, clientID)
}

// LoseAccount records that Microsoft does not take that version of the token any more; false when there is a newer one
// or it was recorded before.
func (s *Store) LoseAccount(ctx context.Context, id bridge.AccountID, version int64, reason string) (bool, error) {
	return s.changeAccount(ctx, "record a lost account", `UPDATE msteamssync.accounts SET state = 'lost', lost_reason = $3, lost_at = clock_timestamp()
		WHERE id = $1 AND token_version = $2 AND state = 'connected'`, id, version, reason)
}

func (s *Store) changeAccount(ctx context.Context, doing, sql string, arguments ...any) (bool, error) {
	tag, err := s.pool.Exec(ctx, sql, arguments...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", doing, err)
	}
	return tag.RowsAffected() > 0, nil
}

// DeactivatedUsers lists the users with an account of their own whom the server has deactivated or does not have any more.
func (s *Store) DeactivatedUsers(ctx context.Context) ([]bridge.UserID, error) {
	rows, _ := s.pool.Query(ctx, `SELECT a.user_id FROM msteamssync.accounts a LEFT JOIN users u ON u.id = a.user_id
		WHERE NOT a.bot AND (u.id IS NULL OR u.deleteat <> 0) ORDER BY a.user_id`)
	users, err := pgx.CollectRows(rows, pgx.RowTo[bridge.UserID])
	if err != nil {
		return nil, fmt.Errorf("list the deactivated users with an account: %w", err)
	}
	return users, nil
}

// DisconnectAccount deletes the account and its token; false when there is none. That a bot was one is remembered. The audit
// record names the user where somebody else did it.
func (s *Store) DisconnectAccount(ctx context.Context, by bridge.UserID, id bridge.AccountID) (a Account, found bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, "DELETE FROM msteamssync.accounts WHERE id = $1 RETURNING "+accountColumns, id)
		a, err = pgx.CollectExactlyOneRow(rows, scanAccount)
		if found = !errors.Is(err, pgx.ErrNoRows); err != nil {
			if !found {
				return nil
			}
			return err
		}
		if err := notifyPeople(ctx, tx, a.TeamsUser); err != nil {
			return err
		}
		action, detail := "disconnect", map[string]string{"email": a.Email}
		if a.Bot {
			action = "disconnect-bot"
		} else if by != a.User {
			detail["user"] = string(a.User)
		}
		return audit(ctx, tx, by, action, string(a.TeamsUser), detail)
	})
	if err != nil {
		return Account{}, false, fmt.Errorf("disconnect the account: %w", err)
	}
	return a, found, nil
}

func findAccount(ctx context.Context, q querier, condition string, arguments ...any) (Account, bool, error) {
	rows, _ := q.Query(ctx, "SELECT "+accountColumns+" FROM msteamssync.accounts WHERE "+condition, arguments...)
	a, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, false, nil
	}
	if err != nil {
		return Account{}, false, fmt.Errorf("find an account: %w", err)
	}
	return a, true, nil
}
