// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Finish removes an event that needs nothing more.
func (s *Store) Finish(ctx context.Context, lease bridge.Lease, event bridge.Event) error {
	return s.under(ctx, lease, "finish an event", func(tx pgx.Tx) error {
		if event.Lane.Direction == bridge.Outbound && event.Kind != bridge.Create {
			if err := exclude(ctx, tx, lease.Conversation); err != nil {
				return err
			}
			return s.finish(ctx, tx, event)
		}
		return remove(ctx, tx, event)
	})
}

// Retry puts an event back for a while.
func (s *Store) Retry(ctx context.Context, lease bridge.Lease, event bridge.Event, after time.Duration, counts bridge.Count, reason string) error {
	return s.under(ctx, lease, "put an event back", func(tx pgx.Tx) error {
		return putBack(ctx, tx, event, "state <> 'sending'", after, counts, reason)
	})
}

// Park takes an event out of the lane until its target comes true.
func (s *Store) Park(ctx context.Context, lease bridge.Lease, event bridge.Event, target bridge.Target, atMost time.Duration, reason string) error {
	return s.under(ctx, lease, "park an event", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		reached, err := reached(ctx, tx, lease.Conversation, target)
		if err != nil || reached {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE `+queueOf(event.Lane.Direction)+` SET state = 'parked', parked_for = $2, last_error = $4, outages = 0, failing_since = NULL,
			not_before = clock_timestamp() + make_interval(secs => $3) WHERE id = $1`, event.ID, target, seconds(atMost), reason)
		if err != nil {
			return err
		}
		return s.settled(ctx, tx, event)
	})
}

// reached tells whether a target has come true already. Whether an account is connected is not this table's to say: the
// bridge asks again after parking.
func reached(ctx context.Context, tx pgx.Tx, conversation bridge.ConversationID, target bridge.Target) (yes bool, err error) {
	kind, name, _ := strings.Cut(string(target), ":")
	switch kind {
	case "message":
		root, message, _ := strings.Cut(name, "/")
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM msteamssync.message_map
			WHERE conversation = $1 AND root = $2 AND message = $3 AND state <> 'reserved')`, conversation, root, message).Scan(&yes)
	case "post":
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM msteamssync.message_map
			WHERE post_id = $1 AND state <> 'reserved')`, name).Scan(&yes)
	case "send":
		err = tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM msteamssync.outbox
			WHERE conversation = $1 AND sender = $2 AND state = 'sending' AND kind = 'create')`, conversation, name).Scan(&yes)
	case "settled":
		err = tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM msteamssync.outbox
			WHERE conversation = $1 AND post_id = $2 AND kind <> 'create' AND state IN ('pending', 'sending'))`, conversation, name).Scan(&yes)
	case "written":
		err = tx.QueryRow(ctx, "SELECT NOT EXISTS (SELECT FROM msteamssync.message_map m WHERE m.id = $1 AND "+written+")", name).Scan(&yes)
	}
	return yes, err
}

// AwaitSends keeps an inbound event at the head of its lane while the user has a send in flight. It stays pending: what
// comes after it in the lane must not overtake it.
func (s *Store) AwaitSends(ctx context.Context, lease bridge.Lease, event bridge.Event, sender bridge.TeamsUserID, atMost time.Duration) error {
	return s.under(ctx, lease, "wait for a send", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		target := bridge.SettledSendOf(sender)
		reached, err := reached(ctx, tx, lease.Conversation, target)
		if err != nil || reached {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE msteamssync.inbox SET state = 'pending', parked_for = $2,
			not_before = clock_timestamp() + make_interval(secs => $3) WHERE id = $1`, event.ID, target, seconds(atMost))
		return err
	})
}

// Bury gives an event up.
func (s *Store) Bury(ctx context.Context, lease bridge.Lease, event bridge.Event, counts bridge.Count, reason string) error {
	attempt, outage := tally(counts)
	return s.under(ctx, lease, "give an event up", func(tx pgx.Tx) error {
		if err := exclude(ctx, tx, lease.Conversation); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE `+queueOf(event.Lane.Direction)+` SET state = 'dead', parked_for = '', last_error = $3, attempts = attempts + $4,
			outages = CASE WHEN $5 > 0 THEN outages + 1 ELSE 0 END, failing_since = CASE WHEN $5 > 0 THEN coalesce(failing_since, clock_timestamp()) END
			WHERE id = $1 AND generation = $2`, event.ID, event.Generation, reason, attempt, outage); err != nil {
			return err
		}
		return s.settled(ctx, tx, event)
	})
}

// Revive makes the dead events of a lane due again.
func (s *Store) Revive(ctx context.Context, lane bridge.Lane) (revived int, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		set := "state = 'pending'"
		if lane.Direction == bridge.Outbound {
			set = "state = CASE WHEN attempted_at IS NULL THEN 'pending' ELSE 'sending' END, looks = 0"
		}
		tag, err := tx.Exec(ctx, `UPDATE `+queueOf(lane.Direction)+` SET `+set+`, attempts = 0, outages = 0, failing_since = NULL, not_before = clock_timestamp()
			WHERE conversation = $1 AND state = 'dead'`, lane.Conversation)
		if err != nil {
			return err
		}
		revived = int(tag.RowsAffected())
		return s.notifyLane(ctx, tx, lane, 0)
	})
	if err != nil {
		return 0, fmt.Errorf("retry dead letters: %w", err)
	}
	return revived, nil
}

// ReviveOutages makes dead events due again that were given up for an outage and have been failing for less than a week, and
// tells how many. Each has one try: when that fails, it is given up again and holds nobody up.
func (s *Store) ReviveOutages(ctx context.Context) (revived int, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		for _, d := range []bridge.Direction{bridge.Inbound, bridge.Outbound} {
			state := "'pending'"
			if d == bridge.Outbound {
				state = "CASE WHEN attempted_at IS NULL THEN 'pending' ELSE 'sending' END, looks = 0"
			}
			rows, _ := tx.Query(ctx, `UPDATE `+queueOf(d)+` SET state = `+state+`, not_before = clock_timestamp()
				WHERE state = 'dead' AND outages > 0 AND failing_since > clock_timestamp() - interval '7 days' RETURNING conversation`)
			conversations, err := pgx.CollectRows(rows, pgx.RowTo[bridge.ConversationID])
			if err != nil {
				return err
			}
			revived += len(conversations)
			slices.Sort(conversations)
			for _, c := range slices.Compact(conversations) {
				if err := s.notifyLane(ctx, tx, bridge.Lane{Conversation: c, Direction: d}, 0); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("retry what an outage made dead letters: %w", err)
	}
	return revived, nil
}

// RevivePost makes the dead events of a post on its way to Teams due again.
func (s *Store) RevivePost(ctx context.Context, conversation bridge.ConversationID, post bridge.PostID) (revived int, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE msteamssync.outbox SET state = CASE WHEN attempted_at IS NULL THEN 'pending' ELSE 'sending' END, looks = 0, attempts = 0, outages = 0, failing_since = NULL,
			not_before = clock_timestamp() WHERE conversation = $1 AND post_id = $2 AND state = 'dead'`, conversation, post)
		if err != nil {
			return err
		}
		if revived = int(tag.RowsAffected()); revived == 0 {
			return nil
		}
		return s.notifyLane(ctx, tx, bridge.Lane{Conversation: conversation, Direction: bridge.Outbound}, 0)
	})
	if err != nil {
		return 0, fmt.Errorf("retry a post: %w", err)
	}
	return revived, nil
}

// under runs f in a transaction that holds the lease.
func (s *Store) under(ctx context.Context, lease bridge.Lease, what string, f func(pgx.Tx) error) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if err := s.hold(ctx, tx, lease); err != nil {
			return err
		}
		return f(tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// remove deletes the generation of the event that the worker took.
func remove(ctx context.Context, tx pgx.Tx, event bridge.Event) error {
	_, err := tx.Exec(ctx, "DELETE FROM "+queueOf(event.Lane.Direction)+" WHERE id = $1 AND generation = $2", event.ID, event.Generation)
	return err
}

func putBack(ctx context.Context, tx pgx.Tx, event bridge.Event, condition string, after time.Duration, counts bridge.Count, reason string) error {
	attempt, outage := tally(counts)
	_, err := tx.Exec(ctx, `UPDATE `+queueOf(event.Lane.Direction)+` SET state = 'pending', parked_for = '', attempts = attempts + $3, outages = outages + $5,
		failing_since = CASE WHEN $5 > 0 THEN coalesce(failing_since, clock_timestamp()) ELSE failing_since END, last_error = $4, not_before = clock_timestamp() + make_interval(secs => $2) WHERE id = $1 AND `+condition, event.ID, seconds(after), attempt, reason, outage)
	return err
}

// tally is what a failure adds to the attempts and to the outages.
func tally(counts bridge.Count) (attempt, outage int) {
	switch counts {
	case bridge.CountsFailure:
		return 1, 0
	case bridge.CountsOutage:
		return 0, 1
	}
	return 0, 0
}
