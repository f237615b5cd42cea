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

// Chat is a chat of Teams as it was last seen.
type Chat struct {
	Conversation bridge.ConversationID
	Kind         string // oneOnOne, group or meeting
	Topic        string
	Members      []bridge.TeamsUserID
	OwnChannel   bool   // shown in a private channel that was made for it
	NotCarried   string // why it has no link although it concerns people here, for them
}

const chatColumns = "conversation, kind, topic, members, own_channel, not_carried"

func scanChat(row pgx.CollectableRow) (c Chat, err error) {
	err = row.Scan(&c.Conversation, &c.Kind, &c.Topic, &c.Members, &c.OwnChannel, &c.NotCarried)
	return c, err
}

// KeepChat records how a chat was seen. It tells whether its people are to be told why it is not carried: once for each
// reason.
func (s *Store) KeepChat(ctx context.Context, c Chat) (tell bool, err error) {
	if c.Members == nil {
		c.Members = []bridge.TeamsUserID{}
	}
	err = s.pool.QueryRow(ctx, `WITH before AS (SELECT not_carried FROM msteamssync.chats WHERE conversation = $1)
		INSERT INTO msteamssync.chats AS c (`+chatColumns+`, told_at) VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $6 <> '' THEN clock_timestamp() END)
		ON CONFLICT (conversation) DO UPDATE SET kind = excluded.kind, topic = excluded.topic, members = excluded.members, own_channel = excluded.own_channel,
			not_carried = excluded.not_carried, seen_at = clock_timestamp(),
			told_at = CASE WHEN excluded.not_carried = '' THEN NULL WHEN c.not_carried = excluded.not_carried THEN c.told_at ELSE clock_timestamp() END
		RETURNING $6 <> '' AND $6 IS DISTINCT FROM (SELECT not_carried FROM before)`,
		c.Conversation, c.Kind, c.Topic, c.Members, c.OwnChannel, c.NotCarried).Scan(&tell)
	if err != nil {
		return false, fmt.Errorf("keep a chat: %w", err)
	}
	return tell, nil
}

// Chats returns the chats that are known, by their ids.
func (s *Store) Chats(ctx context.Context) (map[bridge.ConversationID]Chat, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+chatColumns+" FROM msteamssync.chats")
	list, err := pgx.CollectRows(rows, scanChat)
	if err != nil {
		return nil, fmt.Errorf("read the chats: %w", err)
	}
	chats := make(map[bridge.ConversationID]Chat, len(list))
	for _, c := range list {
		chats[c.Conversation] = c
	}
	return chats, nil
}

// Chat returns one chat; false when it is not known.
func (s *Store) Chat(ctx context.Context, id bridge.ConversationID) (Chat, bool, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+chatColumns+" FROM msteamssync.chats WHERE conversation = $1", id)
	c, err := pgx.CollectExactlyOneRow(rows, scanChat)
	if errors.Is(err, pgx.ErrNoRows) {
		return Chat{}, false, nil
	}
	if err != nil {
		return Chat{}, false, fmt.Errorf("find a chat: %w", err)
	}
	return c, true, nil
}

// ChatAttempt tells when a group chat was last asked for, and how often it was looked for in vain since; false when never.
func (s *Store) ChatAttempt(ctx context.Context, channel bridge.ChannelID) (at time.Time, looks int, found bool, err error) {
	err = s.pool.QueryRow(ctx, "SELECT attempted_at, looks FROM msteamssync.chat_attempts WHERE channel_id = $1", channel).Scan(&at, &looks)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, 0, false, nil
	}
	if err != nil {
		return time.Time{}, 0, false, fmt.Errorf("find the request for a group chat: %w", err)
	}
	return at, looks, true, nil
}

// BeginChat commits that a group chat is about to be asked for.
func (s *Store) BeginChat(ctx context.Context, channel bridge.ChannelID) error {
	return s.chatAttempt(ctx, `INSERT INTO msteamssync.chat_attempts (channel_id, attempted_at) VALUES ($1, clock_timestamp())
		ON CONFLICT (channel_id) DO UPDATE SET attempted_at = excluded.attempted_at, looks = 0`, channel)
}

// LookedForChat records a look in vain.
func (s *Store) LookedForChat(ctx context.Context, channel bridge.ChannelID) error {
	return s.chatAttempt(ctx, "UPDATE msteamssync.chat_attempts SET looks = looks + 1 WHERE channel_id = $1", channel)
}

// EndChat records that nothing is open any more: the chat is known, or the request did not happen.
func (s *Store) EndChat(ctx context.Context, channel bridge.ChannelID) error {
	return s.chatAttempt(ctx, "DELETE FROM msteamssync.chat_attempts WHERE channel_id = $1", channel)
}

func (s *Store) chatAttempt(ctx context.Context, sql string, channel bridge.ChannelID) error {
	if _, err := s.pool.Exec(ctx, sql, channel); err != nil {
		return fmt.Errorf("record the request for a group chat: %w", err)
	}
	return nil
}

// Prompt tells whether a user is to be asked to connect an account, which is then recorded: not more often than every so
// often in a channel.
func (s *Store) Prompt(ctx context.Context, user bridge.UserID, channel bridge.ChannelID, every time.Duration) (bool, error) {
	tag, err := s.pool.Exec(ctx, `INSERT INTO msteamssync.chat_prompts AS p (user_id, channel_id, prompted_at) VALUES ($1, $2, clock_timestamp())
		ON CONFLICT (user_id, channel_id) DO UPDATE SET prompted_at = excluded.prompted_at
		WHERE p.prompted_at <= clock_timestamp() - make_interval(secs => $3)`, user, channel, seconds(every))
	if err != nil {
		return false, fmt.Errorf("record a prompt: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// ConnectedPeople lists the Teams users whose accounts are connected by users, in a stable order.
func (s *Store) ConnectedPeople(ctx context.Context) ([]bridge.TeamsUserID, error) {
	rows, _ := s.pool.Query(ctx, "SELECT teams_user_id FROM msteamssync.accounts WHERE NOT bot ORDER BY connected_at, id")
	people, err := pgx.CollectRows(rows, pgx.RowTo[bridge.TeamsUserID])
	if err != nil {
		return nil, fmt.Errorf("read whose accounts are connected: %w", err)
	}
	return people, nil
}

// MoveLink gives a conversation another channel; its posts are scanned from now on.
func (s *Store) MoveLink(ctx context.Context, conversation bridge.ConversationID, to bridge.ChannelID) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE msteamssync.links SET channel_id = $2 WHERE conversation = $1", conversation, to); err != nil {
			return err
		}
		return notifyLinks(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("move a link: %w", err)
	}
	return nil
}

// ChatsSince returns since when chats are carried, one-to-one ones or others. Whoever asks carries them: without anything known
// it is now.
func (s *Store) ChatsSince(ctx context.Context, direct bool) (since time.Time, err error) {
	err = s.pool.QueryRow(ctx, `INSERT INTO msteamssync.chat_switches AS c (direct) VALUES ($1)
		ON CONFLICT (direct) DO UPDATE SET on_since = c.on_since RETURNING on_since`, direct).Scan(&since)
	if err != nil {
		return time.Time{}, fmt.Errorf("read since when chats are carried: %w", err)
	}
	return since, nil
}

// SwitchChats records whether one-to-one chats and others are carried. Those that are not any more lose their links, with what
// is queued for them. What was carried stays mapped.
func (s *Store) SwitchChats(ctx context.Context, direct, group bool) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM msteamssync.chat_switches WHERE NOT CASE WHEN direct THEN $1::boolean ELSE $2::boolean END", direct, group); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.chat_switches (direct) SELECT d FROM (VALUES (true, $1::boolean), (false, $2::boolean)) AS v (d, carried)
			WHERE carried ON CONFLICT DO NOTHING`, direct, group); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `DELETE FROM msteamssync.links WHERE teams_team_id = '' AND NOT CASE WHEN conversation LIKE '%@thread.%' THEN $2::boolean ELSE $1::boolean END
			RETURNING conversation`, direct, group)
		dropped, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(dropped) == 0 {
			return err
		}
		for _, table := range []string{"inbox", "outbox", "cursors"} {
			if _, err := tx.Exec(ctx, "DELETE FROM msteamssync."+table+" WHERE conversation = ANY ($1)", dropped); err != nil {
				return err
			}
		}
		return notifyLinks(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("switch chats on or off: %w", err)
	}
	return nil
}

// MoveWaiting moves what waits in one lane into another. What is there already stays as it is.
func (s *Store) MoveWaiting(ctx context.Context, waiting, conversation bridge.ConversationID) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if err := lanesFor([]string{string(conversation)}).exec(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM msteamssync.outbox w USING msteamssync.outbox o WHERE w.conversation = $1 AND o.conversation = $2
			AND o.post_id = w.post_id AND o.kind = w.kind AND o.subject = w.subject`, waiting, conversation); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, "UPDATE msteamssync.outbox SET conversation = $2 WHERE conversation = $1", waiting, conversation)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return s.notifyLane(ctx, tx, bridge.Lane{Conversation: conversation, Direction: bridge.Outbound}, 0)
	})
	if err != nil {
		return fmt.Errorf("move waiting posts into the lane of their chat: %w", err)
	}
	return nil
}

// directScan is the name under which the cursor of direct messages without a link is kept.
const directScan = "channel:"

// EnsureDirectScan makes the cursor of the scan of direct messages that have no link, unless there is one.
func (s *Store) EnsureDirectScan(ctx context.Context, from time.Time) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO msteamssync.cursors (conversation, direction, update_at) VALUES ($1, 'out', $2) ON CONFLICT DO NOTHING`, directScan, from.UnixMilli())
	if err != nil {
		return fmt.Errorf("make the cursor of direct messages: %w", err)
	}
	return nil
}

// ForgetDirectScan forgets that cursor.
func (s *Store) ForgetDirectScan(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, "DELETE FROM msteamssync.cursors WHERE conversation = $1", directScan); err != nil {
		return fmt.Errorf("forget the cursor of direct messages: %w", err)
	}
	return nil
}
