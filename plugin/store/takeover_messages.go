// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Why a message of the predecessor cannot be taken over.
const (
	postGone     = "its post does not exist any more"
	notLinked    = "its Teams channel is not linked"
	otherChannel = "its post is in another channel than the one that is linked"
	mappedBefore = "its post is known already"
)

// takeMessages takes the mappings of the next messages, $3 at most, in the order of conversation and message, so that all
// posts of one message come together.
//
//   - A message's thread is not kept by the predecessor; it follows from the post's. Where that is wrong it is put right
//     when the mapping is needed.
//   - Several posts of one message: one that stands before a deleted one, then the oldest, is the mapping's. The others
//     are its copies.
//   - A post that the predecessor made has a prop that names its bot.
//   - What happened to a post after the predecessor's last sign of life is left for the scan to find, so its text counts
//     as never shown.
const takeMessages = `WITH page AS MATERIALIZED (
		SELECT msteamschannelid AS conversation, msteamspostid AS message FROM msteamssync_posts
		WHERE (msteamschannelid, msteamspostid) > ($1, $2) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $3),
	found AS MATERIALIZED (
		SELECT gen_random_uuid()::text AS id, page.conversation, page.message, r.mmpostid AS post_id, p.channelid AS channel_id, p.rootid AS root_post_id,
			coalesce(l.teams_team_id, '') AS team, coalesce(nullif(above.msteamspostid, page.message), '') AS root,
			p.createat, p.deleteat, p.deleteat > 0 AND p.deleteat <= $4 AS deleted,
			CASE WHEN p.editat > $4 THEN '-' ELSE encode(sha256(convert_to(p.message, 'UTF8')), 'hex') END AS post_hash,
			CASE WHEN jsonb_exists(p.props, 'msteams_sync_' || $5) THEN 'in' ELSE 'out' END AS direction,
			to_timestamp(coalesce(r.msteamslastupdateat, 0) / 1000000.0) AS seen_at,
			CASE WHEN p.id IS NULL THEN $6
				WHEN l.id IS NULL AND page.conversation ~ '@thread\.(tacv2|skype)$' THEN $7
				WHEN l.channel_id <> p.channelid THEN $8
				WHEN EXISTS (SELECT FROM msteamssync.message_map k WHERE k.post_id = r.mmpostid) THEN $9 ELSE '' END AS reason
		FROM page JOIN msteamssync_posts r ON r.msteamschannelid = page.conversation AND r.msteamspostid = page.message
		LEFT JOIN posts p ON p.id = r.mmpostid
		LEFT JOIN msteamssync.links l ON l.conversation = page.conversation
		LEFT JOIN msteamssync_posts above ON above.mmpostid = p.rootid AND p.rootid <> '' AND above.msteamschannelid = page.conversation AND l.teams_team_id <> ''),
	ranked AS MATERIALIZED (
		SELECT f.*, m.id AS known, row_number() OVER w AS rank, first_value(f.id) OVER w AS first
		FROM found f LEFT JOIN msteamssync.message_map m ON m.conversation = f.conversation AND m.root = f.root AND m.message = f.message AND m.part = 0
		WHERE f.reason = ''
		WINDOW w AS (PARTITION BY f.conversation, f.root, f.message ORDER BY f.deleteat > 0, f.createat, f.post_id)),
	taken AS (
		INSERT INTO msteamssync.message_map (id, conversation, teams_team_id, root, message, channel_id, post_id, root_post_id, direction, state,
			alias_of, post_hash, deleted, seen_at, reserved_at, confirmed_at, files)
		SELECT id, conversation, team, root, CASE WHEN known IS NULL AND rank = 1 THEN message END, channel_id, post_id, root_post_id, direction, 'confirmed',
			CASE WHEN known IS NOT NULL THEN known WHEN rank > 1 THEN first END, CASE WHEN deleted THEN '-' ELSE post_hash END, deleted,
			CASE WHEN known IS NULL AND rank = 1 AND NOT deleted THEN seen_at END, to_timestamp(createat / 1000.0), to_timestamp(createat / 1000.0), NULL
		FROM ranked RETURNING alias_of IS NOT NULL AS copy)
	SELECT (SELECT count(*) FROM page), coalesce((SELECT conversation FROM page ORDER BY conversation DESC, message DESC LIMIT 1), ''),
		coalesce((SELECT message FROM page ORDER BY conversation DESC, message DESC LIMIT 1), ''),
		(SELECT count(*) FROM taken WHERE NOT copy), (SELECT count(*) FROM taken WHERE copy),
		coalesce((SELECT jsonb_object_agg(reason, n) FROM (SELECT reason, count(*) AS n FROM found WHERE reason <> '' GROUP BY reason) AS left_behind), '{}')`

// TakeMessages takes over the mappings of the next messages, limit at most, and tells whether there are none left. bot
// is the plugin's bot in Mattermost.
func (s *Store) TakeMessages(ctx context.Context, bot bridge.UserID, limit int) (done bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		var conversation, message string
		var since int64
		var report TakeOverReport
		if err := tx.QueryRow(ctx, "SELECT conversation, message, floor(extract(epoch FROM since) * 1000)::bigint, report FROM msteamssync.take_over WHERE finished_at IS NULL FOR UPDATE").
			Scan(&conversation, &message, &since, &report); err != nil {
			return err
		}
		var page, taken, copies int
		var left map[string]int
		if err := tx.QueryRow(ctx, takeMessages, conversation, message, limit, since, bot, postGone, notLinked, otherChannel, mappedBefore).
			Scan(&page, &conversation, &message, &taken, &copies, &left); err != nil {
			return err
		}
		report.Messages += taken
		report.Copies += copies
		for _, reason := range []string{postGone, notLinked, otherChannel, mappedBefore} {
			if n := left[reason]; n > 0 {
				report.Leave("message", reason, n, "")
			}
		}
		if done = page == 0; done {
			_, err := tx.Exec(ctx, "UPDATE msteamssync.take_over SET finished_at = clock_timestamp()")
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE msteamssync.take_over SET conversation = $1, message = $2, report = $3", conversation, message, report)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take over messages: %w", err)
	}
	return done, nil
}
