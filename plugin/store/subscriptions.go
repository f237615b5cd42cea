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
	Conversation    bridge.Conversation // empty when it covers all channels or all chats
	Resource        string
	State           SubscriptionState
	GraphID         string // empty while Graph has not told it
	NotificationURL string // what Graph was given, like the following three
	LifecycleURL    string
	Model           string // billing model; empty for none
	CertificateID   string // of the certificate that Graph was given; empty when notifications carry no message
	AskedExpiry     time.Time
	ExpiresAt       time.Time
	RenewedAt       time.Time // or created
	SeenAt          time.Time // when Graph last said that it has it
	GapSince        time.Time // changes since then may have been missed; zero for none
	Outdated        string    // why Graph's one cannot be changed into what it should be
	Failures        int       // in a row
	LastError       string
	ErrorCode       string
	LastErrorAt     time.Time
}

const subscriptionColumns = `id, conversation, teams_team_id, resource, state, coalesce(graph_id, ''), notification_url, asked_expiry, expires_at, renewed_at, failures, last_error, last_error_at, certificate_id,
	lifecycle_url, model, outdated, seen_at, gap_since, error_code`

func scanSubscription(row pgx.CollectableRow, more ...any) (x Subscription, err error) {
	var asked, expires, renewed, failed, seen, gap *time.Time
	err = row.Scan(append([]any{&x.ID, &x.Conversation.ID, &x.Conversation.Team, &x.Resource, &x.State, &x.GraphID, &x.NotificationURL, &asked, &expires, &renewed, &x.Failures, &x.LastError, &failed,
		&x.CertificateID, &x.LifecycleURL, &x.Model, &x.Outdated, &seen, &gap, &x.ErrorCode}, more...)...)
	x.AskedExpiry, x.ExpiresAt, x.RenewedAt, x.LastErrorAt = orZero(asked), orZero(expires), orZero(renewed), orZero(failed)
	x.SeenAt, x.GapSince = orZero(seen), orZero(gap)
	return x, err
}

func subscriptionOf(row pgx.CollectableRow) (Subscription, error) { return scanSubscription(row) }

// Subscriptions returns all but the retired ones.
func (s *Store) Subscriptions(ctx context.Context) ([]Subscription, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+subscriptionColumns+" FROM msteamssync.subscriptions WHERE state <> 'retired' ORDER BY created_at, id")
	all, err := pgx.CollectRows(rows, subscriptionOf)
	if err != nil {
		return nil, fmt.Errorf("read the subscriptions: %w", err)
	}
	return all, nil
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

// Asked is what Graph is asked for.
type Asked struct {
	SecretHash                    []byte // of the client state
	NotificationURL, LifecycleURL string
	Model, CertificateID          string // empty for none
	Expiry                        time.Time
}

// BeginSubscription commits that a POST is about to be made: a notification that comes before Graph's answer is matched
// by the hash, and waits for what was missed if that is possible.
func (s *Store) BeginSubscription(ctx context.Context, id string, a Asked) error {
	return s.transact(ctx, func(tx pgx.Tx) error {
		if err := expectGap(ctx, tx, id); err != nil {
			return fmt.Errorf("begin a subscription: %w", err)
		}
		return changeSubscription(ctx, tx, `state = 'creating', graph_id = NULL, secret_hash = $3, notification_url = $4, lifecycle_url = $5, model = $6,
			certificate_id = $7, asked_expiry = $8, outdated = ''`, "claimed_by = $2 AND state = 'wanted'",
			id, s.node, a.SecretHash, a.NotificationURL, a.LifecycleURL, a.Model, a.CertificateID, a.Expiry)
	})
}

// ActivateSubscription records the subscription that Graph has, or its new expiry. Before one that Graph did not have until
// now nobody told us anything, unless another subscription did: what was missed is looked for.
func (s *Store) ActivateSubscription(ctx context.Context, id, graphID string, expiry time.Time) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		var about Subscription
		var before SubscriptionState
		var gap bool
		err := tx.QueryRow(ctx, `UPDATE msteamssync.subscriptions u SET state = 'active', graph_id = $3, expires_at = $4, renewed_at = clock_timestamp(),
				seen_at = clock_timestamp(), failures = 0, last_error = '', error_code = '', last_error_at = NULL, not_before = '-infinity',
				gap_since = CASE WHEN state = 'active' OR `+ofManyChats+` THEN gap_since END
			WHERE id = $1 AND claimed_by = $2
			RETURNING conversation, resource, (SELECT state FROM msteamssync.subscriptions WHERE id = u.id), (SELECT gap_since IS NOT NULL FROM msteamssync.subscriptions WHERE id = u.id)`,
			id, s.node, graphID, expiry).Scan(&about.Conversation.ID, &about.Resource, &before, &gap)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrClaimLost
		}
		if err != nil {
			return err
		}
		if before == SubscriptionActive {
			return noGap(ctx, tx, Scope(about))
		}
		if scope := Scope(about); gap && (about.Conversation.ID != "" || scope == allChannels) {
			// Of a gap in many chats the keeper is told: chats may have come that have no link.
			_, err = wantResync(ctx, tx, scope, WantedSubscription)
		}
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

// MoveSubscription records that Graph notifies another address from now on.
func (s *Store) MoveSubscription(ctx context.Context, id, notificationURL string) error {
	return s.changeSubscription(ctx, "notification_url = $3", "claimed_by = $2", id, s.node, notificationURL)
}

// OutdateSubscription records why Graph's one cannot be changed into what it should be.
func (s *Store) OutdateSubscription(ctx context.Context, id, reason string) error {
	return s.changeSubscription(ctx, "outdated = $3", "claimed_by = $2 AND state = 'active'", id, s.node, reason)
}

// AbandonSubscription records that a POST did not happen: its secret is worth nothing.
func (s *Store) AbandonSubscription(ctx context.Context, id string) error {
	return s.changeSubscription(ctx, "state = 'wanted', secret_hash = NULL, asked_expiry = NULL", "claimed_by = $2 AND state = 'creating'", id, s.node)
}

// WantSubscription records that Graph has none, or none that can be used. What it still delivers is accepted for a
// while: the old identity moves to a row of its own. Changes since gap may be missed; zero when another subscription
// delivers them.
func (s *Store) WantSubscription(ctx context.Context, id string, gap time.Time) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `SELECT conversation, teams_team_id, resource, graph_id, secret_hash, notification_url, lifecycle_url, model, certificate_id, coalesce(expires_at, asked_expiry)
			FROM msteamssync.subscriptions WHERE id = $1 AND claimed_by = $2 AND state IN ('creating', 'active') FOR UPDATE`, id, s.node)
		old, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[identity])
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrClaimLost
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE msteamssync.subscriptions SET state = 'wanted', graph_id = NULL, secret_hash = NULL, asked_expiry = NULL,
			gap_since = least(gap_since, $2) WHERE id = $1`, id, orNull(gap)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO msteamssync.subscriptions (id, state, conversation, teams_team_id, resource, graph_id, secret_hash, notification_url, lifecycle_url, model, certificate_id, expires_at)
			VALUES ($1, 'retired', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			uuid.NewString(), old.Conversation, old.Team, old.Resource, old.GraphID, old.SecretHash, old.NotificationURL, old.LifecycleURL, old.Model, old.CertificateID, old.ExpiresAt)
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
	LifecycleURL    string
	Model           string
	CertificateID   string
	ExpiresAt       *time.Time
}

// AdoptSubscription gives a wanted subscription the identity of one that Graph still has although it was taken for gone;
// false when we do not know that one's secret.
func (s *Store) AdoptSubscription(ctx context.Context, id, graphID string) (adopted bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `DELETE FROM msteamssync.subscriptions o USING msteamssync.subscriptions w
			WHERE w.id = $1 AND w.claimed_by = $2 AND w.state = 'wanted' AND o.resource = w.resource
				AND o.graph_id = $3 AND o.state IN ('removing', 'retired') AND o.secret_hash IS NOT NULL
			RETURNING o.conversation, o.teams_team_id, o.resource, o.graph_id, o.secret_hash, o.notification_url, o.lifecycle_url, o.model, o.certificate_id, o.expires_at`, id, s.node, graphID)
		old, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[identity])
		if adopted = err == nil; errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE msteamssync.subscriptions SET state = 'active', gap_since = NULL, graph_id = $2, secret_hash = $3, notification_url = $4, lifecycle_url = $5, model = $6, certificate_id = $7, expires_at = $8 WHERE id = $1",
			id, old.GraphID, old.SecretHash, old.NotificationURL, old.LifecycleURL, old.Model, old.CertificateID, old.ExpiresAt)
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
func (s *Store) FailSubscription(ctx context.Context, id, code, reason string, after time.Duration) error {
	return s.changeSubscription(ctx, `failures = failures + 1, last_error = $3, error_code = $4, last_error_at = clock_timestamp(),
		not_before = clock_timestamp() + make_interval(secs => $5)`, "claimed_by = $2", id, s.node, reason, code, seconds(after))
}

// DoubtSubscription has the subscription looked after at once, whatever its age.
func (s *Store) DoubtSubscription(ctx context.Context, id, reason string) error {
	return s.changeSubscription(ctx, "failures = failures + 1, last_error = $2, error_code = '', last_error_at = clock_timestamp(), not_before = '-infinity'", "true", id, reason)
}

// WithSecret is a subscription with the hash of its secret.
type WithSecret struct {
	Subscription
	SecretHash []byte
}

// SubscriptionsClaimed finds subscriptions by Graph's ids, and by the hashes of their secrets: for notifications that come before
// Graph's answer told the id, or after the subscription was replaced. Those of the predecessor, which have no resource, shared one
// secret, which alone tells nothing.
func (s *Store) SubscriptionsClaimed(ctx context.Context, graphIDs []string, secretHashes [][]byte) (byID map[string]WithSecret, bySecret map[string]Subscription, err error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+subscriptionColumns+`, coalesce(secret_hash, '') FROM msteamssync.subscriptions WHERE graph_id = ANY ($1)
		UNION ALL SELECT `+subscriptionColumns+", secret_hash FROM msteamssync.subscriptions WHERE secret_hash = ANY ($2) AND resource <> ''", graphIDs, secretHashes)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x WithSecret, err error) {
		x.Subscription, err = scanSubscription(row, &x.SecretHash)
		return x, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find subscriptions: %w", err)
	}
	byID, bySecret = map[string]WithSecret{}, map[string]Subscription{}
	for _, x := range all {
		if x.GraphID != "" {
			byID[x.GraphID] = x
		}
		if x.Resource != "" {
			bySecret[string(x.SecretHash)] = x.Subscription
		}
	}
	return byID, bySecret, nil
}

func (s *Store) findSubscription(ctx context.Context, sql string, arguments ...any) (Subscription, bool, error) {
	rows, _ := s.pool.Query(ctx, sql, arguments...)
	x, err := pgx.CollectExactlyOneRow(rows, subscriptionOf)
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
