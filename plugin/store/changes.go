// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Agree removes an event of a message of which both sides show what the mapping says.
func (s *Store) Agree(ctx context.Context, lease bridge.Lease, event bridge.Event, mapping bridge.Mapping) error {
	return s.under(ctx, lease, "finish an event that changes nothing", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		busy := sent
		if lease.Direction == bridge.Outbound {
			busy = written
		}
		var agreed bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM msteamssync.message_map m WHERE m.id = $1 AND m.version = $2 AND NOT ("+busy+"))",
			mapping.ID, mapping.Version).Scan(&agreed); err != nil {
			return err
		}
		if !agreed {
			return bridge.ErrChanged
		}
		if lease.Direction == bridge.Outbound {
			return s.finish(ctx, tx, event)
		}
		return remove(ctx, tx, event)
	})
}

// sent tells whether a change of a post is on its way to Teams and may have arrived.
const sent = `EXISTS (SELECT FROM msteamssync.outbox o
	WHERE o.conversation = m.conversation AND o.post_id = m.post_id AND o.kind <> 'create' AND o.state = 'sending')`

// BeginWrite commits that the bridge is about to change the mapping's post.
func (s *Store) BeginWrite(ctx context.Context, lease bridge.Lease, mapping bridge.Mapping, postHash string) error {
	return s.under(ctx, lease, "begin to change a post", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE msteamssync.message_map m SET writing = true, version = version + 1,
				written = CASE WHEN $3 = '' OR $3 = ANY (written) THEN written ELSE array_append(written, $3) END, reactions = $4
			WHERE id = $1 AND version = $2 AND NOT (`+sent+`)`,
			mapping.ID, mapping.Version, postHash, list(mapping.Record.Reactions))
		return changed(tag.RowsAffected(), err)
	})
}

// ConfirmWrite records what both sides show now.
func (s *Store) ConfirmWrite(ctx context.Context, lease bridge.Lease, event bridge.InboundEvent, id bridge.MappingID, r bridge.Record) error {
	return s.under(ctx, lease, "confirm a change of a post", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		if err := record(ctx, tx, id, r, ", writing = false, written = '{}', sent_versions = '[]'"); err != nil {
			return err
		}
		if err := noteEvent(ctx, tx, lease.Lane); err != nil {
			return err
		}
		if err := remove(ctx, tx, event.Event); err != nil {
			return err
		}
		return s.wake(ctx, tx, lease.Conversation, bridge.PostWritten(id))
	})
}

// SendAgain has the post's text sent to Teams again.
func (s *Store) SendAgain(ctx context.Context, lease bridge.Lease, event bridge.InboundEvent, mapping bridge.Mapping) error {
	return s.under(ctx, lease, "send an edit again", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE msteamssync.message_map SET post_hash = $3, version = version + 1 WHERE id = $1 AND version = $2`,
			mapping.ID, mapping.Version, bridge.NeverShown)
		if err := changed(tag.RowsAffected(), err); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.outbox AS o (conversation, post_id, kind, root_id, author_id, source_at, not_before)
			SELECT m.conversation, m.post_id, 'edit', m.root_post_id, '', clock_timestamp(), clock_timestamp()
			FROM msteamssync.message_map m WHERE m.id = $1
			ON CONFLICT (conversation, post_id, kind, subject) DO UPDATE SET generation = o.generation + 1`, mapping.ID); err != nil {
			return err
		}
		if err := remove(ctx, tx, event.Event); err != nil {
			return err
		}
		return s.notifyLane(ctx, tx, bridge.Lane{Conversation: lease.Conversation, Direction: bridge.Outbound}, 0)
	})
}

// CarryAgain forgets the mappings of the event's message and of those replies, and makes the event one of a new message; each reply
// gets an event of its own.
func (s *Store) CarryAgain(ctx context.Context, lease bridge.Lease, event bridge.InboundEvent, id bridge.MappingID, replies []bridge.MappingID) error {
	return s.under(ctx, lease, "carry a message again", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		const anew = `ON CONFLICT (conversation, root, message, change, content_hash) DO UPDATE SET generation = i.generation + 1,
			state = 'pending', attempts = 0, not_before = clock_timestamp()`
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.inbox AS i (conversation, teams_team_id, root, message, change, source_at, not_before)
			SELECT conversation, teams_team_id, root, message, 'created', clock_timestamp(), clock_timestamp() FROM msteamssync.inbox WHERE id = $1
			`+anew, event.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.inbox AS i (conversation, teams_team_id, root, message, change, source_at, not_before)
			SELECT m.conversation, e.teams_team_id, m.root, m.message, 'created', clock_timestamp(), clock_timestamp()
			FROM msteamssync.message_map m, msteamssync.inbox e WHERE e.id = $1 AND m.id = ANY ($2::text[]) AND m.message IS NOT NULL AND m.conversation = $3
			`+anew, event.ID, replies, lease.Conversation); err != nil {
			return err
		}
		for _, condition := range []string{"alias_of = ANY ($1::text[])", "id = ANY ($1::text[])"} {
			if _, err := tx.Exec(ctx, "DELETE FROM msteamssync.message_map WHERE "+condition, append(slices.Clone(replies), id)); err != nil {
				return err
			}
		}
		return remove(ctx, tx, event.Event)
	})
}

// CompleteMapping records what was found out about a mapping that was taken over.
func (s *Store) CompleteMapping(ctx context.Context, lease bridge.Lease, m bridge.Mapping) error {
	return s.under(ctx, lease, "complete a mapping", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `WITH holder AS (SELECT id FROM msteamssync.message_map WHERE conversation = $3 AND root = $4 AND message = $5 AND part = 0 AND id <> $1)
			UPDATE msteamssync.message_map SET seen_at = NULL, version = version + 1, sender = $6, teams_hash = $7, reactions = $8,
				alias_of = (SELECT id FROM holder), root = CASE WHEN EXISTS (SELECT FROM holder) THEN root ELSE $4 END,
				message = CASE WHEN EXISTS (SELECT FROM holder) THEN NULL ELSE message END
			WHERE id = $1 AND version = $2 AND seen_at IS NOT NULL`,
			m.ID, m.Version, lease.Conversation, m.Ref.Root, m.Ref.ID, m.Sender, m.Record.TeamsHash, list(m.Record.Reactions))
		return changed(tag.RowsAffected(), err)
	})
}

// written tells whether a post is being changed: whoever said so still has an event of the message, or of a part of it.
const written = `m.writing AND (EXISTS (SELECT FROM msteamssync.inbox i
	WHERE i.conversation = m.conversation AND i.root = m.root AND i.message = m.message AND i.state <> 'dead')
	OR EXISTS (SELECT FROM msteamssync.message_parts p JOIN msteamssync.inbox i
	ON i.conversation = p.conversation AND i.root = p.root AND i.message = p.message WHERE p.mapping = m.id AND i.state <> 'dead'))`

// BeginChange commits that a change is about to be sent to Teams.
func (s *Store) BeginChange(ctx context.Context, lease bridge.Lease, event bridge.OutboundEvent, mapping bridge.Mapping, c bridge.Change, look time.Duration) error {
	return s.under(ctx, lease, "begin to send a change", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		versions := mapping.SentVersions
		if c.Version.TeamsHash != "" {
			versions = append(versions[max(0, len(versions)-keptVersions):len(versions):len(versions)], c.Version)
		}
		tag, err := tx.Exec(ctx, `UPDATE msteamssync.message_map m SET version = version + 1, sent_versions = $3, reactions = $4
			WHERE m.id = $1 AND m.version = $2 AND NOT (`+written+`)`, mapping.ID, mapping.Version, list(versions), list(mapping.Record.Reactions))
		if err := changed(tag.RowsAffected(), err); err != nil {
			return err
		}
		tag, err = tx.Exec(ctx, `UPDATE msteamssync.outbox SET state = 'sending', parked_for = '', attempted_at = clock_timestamp(),
			sender = $2, looks = 0, not_before = clock_timestamp() + make_interval(secs => $3) WHERE id = $1`,
			event.ID, c.Account.TeamsUser, seconds(look))
		if err == nil && tag.RowsAffected() == 0 {
			return bridge.ErrCarried
		}
		return err
	})
}

// keptVersions bounds how many edits that did not come back are remembered.
const keptVersions = 20

// ConfirmChange records what both sides show now.
func (s *Store) ConfirmChange(ctx context.Context, lease bridge.Lease, event bridge.OutboundEvent, id bridge.MappingID, r bridge.Record) error {
	return s.under(ctx, lease, "confirm a change", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		if err := record(ctx, tx, id, r, ""); err != nil {
			return err
		}
		if err := noteEvent(ctx, tx, lease.Lane); err != nil {
			return err
		}
		// Repeated meanwhile: there is a newer state to carry.
		if _, err := tx.Exec(ctx, `UPDATE msteamssync.outbox SET state = 'pending', attempts = 0, attempted_at = NULL, not_before = clock_timestamp()
			WHERE id = $1 AND generation <> $2`, event.ID, event.Generation); err != nil {
			return err
		}
		return s.finish(ctx, tx, event.Event)
	})
}

// MappingsOfPosts finds the mappings of the posts.
func (s *Store) MappingsOfPosts(ctx context.Context, posts []bridge.PostID) (map[bridge.PostID]bridge.Mapping, error) {
	found, err := findMappings(ctx, s.pool, "k.post_id = ANY ($1) AND k.part = 0", posts)
	if err != nil {
		return nil, err
	}
	mappings := map[bridge.PostID]bridge.Mapping{}
	for _, m := range found {
		mappings[m.Post] = m
	}
	return mappings, nil
}

func record(ctx context.Context, tx pgx.Tx, id bridge.MappingID, r bridge.Record, more string) error {
	_, err := tx.Exec(ctx, `UPDATE msteamssync.message_map SET teams_hash = $2, teams_form = $3, post_hash = $4, deleted = $5, reactions = $6, files = $7,
		rest_hash = $8, version = version + 1`+more+` WHERE id = $1`, id, r.TeamsHash, r.TeamsForm, r.PostHash, r.Deleted, list(r.Reactions), filesOf(r), r.RestHash)
	return err
}

// filesOf keeps apart that no files are shown and that it is not known which.
func filesOf(r bridge.Record) any {
	if r.Files == nil {
		return nil
	}
	return r.Files
}

// list makes an empty list of none: JSON knows both.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// listOrNull is list, but NULL for nil.
func listOrNull[T any](items []T) any {
	if items == nil {
		return nil
	}
	return items
}

func changed(rows int64, err error) error {
	if err == nil && rows == 0 {
		return bridge.ErrChanged
	}
	return err
}

// finish removes an event. What waited for a change to be on its way no longer waits for this one.
func (s *Store) finish(ctx context.Context, tx pgx.Tx, event bridge.Event) error {
	if err := s.settled(ctx, tx, event); err != nil {
		return err
	}
	return remove(ctx, tx, event)
}

// settled wakes who waits until nothing changes the event's post in Teams, or, of an inbound event, the event's message in
// Mattermost, for the case that the event is the last that did. The caller holds the conversation.
func (s *Store) settled(ctx context.Context, tx pgx.Tx, event bridge.Event) error {
	var target bridge.Target
	if event.Lane.Direction == bridge.Outbound {
		if event.Kind == bridge.Create {
			return nil
		}
		var post bridge.PostID
		if err := tx.QueryRow(ctx, "SELECT coalesce((SELECT post_id FROM msteamssync.outbox WHERE id = $1), '')", event.ID).Scan(&post); err != nil {
			return err
		}
		target = bridge.PostSettled(post)
	} else {
		var id bridge.MappingID
		if err := tx.QueryRow(ctx, `WITH ended AS (UPDATE msteamssync.message_map m SET writing = false FROM msteamssync.inbox i
				WHERE i.id = $1 AND m.writing AND m.conversation = i.conversation AND m.root = i.root AND m.message = i.message RETURNING m.id)
			SELECT coalesce((SELECT id FROM ended), '')`, event.ID).Scan(&id); err != nil || id == "" {
			return err
		}
		target = bridge.PostWritten(id)
	}
	return s.wake(ctx, tx, event.Lane.Conversation, target)
}
