// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Glance tells what is known about messages of a conversation and their roots, and who has a send in flight there.
func (s *Store) Glance(ctx context.Context, conversation bridge.ConversationID, refs []bridge.MessageRef) (bridge.Glance, error) {
	var roots, messages []string
	for _, ref := range refs {
		roots, messages = append(roots, string(ref.Root)), append(messages, string(ref.ID))
		if ref.Root != "" {
			roots, messages = append(roots, ""), append(messages, string(ref.Root))
		}
	}
	var g bridge.Glance
	// A send that is confirmed between the two looks is seen by neither; its mapping is then in the way of the reservation.
	rows, _ := s.pool.Query(ctx, `WITH named AS (
			SELECT id, root, message, alias_of, false AS incomplete FROM msteamssync.message_map
				WHERE conversation = $1 AND (root, message) IN (SELECT * FROM unnest($2::text[], $3::text[]))
			UNION ALL
			SELECT id, root, message, alias_of, true FROM msteamssync.message_map
				WHERE conversation = $1 AND message = ANY ($3::text[]) AND seen_at IS NOT NULL)
		SELECT k.root, coalesce(k.message, ''), m.state, coalesce(nullif(m.root_post_id, ''), m.post_id, ''), k.incomplete
			FROM named k JOIN msteamssync.message_map m ON m.id = coalesce(k.alias_of, k.id)
		UNION ALL
		SELECT NULL, sender, '', '', false FROM msteamssync.outbox WHERE conversation = $1 AND state = 'sending' AND kind = 'create'`,
		conversation, roots, messages)
	var root *bridge.TeamsMessageID
	var name string
	var known bridge.KnownMessage
	_, err := pgx.ForEachRow(rows, []any{&root, &name, &known.State, &known.Thread, &known.Incomplete}, func() error {
		if root == nil {
			g.Sending = append(g.Sending, bridge.TeamsUserID(name))
			return nil
		}
		known.Root, known.ID = *root, bridge.TeamsMessageID(name)
		g.Known = append(g.Known, known)
		return nil
	})
	if err != nil {
		return bridge.Glance{}, fmt.Errorf("look at what is known of messages: %w", err)
	}
	return g, nil
}

// ReserveNew makes the mappings of Teams messages that have none and returns those that it made.
func (s *Store) ReserveNew(ctx context.Context, lease bridge.Lease, mappings []bridge.Mapping) (map[bridge.MappingID]bool, error) {
	var ids, teams, roots, messages, channels, rootPosts, senders, teamsHashes, teamsForms, postHashes []string
	for _, m := range mappings {
		ids, teams, roots, messages = append(ids, string(m.ID)), append(teams, string(m.Ref.Conversation.Team)), append(roots, string(m.Ref.Root)), append(messages, string(m.Ref.ID))
		channels, rootPosts, senders = append(channels, string(m.Channel)), append(rootPosts, string(m.RootPost)), append(senders, string(m.Sender))
		teamsHashes, teamsForms, postHashes = append(teamsHashes, m.Record.TeamsHash), append(teamsForms, m.Record.TeamsForm), append(postHashes, m.Record.PostHash)
	}
	ours := map[bridge.MappingID]bool{}
	err := together(ctx, s.pool, "reserve mappings", func(b *pgx.Batch) {
		clear(ours)
		queue(b, s.holding(lease, false), excluding(lease.Conversation))
		b.Queue(`INSERT INTO msteamssync.message_map
				(conversation, direction, state, id, teams_team_id, root, message, channel_id, root_post_id, sender, teams_hash, teams_form, post_hash)
			SELECT $1, 'in', 'reserved', * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
			ON CONFLICT (conversation, root, message, part) DO NOTHING RETURNING id`,
			lease.Conversation, ids, teams, roots, messages, channels, rootPosts, senders, teamsHashes, teamsForms, postHashes).Query(func(rows pgx.Rows) error {
			var id bridge.MappingID
			_, err := pgx.ForEachRow(rows, []any{&id}, func() error {
				ours[id] = true
				return nil
			})
			return err
		})
	})
	return ours, err
}

// ConfirmPosts records the posts of reserved mappings, removes their events, and wakes what waits for them.
func (s *Store) ConfirmPosts(ctx context.Context, lease bridge.Lease, posts []bridge.Reservation) (woken bool, err error) {
	var ids, postIDs, rootPosts, teamsHashes, teamsForms, postHashes []string
	var events, generations []int64
	var targets []bridge.Target
	for _, p := range posts {
		ids, postIDs, rootPosts = append(ids, string(p.Mapping)), append(postIDs, string(p.Posted.Post)), append(rootPosts, string(p.Posted.RootPost))
		teamsHashes, teamsForms, postHashes = append(teamsHashes, p.Posted.TeamsHash), append(teamsForms, p.Posted.TeamsForm), append(postHashes, p.Posted.PostHash)
		events, generations = append(events, p.Event.ID), append(generations, int64(p.Event.Generation))
		targets = append(targets, bridge.MessageMapped(p.Event.Ref.Root, p.Event.Ref.ID), bridge.PostMapped(p.Posted.Post))
	}
	err = together(ctx, s.pool, "confirm posts", func(b *pgx.Batch) {
		woken = false
		queue(b, s.holding(lease, true), excluding(lease.Conversation))
		// Found by an array, the rows are looked up by their keys whatever size PostgreSQL takes the tables for. A join with the
		// arrays is planned once for each connection, while the tables are small, and reads all of them ever after.
		b.Queue(`UPDATE msteamssync.message_map SET state = 'confirmed', post_id = ($2::text[])[array_position($1::text[], id)],
				root_post_id = ($3::text[])[array_position($1::text[], id)], teams_hash = ($4::text[])[array_position($1::text[], id)],
				teams_form = ($5::text[])[array_position($1::text[], id)], post_hash = ($6::text[])[array_position($1::text[], id)],
				confirmed_at = clock_timestamp()
			WHERE id = ANY ($1::text[]) AND state = 'reserved'`, ids, postIDs, rootPosts, teamsHashes, teamsForms, postHashes)
		b.Queue(`DELETE FROM msteamssync.inbox
			WHERE id = ANY ($1::bigint[]) AND generation = ($2::bigint[])[array_position($1::bigint[], id)]`, events, generations)
		for _, d := range []bridge.Direction{bridge.Inbound, bridge.Outbound} {
			waking := s.waking(bridge.Lane{Conversation: lease.Conversation, Direction: d}, targets)
			b.Queue(waking.sql, waking.arguments...).Query(func(rows pgx.Rows) error {
				woken = rows.Next() || woken
				rows.Close()
				return rows.Err()
			})
		}
	})
	return woken && err == nil, err
}
