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

// Predecessor is what the plugin left that had this plugin's id before, without its messages. Columns that came with its
// later versions may be missing.
type Predecessor struct {
	Links         []PredecessorLink
	Accounts      []PredecessorAccount
	Subscriptions []PredecessorSubscription
	Mirrored      []MirroredUser // users that it made to stand for people without an account
	Whitelist     []string       // e-mail addresses and user names of those who might connect, in lower case
	// LastSeen is when the newest message that it carried was last changed; zero when it carried none.
	LastSeen time.Time
}

// PredecessorLink is one of its links. Its own table let several channels be linked with one conversation.
type PredecessorLink struct {
	Channel        bridge.ChannelID
	MattermostTeam string
	Conversation   bridge.Conversation
	Creator        bridge.UserID
	Gone           bool  // the channel does not exist any more
	Archived       bool  // the channel is archived
	LastUsed       int64 // orders the links of one conversation; 0 for the only one
}

// PredecessorAccount is one of its connected accounts, or the row of its bot.
type PredecessorAccount struct {
	User        bridge.UserID
	TeamsUser   bridge.TeamsUserID
	Token       string // sealed in its way; empty for a bot that was disconnected
	ConnectedAt time.Time
	Gone        bool // the user does not exist any more
	Email       string
	DisplayName string
}

// PredecessorSubscription is a subscription that it made and Graph may still have.
type PredecessorSubscription struct {
	GraphID      string
	Conversation bridge.Conversation // ID is empty for one that covers all chats
	Secret       string              // its client state; empty when it was not kept
	ExpiresAt    time.Time
}

// HasPredecessor tells whether the tables of a predecessor are there.
func (s *Store) HasPredecessor(ctx context.Context) (has bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT to_regclass('msteamssync_links') IS NOT NULL AND to_regclass('msteamssync_users') IS NOT NULL
		AND to_regclass('msteamssync_posts') IS NOT NULL`).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for the tables of this plugin's predecessor: %w", err)
	}
	return has, nil
}

// ReadPredecessor reads what there is to take over, except for the messages. bot is the plugin's bot in Mattermost: a
// plugin with the same id has the same one.
func (s *Store) ReadPredecessor(ctx context.Context, bot bridge.UserID) (p Predecessor, err error) {
	for _, part := range []func() error{
		func() error { p.Links, err = s.predecessorLinks(ctx); return err },
		func() error { p.Accounts, err = s.predecessorAccounts(ctx, bot); return err },
		func() error { p.Mirrored, err = s.predecessorMirrored(ctx, bot); return err },
		func() error { p.Subscriptions, err = s.predecessorSubscriptions(ctx); return err },
		func() error { p.Whitelist, err = s.predecessorWhitelist(ctx); return err },
		func() error {
			var last int64
			err := s.pool.QueryRow(ctx, "SELECT coalesce(max(msteamslastupdateat), 0) FROM msteamssync_posts").Scan(&last)
			p.LastSeen = fromEpoch(last)
			return err
		},
	} {
		if err := part(); err != nil {
			return Predecessor{}, fmt.Errorf("read the tables of this plugin's predecessor: %w", err)
		}
	}
	return p, nil
}

func (s *Store) predecessorLinks(ctx context.Context) ([]PredecessorLink, error) {
	rows, _ := s.pool.Query(ctx, `SELECT l.mmchannelid, coalesce(c.teamid, l.mmteamid, ''), coalesce(l.msteamschannelid, ''), coalesce(l.msteamsteamid, ''),
			coalesce(to_jsonb(l) ->> 'creator', ''), c.id IS NULL, coalesce(c.deleteat, 0) > 0,
			CASE WHEN count(*) OVER (PARTITION BY l.msteamschannelid) = 1 THEN 0 ELSE coalesce((SELECT max(r.msteamslastupdateat)
				FROM msteamssync_posts r JOIN posts p ON p.id = r.mmpostid WHERE r.msteamschannelid = l.msteamschannelid AND p.channelid = l.mmchannelid), 0) END
		FROM msteamssync_links l LEFT JOIN channels c ON c.id = l.mmchannelid ORDER BY l.mmchannelid`)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l PredecessorLink, err error) {
		err = row.Scan(&l.Channel, &l.MattermostTeam, &l.Conversation.ID, &l.Conversation.Team, &l.Creator, &l.Gone, &l.Archived, &l.LastUsed)
		return l, err
	})
}

func (s *Store) predecessorAccounts(ctx context.Context, bot bridge.UserID) ([]PredecessorAccount, error) {
	rows, _ := s.pool.Query(ctx, `SELECT r.mmuserid, r.msteamsuserid, coalesce(r.token, ''), coalesce((to_jsonb(r) ->> 'lastconnectat')::bigint, 0) AS connected,
			u.id IS NULL, coalesce(u.email, ''), coalesce(nullif(trim(concat(u.firstname, ' ', u.lastname)), ''), u.username, '')
		FROM msteamssync_users r LEFT JOIN users u ON u.id = r.mmuserid
		WHERE coalesce(r.token, '') <> '' OR r.mmuserid = $1 ORDER BY connected DESC, r.mmuserid, r.msteamsuserid`, bot)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a PredecessorAccount, err error) {
		var connected int64
		err = row.Scan(&a.User, &a.TeamsUser, &a.Token, &connected, &a.Gone, &a.Email, &a.DisplayName)
		a.ConnectedAt = fromEpoch(connected)
		return a, err
	})
}

// predecessorMirrored reads the users that have no token and are remote. Of several for one person the oldest active one counts.
// That somebody is a guest the directory tells later.
func (s *Store) predecessorMirrored(ctx context.Context, bot bridge.UserID) ([]MirroredUser, error) {
	rows, _ := s.pool.Query(ctx, `SELECT DISTINCT ON (r.msteamsuserid) r.msteamsuserid, u.id, coalesce(nullif(trim(concat(u.firstname, ' ', u.lastname)), ''), u.username, ''),
			coalesce(u.email, ''), coalesce(u.deleteat, 0) > 0
		FROM msteamssync_users r JOIN users u ON u.id = r.mmuserid
		WHERE coalesce(r.token, '') = '' AND r.mmuserid <> $1 AND coalesce(r.msteamsuserid, '') <> '' AND coalesce(u.remoteid, '') <> ''
		ORDER BY r.msteamsuserid, coalesce(u.deleteat, 0) > 0, u.createat, u.id`, bot)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m MirroredUser, err error) {
		var inactive bool
		err = row.Scan(&m.TeamsUser, &m.User, &m.DisplayName, &m.Mail, &inactive)
		m.Kind, m.State = MirroredMember, MirroredActive
		if inactive {
			m.State, m.Reason = MirroredInactive, LeftTenant
		}
		return m, err
	})
}

func (s *Store) predecessorSubscriptions(ctx context.Context) ([]PredecessorSubscription, error) {
	if there, err := s.hasTable(ctx, "msteamssync_subscriptions"); err != nil || !there {
		return nil, err
	}
	rows, _ := s.pool.Query(ctx, `SELECT subscriptionid, coalesce(msteamschannelid, ''), coalesce(msteamsteamid, ''), coalesce(secret, ''), coalesce(expireson, 0)
		FROM msteamssync_subscriptions ORDER BY subscriptionid`)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (x PredecessorSubscription, err error) {
		var expires int64
		err = row.Scan(&x.GraphID, &x.Conversation.ID, &x.Conversation.Team, &x.Secret, &expires)
		x.ExpiresAt = fromEpoch(expires)
		return x, err
	})
}

func (s *Store) predecessorWhitelist(ctx context.Context) ([]string, error) {
	if there, err := s.hasTable(ctx, "msteamssync_whitelist"); err != nil || !there {
		return nil, err
	}
	rows, _ := s.pool.Query(ctx, `SELECT DISTINCT lower(coalesce(nullif(u.email, ''), u.username)) FROM msteamssync_whitelist w JOIN users u ON u.id = w.mmuserid ORDER BY 1`)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func (s *Store) hasTable(ctx context.Context, name string) (has bool, err error) {
	err = s.pool.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", name).Scan(&has)
	return has, err
}

// fromEpoch reads a time in microseconds, as the predecessor keeps them, or in milliseconds, as Mattermost does.
func fromEpoch(n int64) time.Time {
	const microseconds = 100_000_000_000_000 // in milliseconds it would be the year 5138
	switch {
	case n <= 0:
		return time.Time{}
	case n >= microseconds:
		return time.UnixMicro(n)
	}
	return time.UnixMilli(n)
}
