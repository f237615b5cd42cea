// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// takeOverLock is the advisory lock of the node that takes over; the number is ours alone.
const takeOverLock = 7_305_418_626_043

// TakeOver is how far the predecessor's data was taken over.
type TakeOver struct {
	BeganAt    time.Time
	FinishedAt time.Time // zero while messages are left
	Report     TakeOverReport
}

// TakeOverReport says what was taken over and what could not be.
type TakeOverReport struct {
	Links         int    `json:"links"`
	Accounts      int    `json:"accounts"`
	Bots          int    `json:"bots"`
	MirroredUsers int    `json:"mirrored_users"`
	Subscriptions int    `json:"subscriptions"`
	Whitelist     int    `json:"whitelist"`
	Messages      int    `json:"messages"`
	Copies        int    `json:"copies"` // further posts of a message that has one already
	Left          []Left `json:"left"`
}

// Left is what could not be taken over for one reason.
type Left struct {
	What     string   `json:"what"` // link, account, bot or message
	Reason   string   `json:"reason"`
	Count    int      `json:"count"`
	Examples []string `json:"examples"` // ids, a few of them
}

// mostExamples is how many ids are kept of what was left for one reason.
const mostExamples = 20

// Leave notes that something could not be taken over. An empty id counts only.
func (r *TakeOverReport) Leave(what, reason string, count int, id string) {
	at := slices.IndexFunc(r.Left, func(l Left) bool { return l.What == what && l.Reason == reason })
	if at < 0 {
		at, r.Left = len(r.Left), append(r.Left, Left{What: what, Reason: reason, Examples: []string{}})
	}
	l := &r.Left[at]
	l.Count += count
	if id != "" && len(l.Examples) < mostExamples {
		l.Examples = append(l.Examples, id)
	}
}

// TakeOver returns how far the predecessor's data was taken over; false when that was not begun.
func (s *Store) TakeOver(ctx context.Context) (t TakeOver, begun bool, err error) {
	var finished *time.Time
	err = s.pool.QueryRow(ctx, "SELECT began_at, finished_at, report FROM msteamssync.take_over").Scan(&t.BeganAt, &finished, &t.Report)
	if errors.Is(err, pgx.ErrNoRows) {
		return TakeOver{}, false, nil
	}
	if err != nil {
		return TakeOver{}, false, fmt.Errorf("read how far the take-over is: %w", err)
	}
	t.FinishedAt = orZero(finished)
	return t, true, nil
}

// AsOnlyTakeOver runs f when no other node is taking over, and waits for that. A node that dies lets the next one go on.
func (s *Store) AsOnlyTakeOver(ctx context.Context, f func(context.Context) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("ask for the take-over: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(takeOverLock)); err != nil {
		return fmt.Errorf("wait for another node's take-over: %w", err)
	}
	defer func() {
		if _, err := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(takeOverLock)); err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx)) // the lock goes with the connection
		}
	}()
	return f(ctx)
}

// Taken is what a take-over begins with: everything but the messages.
type Taken struct {
	Links         []bridge.Link
	Accounts      []Account // bots included
	Mirrored      []MirroredUser
	Bots          []bridge.TeamsUserID // that ever were one; what they wrote is never posted
	Subscriptions []PredecessorSubscription
	Whitelist     []string
	Since         time.Time // what happened after that, the predecessor has not carried
	Report        TakeOverReport
}

// BeginTakeOver commits everything but the messages, or nothing. What is in the way of ours stays, and is noted. Of each link a
// record is written, if the context holds a note (see Noting).
func (s *Store) BeginTakeOver(ctx context.Context, t Taken) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		report := t.Report
		report.Left = slices.Clone(report.Left)
		for _, l := range t.Links {
			err := s.insertLink(ctx, tx, l)
			if conflict, ok := errors.AsType[*bridge.LinkConflict](err); ok {
				report.Leave("link", fmt.Sprintf("the channel or the conversation is linked already, by channel %s", conflict.Holder.Channel), 1, string(l.Channel))
				continue
			}
			if err != nil {
				return err
			}
			if err := auditNote(ctx, tx, l.Channel, l.Conversation, map[string]string{"creator": string(l.Creator)}); err != nil {
				return err
			}
			report.Links++
		}
		if err := takeAccounts(ctx, tx, t, &report); err != nil {
			return err
		}
		for _, m := range t.Mirrored {
			tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.mirrored_users (teams_user_id, user_id, display_name, mail, kind, state, reason)
				VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, m.TeamsUser, m.User, m.DisplayName, m.Mail, m.Kind, m.State, m.Reason)
			if err != nil {
				return err
			}
			report.MirroredUsers += int(tag.RowsAffected())
		}
		for _, x := range t.Subscriptions {
			// Graph is told to remove them; until it has, and for a while after, what they deliver is accepted.
			sum := sha256.Sum256([]byte(x.Secret))
			tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.subscriptions (id, conversation, teams_team_id, resource, state, graph_id, secret_hash, expires_at, created_at)
				VALUES ($1, $2, $3, '', 'removing', $4, $5, $6, clock_timestamp() - interval '1 hour') ON CONFLICT DO NOTHING`,
				uuid.NewString(), x.Conversation.ID, x.Conversation.Team, x.GraphID, sum[:], x.ExpiresAt)
			if err != nil {
				return err
			}
			report.Subscriptions += int(tag.RowsAffected())
		}
		tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.whitelist (entry, added_by) SELECT e, '' FROM unnest($1::text[]) AS e ON CONFLICT DO NOTHING`, t.Whitelist)
		if err != nil {
			return err
		}
		report.Whitelist = int(tag.RowsAffected())
		if _, err := tx.Exec(ctx, "INSERT INTO msteamssync.take_over (since, report) VALUES ($1, $2)", t.Since, report); err != nil {
			return err
		}
		if err := audit(ctx, tx, "", "take-over", "predecessor", map[string]string{"links": fmt.Sprint(report.Links), "accounts": fmt.Sprint(report.Accounts), "bots": fmt.Sprint(report.Bots)}); err != nil {
			return err
		}
		return notifyLinks(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("take over links and accounts: %w", err)
	}
	return nil
}

func takeAccounts(ctx context.Context, tx pgx.Tx, t Taken, report *TakeOverReport) error {
	for _, a := range t.Accounts {
		tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.accounts (id, bot, user_id, teams_user_id, display_name, email, user_principal_name, token, token_key, connected_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			a.ID, a.Bot, a.User, a.TeamsUser, a.DisplayName, a.Email, a.UPN, a.Token, a.TokenKey, a.ConnectedAt)
		switch {
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			report.Leave("account", "the user or the Teams account is connected already", 1, string(a.TeamsUser))
		case a.Bot:
			report.Bots++
		default:
			report.Accounts++
		}
	}
	for _, bot := range t.Bots {
		if _, err := tx.Exec(ctx, "INSERT INTO msteamssync.bot_identities (teams_user_id, display_name) VALUES ($1, '') ON CONFLICT DO NOTHING", bot); err != nil {
			return err
		}
	}
	return nil
}
