// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// queueOf is the table that holds a direction's events.
func queueOf(d bridge.Direction) string {
	if d == bridge.Inbound {
		return "msteamssync.inbox"
	}
	return "msteamssync.outbox"
}

// due selects the events whose time has come.
const due = "state <> 'dead' AND not_before <= clock_timestamp()"

// lanesFor makes sure that the conversations have lanes.
func lanesFor(conversations []string) statement {
	return statement{`INSERT INTO msteamssync.lanes (conversation, direction)
		SELECT c, d FROM unnest($1::text[]) c, unnest('{in,out}'::text[]) d ORDER BY 1, 2 ON CONFLICT DO NOTHING`, []any{conversations}}
}

// Claim leases the lane if it has a due event and no other node has it.
func (s *Store) Claim(ctx context.Context, lane bridge.Lane, lease time.Duration) (bridge.Lease, bool, error) {
	l := bridge.Lease{Lane: lane, For: lease}
	err := s.pool.QueryRow(ctx, `WITH before AS (SELECT holder FROM msteamssync.lanes WHERE conversation = $1 AND direction = $2)
		UPDATE msteamssync.lanes SET holder = $3, fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => $4)
		WHERE conversation = $1 AND direction = $2 AND (holder = '' OR lease_until < clock_timestamp())
		  AND EXISTS (SELECT FROM `+queueOf(lane.Direction)+` WHERE conversation = $1 AND `+due+`)
		RETURNING fence, (SELECT holder FROM before) <> ''`,
		lane.Conversation, lane.Direction, s.node, seconds(lease)).Scan(&l.Fence, &l.TookOver)
	if errors.Is(err, pgx.ErrNoRows) {
		return bridge.Lease{}, false, nil
	}
	if err != nil {
		return bridge.Lease{}, false, fmt.Errorf("claim a lane: %w", err)
	}
	return l, true, nil
}

// DueIn tells after what time an event of a lane that nobody has may be due; 0 when nothing is queued, or somebody has the lane.
func (s *Store) DueIn(ctx context.Context, lane bridge.Lane) (time.Duration, error) {
	var wait *float64
	if err := s.pool.QueryRow(ctx, `SELECT min(extract(epoch FROM q.not_before - clock_timestamp())::float8)
		FROM msteamssync.lanes l JOIN `+queueOf(lane.Direction)+` q ON q.conversation = l.conversation AND q.state <> 'dead'
		WHERE l.conversation = $1 AND l.direction = $2 AND (l.holder = '' OR l.lease_until < clock_timestamp())`,
		lane.Conversation, lane.Direction).Scan(&wait); err != nil {
		return 0, fmt.Errorf("look when a lane is due: %w", err)
	}
	if wait == nil {
		return 0, nil
	}
	return duration(*wait), nil
}

// Renew makes the lease last for its full time again.
func (s *Store) Renew(ctx context.Context, lease bridge.Lease) error {
	return s.transact(ctx, func(tx pgx.Tx) error { return s.hold(ctx, tx, lease) })
}

// hold is the first statement of every write under a lease: it checks the fence, renews the lease, and locks the lane's
// row, so that nobody can take the lane over before the write is committed.
func (s *Store) hold(ctx context.Context, tx pgx.Tx, lease bridge.Lease) error {
	tag, err := tx.Exec(ctx, `UPDATE msteamssync.lanes SET lease_until = clock_timestamp() + make_interval(secs => $5)
		WHERE conversation = $1 AND direction = $2 AND holder = $3 AND fence = $4`,
		lease.Conversation, lease.Direction, s.node, lease.Fence, seconds(lease.For))
	if err != nil {
		return fmt.Errorf("renew a lease: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return bridge.ErrLeaseLost
	}
	return nil
}

// Release gives the lease back; a lease that is lost already stays lost.
func (s *Store) Release(ctx context.Context, lease bridge.Lease) error {
	_, err := s.pool.Exec(ctx, `UPDATE msteamssync.lanes SET holder = '', lease_until = '-infinity'
		WHERE conversation = $1 AND direction = $2 AND holder = $3 AND fence = $4`,
		lease.Conversation, lease.Direction, s.node, lease.Fence)
	if err != nil {
		return fmt.Errorf("release a lane: %w", err)
	}
	return nil
}

// Due lists the lanes that have a due event and are leased to nobody.
func (s *Store) Due(ctx context.Context) ([]bridge.Lane, error) {
	var parts []string
	for _, d := range []bridge.Direction{bridge.Inbound, bridge.Outbound} {
		parts = append(parts, `SELECT conversation, direction FROM msteamssync.lanes l
			WHERE direction = '`+string(d)+`' AND (holder = '' OR lease_until < clock_timestamp())
			  AND EXISTS (SELECT FROM `+queueOf(d)+` q WHERE q.conversation = l.conversation AND `+due+`)`)
	}
	rows, _ := s.pool.Query(ctx, strings.Join(parts, " UNION ALL "))
	lanes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l bridge.Lane, err error) {
		err = row.Scan(&l.Conversation, &l.Direction)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for lanes with work: %w", err)
	}
	return lanes, nil
}

// NoteError keeps the newest error of a lane for people to read.
func (s *Store) NoteError(ctx context.Context, lane bridge.Lane, message string) error {
	_, err := s.pool.Exec(ctx, `UPDATE msteamssync.lanes SET last_error = $3, last_error_at = clock_timestamp()
		WHERE conversation = $1 AND direction = $2`, lane.Conversation, lane.Direction, message)
	return err
}

// noteEvent records that an event was carried.
func noteEvent(ctx context.Context, tx pgx.Tx, lane bridge.Lane) error {
	_, err := tx.Exec(ctx, `UPDATE msteamssync.lanes SET last_event_at = clock_timestamp()
		WHERE conversation = $1 AND direction = $2`, lane.Conversation, lane.Direction)
	return err
}

// wakeUp is what tells other nodes of a lane: "node direction milliseconds conversation".
func (s *Store) wakeUp(lane bridge.Lane, after time.Duration) string {
	return fmt.Sprintf("%s %s %d %s", strings.ReplaceAll(s.node, " ", "_"), lane.Direction, after.Milliseconds(), lane.Conversation)
}

// notifying wakes the other nodes when the transaction commits.
func (s *Store) notifying(lane bridge.Lane, after time.Duration) statement {
	return statement{"SELECT pg_notify($1, $2)", []any{LanesChannel, s.wakeUp(lane, after)}}
}

func (s *Store) notifyLane(ctx context.Context, tx pgx.Tx, lane bridge.Lane, after time.Duration) error {
	return s.notifying(lane, after).exec(ctx, tx)
}

// OnLane calls f for the signals of other nodes.
func (s *Store) OnLane(f func(lane bridge.Lane, after time.Duration, missed bool)) (cancel func()) {
	own := strings.ReplaceAll(s.node, " ", "_")
	return s.Subscribe(LanesChannel, func(payload string, missed bool) {
		if missed {
			f(bridge.Lane{}, 0, true)
			return
		}
		fields := strings.SplitN(payload, " ", 4)
		if len(fields) != 4 || fields[0] == own {
			return
		}
		after, _ := strconv.Atoi(fields[2])
		lane := bridge.Lane{Direction: bridge.Direction(fields[1]), Conversation: bridge.ConversationID(fields[3])}
		f(lane, time.Duration(after)*time.Millisecond, false)
	})
}

// exclude makes what is decided about a conversation's mappings happen one after the other, across both lanes, until the
// transaction ends. Who waits for a mapping and who confirms it cannot miss each other then.
func exclude(ctx context.Context, tx pgx.Tx, conversation bridge.ConversationID) error {
	return excluding(conversation).exec(ctx, tx)
}

func excluding(conversation bridge.ConversationID) statement {
	return statement{"SELECT pg_advisory_xact_lock(730541862, hashtext($1))", []any{string(conversation)}}
}

// wake makes the events due that wait for one of the targets.
func (s *Store) wake(ctx context.Context, tx pgx.Tx, conversation bridge.ConversationID, targets ...bridge.Target) error {
	for _, d := range []bridge.Direction{bridge.Inbound, bridge.Outbound} {
		if err := s.waking(bridge.Lane{Conversation: conversation, Direction: d}, targets).exec(ctx, tx); err != nil {
			return fmt.Errorf("wake parked events: %w", err)
		}
	}
	return nil
}
