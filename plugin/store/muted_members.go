// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Membership is somebody's membership of a channel.
type Membership struct {
	User    bridge.UserID
	Channel bridge.ChannelID
	Notify  map[string]string // notification properties; of a muted one: those of before
}

// Whose narrows a search for memberships. What is empty stands for all.
type Whose struct {
	User    bridge.UserID
	Channel bridge.ChannelID
}

// Preference names a user's preference on the server.
type Preference struct{ Category, Name string }

// wantedMutes are the memberships of linked channels of connected users who read in Teams. $1 to $3 are the preference that
// says so and its value, $4 and $5 the scope. The tables without a schema are the server's.
const wantedMutes = `wanted AS (
	SELECT cm.userid, cm.channelid, coalesce(cm.notifyprops::jsonb, '{}') AS notify FROM preferences p
	JOIN msteamssync.accounts a ON a.user_id = p.userid AND NOT a.bot
	JOIN channelmembers cm ON cm.userid = p.userid
	JOIN msteamssync.links l ON l.channel_id = cm.channelid
	WHERE p.category = $1 AND p.name = $2 AND p.value = $3 AND ($4 = '' OR p.userid = $4) AND ($5 = '' OR cm.channelid = $5))`

// MembershipsToMute returns up to limit memberships that are to be muted and are not: of connected users whose preference has
// the value, in linked channels.
func (s *Store) MembershipsToMute(ctx context.Context, preference Preference, value string, scope Whose, limit int) ([]Membership, error) {
	return s.memberships(ctx, "find memberships to mute", `WITH `+wantedMutes+`
		SELECT w.userid, w.channelid, coalesce(m.former, w.notify) FROM wanted w
		LEFT JOIN msteamssync.muted_members m ON m.user_id = w.userid AND m.channel_id = w.channelid
		WHERE m.user_id IS NULL OR NOT m.applied LIMIT $6`, preference.Category, preference.Name, value, scope.User, scope.Channel, limit)
}

// MembershipsToRestore returns up to limit muted memberships that are not to be muted any more.
func (s *Store) MembershipsToRestore(ctx context.Context, preference Preference, value string, scope Whose, limit int) ([]Membership, error) {
	return s.memberships(ctx, "find memberships to restore", `WITH `+wantedMutes+`
		SELECT m.user_id, m.channel_id, m.former FROM msteamssync.muted_members m
		WHERE ($4 = '' OR m.user_id = $4) AND ($5 = '' OR m.channel_id = $5)
			AND NOT EXISTS (SELECT FROM wanted w WHERE w.userid = m.user_id AND w.channelid = m.channel_id)
		LIMIT $6`, preference.Category, preference.Name, value, scope.User, scope.Channel, limit)
}

func (s *Store) memberships(ctx context.Context, doing, sql string, arguments ...any) ([]Membership, error) {
	rows, _ := s.pool.Query(ctx, sql, arguments...)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Membership])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return found, nil
}

// BeginMute keeps a membership's notification properties before it is muted, unless it has been kept already, and returns what
// is kept.
func (s *Store) BeginMute(ctx context.Context, m Membership) (former map[string]string, err error) {
	err = s.pool.QueryRow(ctx, `INSERT INTO msteamssync.muted_members AS m (user_id, channel_id, former) VALUES ($1, $2, $3)
		ON CONFLICT (user_id, channel_id) DO UPDATE SET former = m.former RETURNING former`, m.User, m.Channel, m.Notify).Scan(&former)
	if err != nil {
		return nil, fmt.Errorf("keep a membership's notifications: %w", err)
	}
	return former, nil
}

// EndMute records that a membership is muted; false when it was restored meanwhile.
func (s *Store) EndMute(ctx context.Context, m Membership) (bool, error) {
	tag, err := s.pool.Exec(ctx, "UPDATE msteamssync.muted_members SET applied = true WHERE user_id = $1 AND channel_id = $2", m.User, m.Channel)
	if err != nil {
		return false, fmt.Errorf("record a muted membership: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// DropMute forgets what a membership had before it was muted.
func (s *Store) DropMute(ctx context.Context, m Membership) error {
	if _, err := s.pool.Exec(ctx, "DELETE FROM msteamssync.muted_members WHERE user_id = $1 AND channel_id = $2", m.User, m.Channel); err != nil {
		return fmt.Errorf("forget a muted membership: %w", err)
	}
	return nil
}

// PreferenceOf reads a user's preference; empty when there is none.
func (s *Store) PreferenceOf(ctx context.Context, user bridge.UserID, preference Preference) (value string, err error) {
	err = s.pool.QueryRow(ctx, "SELECT value FROM preferences WHERE userid = $1 AND category = $2 AND name = $3", user, preference.Category, preference.Name).Scan(&value)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read a preference: %w", err)
	}
	return value, nil
}

// MemberChannels returns those of the channels that the user is a member of.
func (s *Store) MemberChannels(ctx context.Context, user bridge.UserID, channels []bridge.ChannelID) ([]bridge.ChannelID, error) {
	rows, _ := s.pool.Query(ctx, "SELECT channelid FROM channelmembers WHERE userid = $1 AND channelid = ANY ($2)", user, channels)
	found, err := pgx.CollectRows(rows, pgx.RowTo[bridge.ChannelID])
	if err != nil {
		return nil, fmt.Errorf("read somebody's channels: %w", err)
	}
	return found, nil
}
