// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// SubscriptionState is where a subscription stands.
type SubscriptionState string

// The states; migrations/0002_accounts.sql says what each means.
const (
	SubscriptionWanted   SubscriptionState = "wanted"
	SubscriptionCreating SubscriptionState = "creating"
	SubscriptionActive   SubscriptionState = "active"
	SubscriptionRemoving SubscriptionState = "removing"
	SubscriptionRetired  SubscriptionState = "retired"
)

// Subscription is a change-notification subscription.
type Subscription struct {
	ID              string
	Conversation    bridge.Conversation
	Resource        string
	State           SubscriptionState
	GraphID         string // empty while Graph has not told it
	NotificationURL string // what Graph was given
	CertificateID   string // of the certificate that Graph was given; empty when notifications carry no message
	AskedExpiry     time.Time
	ExpiresAt       time.Time
	RenewedAt       time.Time // or created
	Failures        int       // in a row
	LastError       string
	LastErrorAt     time.Time
}

const subscriptionColumns = "id, conversation, teams_team_id, resource, state, coalesce(graph_id, ''), notification_url, asked_expiry, expires_at, renewed_at, failures, last_error, last_error_at, certificate_id"

func scanSubscription(row pgx.CollectableRow) (x Subscription, err error) {
	var asked, expires, renewed, failed *time.Time
	err = row.Scan(&x.ID, &x.Conversation.ID, &x.Conversation.Team, &x.Resource, &x.State, &x.GraphID, &x.NotificationURL, &asked, &expires, &renewed, &x.Failures, &x.LastError, &failed, &x.CertificateID)
	x.AskedExpiry, x.ExpiresAt, x.RenewedAt, x.LastErrorAt = orZero(asked), orZero(expires), orZero(renewed), orZero(failed)
	return x, err
}

// Subscriptions returns all but the retired ones.
func (s *Store) Subscriptions(ctx context.Context) ([]Subscription, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+subscriptionColumns+" FROM msteamssync.subscriptions WHERE state <> 'retired' ORDER BY created_at, id")
	all, err := pgx.CollectRows(rows, scanSubscription)
	if err != nil {
		return nil, fmt.Errorf("read the subscriptions: %w", err)
	}
	return all, nil
}

// AlignSubscriptions makes the wanted subscriptions those of the links: new links get one, those of links that are gone
// are to be removed. Retired ones whose notifications cannot come any more are forgotten. resource names a
// conversation's.
func (s *Store) AlignSubscriptions(ctx context.Context, resource func(bridge.Conversation) string) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		for _, statement := range []string{
			"LOCK TABLE msteamssync.subscriptions IN SHARE ROW EXCLUSIVE MODE",
			`UPDATE msteamssync.subscriptions u SET state = CASE WHEN state = 'wanted' THEN 'retired' ELSE 'removing' END,
				expires_at = coalesce(expires_at, clock_timestamp()), not_before = '-infinity', failures = 0
				WHERE state NOT IN ('removing', 'retired') AND NOT EXISTS (SELECT FROM msteamssync.links l WHERE l.conversation = u.conversation)`,
			"DELETE FROM msteamssync.subscriptions WHERE state = 'retired' AND expires_at < clock_timestamp() - interval '4 hours'",
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		rows, _ := tx.Query(ctx, `SELECT l.conversation, l.teams_team_id FROM msteamssync.links l WHERE NOT EXISTS
			(SELECT FROM msteamssync.subscriptions u WHERE u.conversation = l.conversation AND u.state NOT IN ('removing', 'retired'))`)
		missing, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c bridge.Conversation, err error) {
			err = row.Scan(&c.ID, &c.Team)
			return c, err
		})
		if err != nil {
			return err
		}
		for _, c := range missing {
			if _, err := tx.Exec(ctx, "INSERT INTO msteamssync.subscriptions (id, conversation, teams_team_id, resource, state) VALUES ($1, $2, $3, $4, 'wanted')",
				uuid.NewString(), c.ID, c.Team, resource(c)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("align the subscriptions with the links: %w", err)
	}
	return nil
}

// ClaimSubscription gives this node the right to work on a subscription for a while; false when another node has it or
// its next try is not due.
func (s *Store) ClaimSubscription(ctx context.Context, id string, hold time.Duration) (Subscription, bool, error) {
	return s.findSubscription(ctx, `UPDATE msteamssync.subscriptions SET claimed_by = $2, claimed_until = clock_timestamp() + make_interval(secs => $3)
		WHERE id = $1 AND (claimed_by = $2 OR claimed_until < clock_timestamp()) AND not_before <= clock_timestamp()
		RETURNING `+subscriptionColumns, id, s.node, seconds(hold))
}

// ReleaseSubscription gives the right back.
func (s *Store) ReleaseSubscription(ctx context.Context, id string) error {
	return s.changeSubscription(ctx, "claimed_by = '', claimed_until = '-infinity'", "claimed_by = $2", id, s.node)
}

// BeginSubscription commits that a POST is about to be made: a notification that comes before Graph's answer is matched
// by the hash.
func (s *Store) BeginSubscription(ctx context.Context, id string, secretHash []byte, notificationURL, certificateID string, expiry time.Time) error {
	return s.transact(ctx, func(tx pgx.Tx) error {
		if err := expectGap(ctx, tx, id); err != nil {
			return fmt.Errorf("begin a subscription: %w", err)
		}
		return changeSubscription(ctx, tx, "state = 'creating', graph_id = NULL, secret_hash = $3, notification_url = $4, certificate_id = $5, asked_expiry = $6", "claimed_by = $2 AND state = 'wanted'",
			id, s.node, secretHash, notificationURL, certificateID, expiry)
	})
}

// ActivateSubscription records the subscription that Graph has, or its new expiry. Before one that Graph did not have until
// now nobody told us anything: what was missed is looked for.
func (s *Store) ActivateSubscription(ctx context.Context, id, graphID string, expiry time.Time) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		var conversation bridge.ConversationID
		var before SubscriptionState
		err := tx.QueryRow(ctx, `UPDATE msteamssync.subscriptions u SET state = 'active', graph_id = $3, expires_at = $4, renewed_at = clock_timestamp(),
				failures = 0, last_error = '', last_error_at = NULL, not_before = '-infinity'
			WHERE id = $1 AND claimed_by = $2
			RETURNING conversation, (SELECT state FROM msteamssync.subscriptions WHERE id = u.id)`, id, s.node, graphID, expiry).Scan(&conversation, &before)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrClaimLost
		}
		if err != nil {
			return err
		}
		if before == SubscriptionActive {
			return noGap(ctx, tx, conversation)
		}
		_, err = wantResync(ctx, tx, conversation, WantedSubscription)
		return err
	})
	if err != nil {
		return fmt.Errorf("record a subscription: %w", err)
	}
	return nil
}

// CertifySubscription records that Graph encrypts for another certificate from now on.
func (s *Store) CertifySubscription(ctx context.Context, id, certificateID string) error {
	return s.changeSubscription(ctx, "certificate_id = $3", "claimed_by = $2", id, s.node, certificateID)
}

// AbandonSubscription records that a POST did not happen: its secret is worth nothing.
func (s *Store) AbandonSubscription(ctx context.Context, id string) error {
	return s.changeSubscription(ctx, "state = 'wanted', secret_hash = NULL, asked_expiry = NULL", "claimed_by = $2 AND state = 'creating'", id, s.node)
}

// WantSubscription records that Graph has none, or none that can be used. What it still delivers is accepted for a
// while: the old identity moves to a row of its own.
func (s *Store) WantSubscription(ctx context.Context, id string) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `SELECT conversation, teams_team_id, resource, graph_id, secret_hash, notification_url, certificate_id, coalesce(expires_at, asked_expiry)
			FROM msteamssync.subscriptions WHERE id = $1 AND claimed_by = $2 AND state IN ('creating', 'active') FOR UPDATE`, id, s.node)
		old, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[identity])
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrClaimLost
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE msteamssync.subscriptions SET state = 'wanted', graph_id = NULL, secret_hash = NULL, asked_expiry = NULL WHERE id = $1", id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO msteamssync.subscriptions (id, state, conversation, teams_team_id, resource, graph_id, secret_hash, notification_url, certificate_id, expires_at)
			VALUES ($1, 'retired', $2, $3, $4, $5, $6, $7, $8, $9)`,
			uuid.NewString(), old.Conversation, old.Team, old.Resource, old.GraphID, old.SecretHash, old.NotificationURL, old.CertificateID, old.ExpiresAt)
		return err
	})
	if err != nil {
		return fmt.Errorf("record that a subscription is gone: %w", err)
	}
	return nil
}

// identity is what tells one subscription of Graph from another.
type identity struct {
	Conversation    bridge.ConversationID
	Team            bridge.TeamID
	Resource        string
	GraphID         *string
	SecretHash      []byte
	NotificationURL string
	CertificateID   string
	ExpiresAt       *time.Time
}

// AdoptSubscription gives a wanted subscription the identity of one that Graph still has although it was taken for gone;
// false when we do not know that one's secret.
func (s *Store) AdoptSubscription(ctx context.Context, id, graphID string) (adopted bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `DELETE FROM msteamssync.subscriptions o USING msteamssync.subscriptions w
			WHERE w.id = $1 AND w.claimed_by = $2 AND w.state = 'wanted' AND o.conversation = w.conversation
				AND o.graph_id = $3 AND o.state IN ('removing', 'retired') AND o.secret_hash IS NOT NULL
			RETURNING o.conversation, o.teams_team_id, o.resource, o.graph_id, o.secret_hash, o.notification_url, o.certificate_id, o.expires_at`, id, s.node, graphID)
		old, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[identity])
		if adopted = err == nil; errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE msteamssync.subscriptions SET state = 'active', graph_id = $2, secret_hash = $3, notification_url = $4, certificate_id = $5, expires_at = $6 WHERE id = $1",
			id, old.GraphID, old.SecretHash, old.NotificationURL, old.CertificateID, old.ExpiresAt)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("adopt a subscription: %w", err)
	}
	return adopted, nil
}

// RetireSubscription records that Graph has it no more and nobody wants it.
func (s *Store) RetireSubscription(ctx context.Context, id string) error {
	return s.changeSubscription(ctx, "state = 'retired', expires_at = coalesce(expires_at, clock_timestamp())", "claimed_by = $2", id, s.node)
}

// FailSubscription records a failure and when to try again.
func (s *Store) FailSubscription(ctx context.Context, id, reason string, after time.Duration) error {
	return s.changeSubscription(ctx, "failures = failures + 1, last_error = $3, last_error_at = clock_timestamp(), not_before = clock_timestamp() + make_interval(secs => $4)",
		"claimed_by = $2", id, s.node, reason, seconds(after))
}

// DoubtSubscription has the subscription looked after at once, whatever its age.
func (s *Store) DoubtSubscription(ctx context.Context, id, reason string) error {
	return s.changeSubscription(ctx, "failures = failures + 1, last_error = $2, last_error_at = clock_timestamp(), not_before = '-infinity'", "true", id, reason)
}

// SubscriptionByGraphID finds a subscription by Graph's id, with the hash of its secret.
func (s *Store) SubscriptionByGraphID(ctx context.Context, graphID string) (x Subscription, secretHash []byte, found bool, err error) {
	return s.subscriptionWithSecret(ctx, "graph_id = $1", graphID)
}

// SubscriptionBySecret finds a subscription by the hash of its secret: for notifications that come before Graph's answer
// told the id, or after the subscription was replaced.
func (s *Store) SubscriptionBySecret(ctx context.Context, secretHash []byte) (Subscription, bool, error) {
	x, _, found, err := s.subscriptionWithSecret(ctx, "secret_hash = $1", secretHash)
	return x, found, err
}

func (s *Store) subscriptionWithSecret(ctx context.Context, condition string, argument any) (Subscription, []byte, bool, error) {
	x, found, err := s.findSubscription(ctx, "SELECT "+subscriptionColumns+" FROM msteamssync.subscriptions WHERE "+condition+" LIMIT 1", argument)
	if err != nil || !found {
		return Subscription{}, nil, false, err
	}
	var hash []byte
	if err := s.pool.QueryRow(ctx, "SELECT secret_hash FROM msteamssync.subscriptions WHERE id = $1", x.ID).Scan(&hash); err != nil {
		return Subscription{}, nil, false, fmt.Errorf("read a subscription: %w", err)
	}
	return x, hash, true, nil
}

func (s *Store) findSubscription(ctx context.Context, sql string, arguments ...any) (Subscription, bool, error) {
	rows, _ := s.pool.Query(ctx, sql, arguments...)
	x, err := pgx.CollectExactlyOneRow(rows, scanSubscription)
	if errors.Is(err, pgx.ErrNoRows) {
		return Subscription{}, false, nil
	}
	if err != nil {
		return Subscription{}, false, fmt.Errorf("find a subscription: %w", err)
	}
	return x, true, nil
}

// ErrClaimLost says that another node works on the subscription now.
var ErrClaimLost = errors.New("another node has taken the subscription over")

func (s *Store) changeSubscription(ctx context.Context, set, condition string, arguments ...any) error {
	return changeSubscription(ctx, s.pool, set, condition, arguments...)
}

func changeSubscription(ctx context.Context, on executor, set, condition string, arguments ...any) error {
	tag, err := on.Exec(ctx, "UPDATE msteamssync.subscriptions SET "+set+" WHERE id = $1 AND "+condition, arguments...)
	if err != nil {
		return fmt.Errorf("change a subscription: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrClaimLost
	}
	return nil
}
