// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Depart commits those departures that are neither queued nor mapped yet. A repeated create changes nothing; any other
// repeated kind raises the row's generation, because there is a newer state to carry.
func (s *Store) Depart(ctx context.Context, departures []bridge.Departure, hold time.Duration) (added int, err error) {
	var conversations, posts, kinds, subjects, roots, authors []string
	var times []time.Time
	var found []bool
	lanes := map[bridge.ConversationID]bool{}
	for _, d := range departures {
		lanes[d.Conversation] = true
		conversations = append(conversations, string(d.Conversation))
		posts = append(posts, string(d.Post))
		kinds = append(kinds, string(d.Kind))
		subjects = append(subjects, d.Subject)
		roots = append(roots, string(d.Root))
		authors = append(authors, string(d.Author))
		times = append(times, d.SourceAt)
		found = append(found, d.Found)
	}
	if len(departures) == 0 {
		return 0, nil
	}
	err = s.transact(ctx, func(tx pgx.Tx) error {
		if err := lanesFor(conversations).exec(ctx, tx); err != nil {
			return err
		}
		if slices.Contains(found, true) {
			// Whoever is at work on one of these may have compared before this difference was there.
			if _, err := tx.Exec(ctx, `WITH queued AS (SELECT q.id FROM msteamssync.outbox q
					JOIN unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[]) AS d (c, p, k, s, found)
					ON q.conversation = c AND q.post_id = p AND q.kind = k AND q.subject = s
					WHERE found AND k <> 'create' AND q.state IN ('pending', 'sending')
					ORDER BY q.conversation, q.post_id, q.kind, q.subject FOR UPDATE OF q)
				UPDATE msteamssync.outbox o SET generation = o.generation + 1 FROM queued WHERE o.id = queued.id`,
				conversations, posts, kinds, subjects, found); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.outbox AS o
				(conversation, post_id, kind, subject, root_id, author_id, source_at, not_before)
			SELECT c, p, k, s, r, a, at, clock_timestamp() + make_interval(secs => $8)
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $9::boolean[]) AS d (c, p, k, s, r, a, at, found)
			WHERE (k <> 'create' OR NOT EXISTS (SELECT FROM msteamssync.message_map WHERE post_id = p))
			  AND NOT (found AND EXISTS (SELECT FROM msteamssync.outbox q WHERE q.conversation = c AND q.post_id = p AND q.kind = k AND q.subject = s))
			ORDER BY c, p, k, s
			ON CONFLICT (conversation, post_id, kind, subject) DO UPDATE SET
				generation = o.generation + 1, source_at = excluded.source_at,
				state = CASE o.state WHEN 'dead' THEN 'pending' ELSE o.state END,
				attempts = CASE o.state WHEN 'dead' THEN 0 ELSE o.attempts END,
				outages = CASE o.state WHEN 'dead' THEN 0 ELSE o.outages END,
				failing_since = CASE WHEN o.state <> 'dead' THEN o.failing_since END
			WHERE excluded.kind <> 'create'`,
			conversations, posts, kinds, subjects, roots, authors, times, seconds(hold), found)
		if err != nil {
			return err
		}
		if added = int(tag.RowsAffected()); added == 0 {
			return nil
		}
		for conversation := range lanes {
			if err := s.notifyLane(ctx, tx, bridge.Lane{Conversation: conversation, Direction: bridge.Outbound}, hold); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("write to the outbox: %w", err)
	}
	return added, nil
}

// TakeOutbound returns the events of the lane whose turn it is.
func (s *Store) TakeOutbound(ctx context.Context, lease bridge.Lease, limit int) ([]bridge.OutboundEvent, time.Duration, error) {
	columns := "backfill > 0, post_id, kind, root_id, author_id, subject, attempt_key, coalesce(attempted_at, '-infinity'::timestamptz) = '-infinity', coalesce(attempted_at, now()), sender, looks"
	events, next, err := take(ctx, s, lease, limit, columns, func(e *bridge.OutboundEvent) (*bridge.Event, []any, func()) {
		var never bool
		into := []any{&e.Backfill, &e.Post, &e.Kind, &e.Root, &e.Author, &e.Subject, &e.Attempt, &never, &e.AttemptedAt, &e.Sender, &e.Looks}
		return &e.Event, into, func() {
			if never {
				e.AttemptedAt = time.Time{}
			}
		}
	})
	// Old posts one at a time: what is written meanwhile goes first.
	if i := slices.IndexFunc(events, func(e bridge.OutboundEvent) bool { return e.Backfill }); i >= 0 {
		events = events[:max(i, 1)]
	}
	return events, next, err
}

// OutboundState returns the state of the queued event of this kind.
func (s *Store) OutboundState(ctx context.Context, conversation bridge.ConversationID, post bridge.PostID, kind bridge.Kind) (bridge.State, bool, error) {
	return s.state(ctx, `SELECT state FROM msteamssync.outbox WHERE conversation = $1 AND post_id = $2 AND kind = $3
		ORDER BY state IN ('pending', 'sending') DESC LIMIT 1`, conversation, post, kind)
}

// QueuedReactions lists the subjects of the reactions to the post that are queued and not given up.
func (s *Store) QueuedReactions(ctx context.Context, conversation bridge.ConversationID, post bridge.PostID) ([]string, error) {
	rows, _ := s.pool.Query(ctx, "SELECT subject FROM msteamssync.outbox WHERE conversation = $1 AND post_id = $2 AND kind = $3 AND state <> 'dead'", conversation, post, bridge.React)
	subjects, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the queued reactions: %w", err)
	}
	return subjects, nil
}

// Waiting counts the outbound events of all conversations that are parked for the target.
func (s *Store) Waiting(ctx context.Context, target bridge.Target) (n int, err error) {
	err = s.pool.QueryRow(ctx, "SELECT count(*) FROM msteamssync.outbox WHERE parked_for = $1 AND state = 'parked'", target).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count parked events: %w", err)
	}
	return n, nil
}

// BeginSend commits that a POST is about to be made.
func (s *Store) BeginSend(ctx context.Context, lease bridge.Lease, event bridge.OutboundEvent, send bridge.Send, look time.Duration) (id bridge.MappingID, err error) {
	err = s.under(ctx, lease, "begin a send", func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO msteamssync.message_map AS m
				(id, conversation, teams_team_id, root, channel_id, post_id, root_post_id, direction, state, account_id, sender, attempt_key, post_hash, teams_hash, files)
			VALUES ($1, $2, $3, $11, $4, $5, $6, 'out', 'reserved', $7, $8, $9, $10, $12, $13)
			ON CONFLICT (post_id, part) WHERE post_id IS NOT NULL DO UPDATE SET
				root = excluded.root, account_id = excluded.account_id, sender = excluded.sender, attempt_key = excluded.attempt_key, post_hash = excluded.post_hash,
				teams_hash = excluded.teams_hash, files = excluded.files
			WHERE m.state = 'reserved'
			RETURNING id`,
			send.Mapping, lease.Conversation, send.Team, send.Channel, event.Post, event.Root,
			send.Account.ID, send.Account.TeamsUser, send.Attempt, send.PostHash, send.Root, send.TeamsHash, list(send.Files)).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return bridge.ErrCarried
		}
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE msteamssync.outbox SET state = 'sending', parked_for = '', attempt_key = $2, attempted_at = clock_timestamp(),
			sender = $3, looks = 0, not_before = clock_timestamp() + make_interval(secs => $4) WHERE id = $1`,
			event.ID, send.Attempt, send.Account.TeamsUser, seconds(look))
		if err == nil && tag.RowsAffected() == 0 {
			return bridge.ErrCarried
		}
		return err
	})
	return id, err
}

// ConfirmSend records the message that a send made.
func (s *Store) ConfirmSend(ctx context.Context, lease bridge.Lease, event bridge.OutboundEvent, mapping bridge.MappingID, sent bridge.Sent) error {
	return s.under(ctx, lease, "confirm a send", func(tx pgx.Tx) error {
		if err := noteEvent(ctx, tx, lease.Lane); err != nil {
			return err
		}
		return s.settle(ctx, tx, lease.Conversation, event.ID, mapping, sent)
	})
}

// SettleSend records the message that somebody saw a send make. It needs no lease: that the message exists is a fact.
func (s *Store) SettleSend(ctx context.Context, conversation bridge.ConversationID, send bridge.OpenSend, sent bridge.Sent) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		// The lane's row first: everybody locks it before the conversation.
		if err := noteEvent(ctx, tx, bridge.Lane{Conversation: conversation, Direction: bridge.Outbound}); err != nil {
			return err
		}
		return s.settle(ctx, tx, conversation, send.Event, send.Mapping, sent)
	})
	if err != nil {
		return fmt.Errorf("settle a send: %w", err)
	}
	return nil
}

func (s *Store) settle(ctx context.Context, tx pgx.Tx, conversation bridge.ConversationID, event int64, id bridge.MappingID, sent bridge.Sent) error {
	if err := exclude(ctx, tx, conversation); err != nil {
		return err
	}
	var post bridge.PostID
	var sender bridge.TeamsUserID
	var state bridge.MappingState
	if err := tx.QueryRow(ctx, "SELECT post_id, sender, state FROM msteamssync.message_map WHERE id = $1 FOR UPDATE", id).Scan(&post, &sender, &state); err != nil {
		return fmt.Errorf("read the mapping: %w", err)
	}
	if state != bridge.Confirmed {
		if err := confirmSent(ctx, tx, conversation, id, sent); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM msteamssync.outbox WHERE id = $1", event); err != nil {
		return err
	}
	return s.wake(ctx, tx, conversation, bridge.PostMapped(post), bridge.SettledSendOf(sender),
		bridge.MessageMapped(sent.Ref.Root, sent.Ref.ID))
}

// confirmSent gives a reserved mapping its Teams message. The message's key may be taken: by a tombstone, when Teams
// deleted the message before we knew it, or by a mapping of its own, when the echo was carried as if it were new; then
// this mapping becomes that one's second name.
func confirmSent(ctx context.Context, tx pgx.Tx, conversation bridge.ConversationID, id bridge.MappingID, sent bridge.Sent) error {
	var holder bridge.MappingID
	var state bridge.MappingState
	err := tx.QueryRow(ctx, `SELECT id, state FROM msteamssync.message_map
		WHERE conversation = $1 AND root = $2 AND message = $3 AND part = 0`, conversation, sent.Ref.Root, sent.Ref.ID).Scan(&holder, &state)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return err
	case state == bridge.Tombstone:
		if _, err := tx.Exec(ctx, "DELETE FROM msteamssync.message_map WHERE id = $1", holder); err != nil {
			return err
		}
		// The delete is carried now that it has something to delete.
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.inbox AS i (conversation, teams_team_id, root, message, change, source_at, not_before)
			SELECT conversation, teams_team_id, $2, $3, 'deleted', clock_timestamp(), clock_timestamp() FROM msteamssync.message_map WHERE id = $1
			ON CONFLICT (conversation, root, message, change, content_hash) DO UPDATE SET generation = i.generation + 1`,
			id, sent.Ref.Root, sent.Ref.ID); err != nil {
			return err
		}
	default:
		_, err := tx.Exec(ctx, `UPDATE msteamssync.message_map SET state = 'confirmed', alias_of = $2, confirmed_at = clock_timestamp()
			WHERE id = $1`, id, holder)
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE msteamssync.message_map SET state = 'confirmed', root = $2, message = $3, teams_hash = coalesce(nullif($4, ''), teams_hash),
		teams_form = $5, files = coalesce($6, files), confirmed_at = clock_timestamp() WHERE id = $1`, id, sent.Ref.Root, sent.Ref.ID, sent.TeamsHash, sent.TeamsForm, listOrNull(sent.Files))
	return err
}

// LookAgain puts the next look off.
func (s *Store) LookAgain(ctx context.Context, lease bridge.Lease, event bridge.OutboundEvent, after time.Duration, look bridge.Look) error {
	counts := map[bridge.Look][3]int{bridge.LookedInVain: {1, 0, 0}, bridge.LookFailed: {0, 1, 0}, bridge.LookHindered: {0, 0, 1}}[look]
	return s.under(ctx, lease, "put a look off", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE msteamssync.outbox SET looks = looks + $3, attempts = attempts + $4, outages = outages + $5,
			failing_since = CASE WHEN $5 > 0 THEN coalesce(failing_since, clock_timestamp()) ELSE failing_since END, not_before = clock_timestamp() + make_interval(secs => $2) WHERE id = $1 AND state = 'sending'`, event.ID, seconds(after), counts[0], counts[1], counts[2])
		return err
	})
}

// Unsent records that a send did not happen.
func (s *Store) Unsent(ctx context.Context, lease bridge.Lease, event bridge.OutboundEvent, after time.Duration, counts bridge.Count, reason string) error {
	return s.under(ctx, lease, "take a send back", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		if err := putBack(ctx, tx, event.Event, "state = 'sending'", after, counts, reason); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE msteamssync.outbox SET attempted_at = NULL WHERE id = $1", event.ID); err != nil {
			return err
		}
		return s.wake(ctx, tx, lease.Conversation, bridge.SettledSendOf(event.Sender))
	})
}

// OpenSends lists the sends in flight of a Teams user in a conversation.
func (s *Store) OpenSends(ctx context.Context, conversation bridge.ConversationID, sender bridge.TeamsUserID) ([]bridge.OpenSend, error) {
	rows, _ := s.pool.Query(ctx, `SELECT o.id, o.attempt_key, m.id, o.post_id, o.author_id, m.files FROM msteamssync.outbox o
		JOIN msteamssync.message_map m ON m.post_id = o.post_id AND m.part = 0
		WHERE o.conversation = $1 AND o.sender = $2 AND o.state = 'sending' AND o.kind = 'create' ORDER BY o.id`, conversation, sender)
	sends, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o bridge.OpenSend, err error) {
		err = row.Scan(&o.Event, &o.Attempt, &o.Mapping, &o.Post, &o.Author, &o.Files)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for sends in flight: %w", err)
	}
	return sends, nil
}

// SendOf finds a send by its attempt key.
func (s *Store) SendOf(ctx context.Context, conversation bridge.ConversationID, attempt bridge.AttemptKey) (k bridge.KnownSend, found bool, err error) {
	var confirmed *time.Time
	err = s.pool.QueryRow(ctx, `SELECT coalesce(o.id, 0), m.attempt_key, m.id, m.post_id, coalesce(o.author_id, ''), m.files, m.sender, m.state, m.confirmed_at
		FROM msteamssync.message_map m LEFT JOIN msteamssync.outbox o ON o.conversation = m.conversation AND o.post_id = m.post_id AND o.kind = 'create'
		WHERE m.attempt_key = $2 AND m.attempt_key <> '' AND m.conversation = $1 AND m.direction = 'out' AND m.post_id IS NOT NULL AND m.part = 0`, conversation, attempt).
		Scan(&k.Event, &k.Attempt, &k.Mapping, &k.Post, &k.Author, &k.Files, &k.Sender, &k.State, &confirmed)
	if errors.Is(err, pgx.ErrNoRows) {
		return bridge.KnownSend{}, false, nil
	}
	if err != nil {
		return bridge.KnownSend{}, false, fmt.Errorf("look for a send: %w", err)
	}
	k.ConfirmedAt = orZero(confirmed)
	return k, true, nil
}

// WakeAccount makes events due that wait for an account.
func (s *Store) WakeAccount(ctx context.Context, user bridge.UserID) error {
	condition, arguments := "parked_for = $1", []any{bridge.AccountConnected(user)}
	if user == "" {
		condition, arguments = "parked_for LIKE 'account:%'", nil
	}
	err := s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `WITH woken AS (
				UPDATE msteamssync.outbox SET state = 'pending', parked_for = '', not_before = clock_timestamp()
				WHERE `+condition+` AND state = 'parked' RETURNING conversation)
			SELECT DISTINCT conversation FROM woken`, arguments...)
		conversations, err := pgx.CollectRows(rows, pgx.RowTo[bridge.ConversationID])
		if err != nil {
			return err
		}
		for _, c := range conversations {
			if err := s.notifyLane(ctx, tx, bridge.Lane{Conversation: c, Direction: bridge.Outbound}, 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("wake what waits for an account: %w", err)
	}
	return nil
}

// SkipPost records that the post is not to be carried, and removes the event.
func (s *Store) SkipPost(ctx context.Context, lease bridge.Lease, event bridge.OutboundEvent, channel bridge.ChannelID) error {
	return s.under(ctx, lease, "leave a post out", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.message_map AS m
				(id, conversation, teams_team_id, channel_id, post_id, root_post_id, direction, state)
			VALUES ($1, $2, '', $3, $4, $5, 'out', 'tombstone')
			ON CONFLICT (post_id, part) WHERE post_id IS NOT NULL DO UPDATE SET state = 'tombstone' WHERE m.state = 'reserved'`,
			uuid.NewString(), lease.Conversation, channel, event.Post, event.Root); err != nil {
			return err
		}
		if err := remove(ctx, tx, event.Event); err != nil {
			return err
		}
		return s.wake(ctx, tx, lease.Conversation, bridge.PostMapped(event.Post))
	})
}
