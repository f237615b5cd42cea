// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// PlannedSubscription is one that there should be.
type PlannedSubscription struct {
	Resource     string
	Conversation bridge.Conversation // empty when it covers all channels or all chats
	// Since is from when on changes may be missed until it is there; zero when another subscription delivers them.
	Since time.Time
}

// ResourceNotFound is the error code of a subscription to something that Teams does not have: nothing waits for it.
const ResourceNotFound = "not_found"

// AlignSubscriptions makes the wanted subscriptions those given. New ones are added. Others are to be removed: at once
// when what they are about is not among serving, else when all wanted ones are there that can be, so that changes
// are always delivered by one of them. Retired ones whose notifications cannot come any more are forgotten.
func (s *Store) AlignSubscriptions(ctx context.Context, wanted []PlannedSubscription, serving []string) error {
	resources := make([]string, len(wanted))
	for i, w := range wanted {
		resources[i] = w.Resource
	}
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "LOCK TABLE msteamssync.subscriptions IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return err
		}
		if err := addWanted(ctx, tx, wanted, resources); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE msteamssync.subscriptions SET state = CASE WHEN state = 'wanted' THEN 'retired' ELSE 'removing' END,
			expires_at = coalesce(expires_at, clock_timestamp()), not_before = '-infinity', failures = 0
			WHERE state NOT IN ('removing', 'retired') AND resource <> ALL($1) AND (resource <> ALL($2) OR NOT EXISTS
				(SELECT FROM msteamssync.subscriptions w WHERE w.resource = ANY($1) AND w.state IN ('wanted', 'creating') AND w.error_code <> $3))`,
			resources, serving, ResourceNotFound); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM msteamssync.subscriptions WHERE state = 'retired' AND expires_at < clock_timestamp() - interval '4 hours'")
		return err
	})
	if err != nil {
		return fmt.Errorf("align the subscriptions with the links: %w", err)
	}
	return nil
}

func addWanted(ctx context.Context, tx pgx.Tx, wanted []PlannedSubscription, resources []string) error {
	rows, _ := tx.Query(ctx, "SELECT resource FROM msteamssync.subscriptions WHERE resource = ANY($1) AND state NOT IN ('removing', 'retired')", resources)
	there, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, resource := range there {
		known[resource] = true
	}
	for _, w := range wanted {
		if known[w.Resource] {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.subscriptions (id, conversation, teams_team_id, resource, state, gap_since) VALUES ($1, $2, $3, $4, 'wanted', $5)`,
			uuid.NewString(), w.Conversation.ID, w.Conversation.Team, w.Resource, orNull(w.Since)); err != nil {
			return err
		}
	}
	return nil
}

// SawSubscriptions notes that Graph has these, by its ids. Notifications of one that had not been seen for longer than
// unseen may have been given up meanwhile, which is a gap.
func (s *Store) SawSubscriptions(ctx context.Context, graphIDs []string, unseen time.Duration) error {
	_, err := s.pool.Exec(ctx, `UPDATE msteamssync.subscriptions SET seen_at = clock_timestamp(),
		gap_since = CASE WHEN seen_at < clock_timestamp() - make_interval(secs => $2) THEN least(gap_since, seen_at) ELSE gap_since END
		WHERE state = 'active' AND graph_id = ANY($1)`, graphIDs, seconds(unseen))
	if err != nil {
		return fmt.Errorf("note which subscriptions Graph has: %w", err)
	}
	return nil
}
