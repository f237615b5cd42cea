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

// What the inbox calls the kinds of events: Graph's words.
var changes = map[bridge.Kind]string{bridge.Create: "created", bridge.Edit: "updated", bridge.Delete: "deleted"}

func kindOf(change string) bridge.Kind {
	for kind, name := range changes {
		if name == change {
			return kind
		}
	}
	return ""
}

// Accept commits the arrivals, all or none. One that is queued already raises that row's generation; one that was given
// up gets a new chance.
func (s *Store) Accept(ctx context.Context, arrivals []bridge.Arrival, hold time.Duration) error {
	type key struct {
		ref  bridge.MessageRef
		kind bridge.Kind
		hash string
	}
	seen := map[key]bool{}
	lanes := map[bridge.ConversationID]bool{}
	proofs := map[string][]string{}
	var conversations, teams, roots, messages, kinds, hashes, tenants, proofIDs []string
	var times []time.Time
	var sealed [][]byte
	for _, a := range arrivals {
		k := key{a.Ref, a.Kind, a.ContentHash}
		if seen[k] {
			continue // a row can be written once per statement
		}
		seen[k] = true
		change, ok := changes[a.Kind]
		if !ok {
			return fmt.Errorf("accept notifications: kind %q does not arrive from Teams", a.Kind)
		}
		lanes[a.Ref.Conversation.ID] = true
		conversations = append(conversations, string(a.Ref.Conversation.ID))
		teams = append(teams, string(a.Ref.Conversation.Team))
		roots = append(roots, string(a.Ref.Root))
		messages = append(messages, string(a.Ref.ID))
		kinds = append(kinds, change)
		hashes = append(hashes, a.ContentHash)
		times = append(times, a.SourceAt)
		if a.Kind != bridge.Create {
			a.Sealed = nil
		}
		sealed = append(sealed, a.Sealed)
		tenants = append(tenants, a.Tenant)
		proof := proofOf(a.Tokens)
		if proof != "" {
			proofs[proof] = a.Tokens
		}
		proofIDs = append(proofIDs, proof)
	}
	if len(seen) == 0 {
		return nil
	}
	return together(ctx, s.arrivals, "accept notifications", func(b *pgx.Batch) {
		queue(b, lanesFor(conversations))
		queue(b, keepingProofs(proofs)...)
		// Sorted, so that two batches lock the rows that they share in the same order.
		b.Queue(`INSERT INTO msteamssync.inbox AS i
				(conversation, teams_team_id, root, message, change, content_hash, source_at, sealed, tenant, proof, not_before)
			SELECT c, t, r, m, k, h, at, s, n, p, clock_timestamp() + make_interval(secs => $11)
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bytea[], $9::text[], $10::text[])
				AS a (c, t, r, m, k, h, at, s, n, p)
			ORDER BY c, r, m, k, h
			ON CONFLICT (conversation, root, message, change, content_hash) DO UPDATE SET
				generation = i.generation + 1,
				state = CASE WHEN i.state = 'dead' OR `+awaitsResync+` THEN 'pending' ELSE i.state END,
				not_before = CASE WHEN `+awaitsResync+` THEN excluded.not_before ELSE i.not_before END,
				parked_for = CASE WHEN `+awaitsResync+` THEN '' ELSE i.parked_for END,
				attempts = CASE i.state WHEN 'dead' THEN 0 ELSE i.attempts END,
				outages = CASE i.state WHEN 'dead' THEN 0 ELSE i.outages END,
				failing_since = CASE WHEN i.state <> 'dead' THEN i.failing_since END,
				proof = CASE WHEN i.proof = '' OR i.state = 'dead' THEN excluded.proof ELSE i.proof END`,
			conversations, teams, roots, messages, kinds, hashes, times, sealed, tenants, proofIDs, seconds(hold))
		for conversation := range lanes {
			queue(b, s.notifying(bridge.Lane{Conversation: conversation, Direction: bridge.Inbound}, hold))
		}
	})
}

// awaitsResync: a resync found it and a notification came before the run ended, so it need not wait for the end.
const awaitsResync = "i.parked_for LIKE 'resync:%'"

// TakeInbound returns the events of the lane whose turn it is.
func (s *Store) TakeInbound(ctx context.Context, lease bridge.Lease, limit int) ([]bridge.InboundEvent, time.Duration, error) {
	return take(ctx, s, lease, limit, "teams_team_id, root, message, change, backfill, tenant, proof, "+sealedColumn, func(e *bridge.InboundEvent) (*bridge.Event, []any, func()) {
		var change string
		e.Ref.Conversation.ID = lease.Conversation
		return &e.Event, []any{&e.Ref.Conversation.Team, &e.Ref.Root, &e.Ref.ID, &change, &e.Backfill, &e.Tenant, &e.Proof, &e.Sealed}, func() { e.Kind = kindOf(change) }
	})
}

// sealedColumn leaves the message of a notification out when the same message is queued without one as well: then a
// change made the bridge fetch it, and what came with the notification is older than that.
const sealedColumn = `CASE WHEN sealed IS NOT NULL AND NOT EXISTS (SELECT FROM msteamssync.inbox o WHERE o.conversation = inbox.conversation
	AND o.root = inbox.root AND o.message = inbox.message AND o.change = inbox.change AND o.content_hash = '') THEN sealed END`

// take reads the head of a lane: in the order of their source time, what a backfill brings after all else, the events up to
// the first one that is not due. A parked event is not in the lane until its time is up. It also tells after what time more
// may be due; 0 when nothing else is queued, or when as many are due as were asked for.
func take[E any](ctx context.Context, s *Store, lease bridge.Lease, limit int, columns string,
	fields func(*E) (event *bridge.Event, into []any, finish func()),
) (events []E, next time.Duration, err error) {
	queue, held := queueOf(lease.Direction), ""
	waits := "SELECT not_before AS at FROM " + queue + " WHERE conversation = $1 AND state = 'parked' AND parked_for <> ''"
	if lease.Direction == bridge.Inbound {
		held = "AND NOT EXISTS (SELECT FROM " + holds + ")"
		waits += " UNION ALL SELECT hold_until FROM " + holds
	}
	rows, err := s.pool.Query(ctx, `SELECT id, generation, state, attempts, outages, coalesce(extract(epoch FROM clock_timestamp() - failing_since), 0)::float8, source_at, received_at,
			extract(epoch FROM not_before - clock_timestamp())::float8, parked_for, `+columns+`
		FROM `+queue+` WHERE conversation = $1 AND state <> 'dead' AND (state <> 'parked' OR not_before <= clock_timestamp())
			`+held+`
		ORDER BY backfill, source_at, id LIMIT $2`, lease.Conversation, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("read a lane: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var e E
		event, into, finish := fields(&e)
		event.Lane = lease.Lane
		var failing, wait float64
		var parkedFor bridge.Target
		if err := rows.Scan(append([]any{&event.ID, &event.Generation, &event.State, &event.Attempts, &event.Outages, &failing, &event.SourceAt, &event.ReceivedAt, &wait, &parkedFor}, into...)...); err != nil {
			return nil, 0, fmt.Errorf("read a lane: %w", err)
		}
		finish()
		event.FailingFor = time.Duration(failing * float64(time.Second))
		if wait > 0 {
			next = duration(wait)
			break
		}
		if event.Waited = event.State == bridge.Parked; event.Waited {
			event.WaitedFor = parkedFor
		}
		events = append(events, e)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("read a lane: %w", err)
	}
	if len(events) == limit {
		return events, 0, nil // the lane is read again at once
	}
	var parked *float64
	if err := s.pool.QueryRow(ctx, "SELECT min(extract(epoch FROM at - clock_timestamp())::float8) FROM ("+waits+") waits", lease.Conversation).Scan(&parked); err != nil {
		return nil, 0, fmt.Errorf("read a lane: %w", err)
	}
	if parked != nil && (next == 0 || duration(*parked) < next) {
		next = duration(*parked)
	}
	return events, next, nil
}

// holds are the searches for what was missed that hold a lane from Teams.
const holds = "msteamssync.resyncs WHERE conversation = $1 AND hold_until > clock_timestamp()"

// duration turns a wait in seconds into one that is never 0, which would mean that nothing is queued.
func duration(wait float64) time.Duration {
	return max(time.Duration(wait*float64(time.Second)), time.Millisecond)
}

// InboundState returns the state of the queued event of this kind.
func (s *Store) InboundState(ctx context.Context, ref bridge.MessageRef, kind bridge.Kind) (bridge.State, bool, error) {
	return s.state(ctx, `SELECT state FROM msteamssync.inbox WHERE conversation = $1 AND root = $2 AND message = $3 AND change = $4
		ORDER BY state = 'dead' LIMIT 1`, ref.Conversation.ID, ref.Root, ref.ID, changes[kind])
}

func (s *Store) state(ctx context.Context, sql string, arguments ...any) (state bridge.State, found bool, err error) {
	err = s.pool.QueryRow(ctx, sql, arguments...).Scan(&state)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("look into a queue: %w", err)
	}
	return state, true, nil
}
