// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// dataKeysLock is the advisory lock under which the data keys change; the number is ours alone.
const dataKeysLock = 7_305_418_626_045

// DataKey seals tokens and private keys. It is kept wrapped.
type DataKey struct {
	ID          string
	Wrapped     []byte
	WrappedWith string // id of the key that wraps it
	CreatedAt   time.Time
}

// DataKeyChange is what becomes of the data keys.
type DataKeyChange struct {
	Rewrapped []DataKey
	Added     []DataKey // in the order in which they are to follow; one whose id is there already is left as it is
	Actor     bridge.UserID
	Action    string // for the audit record
}

func (c DataKeyChange) isEmpty() bool { return len(c.Rewrapped)+len(c.Added) == 0 }

// DataKeys lists the keys, oldest first.
func (s *Store) DataKeys(ctx context.Context) ([]DataKey, error) {
	keys, err := dataKeys(ctx, s.pool)
	if err != nil {
		return nil, fmt.Errorf("read the data keys: %w", err)
	}
	return keys, nil
}

func dataKeys(ctx context.Context, q querier) ([]DataKey, error) {
	rows, _ := q.Query(ctx, "SELECT id, wrapped, wrapped_with, created_at FROM msteamssync.data_keys ORDER BY created_at, id")
	return pgx.CollectRows(rows, pgx.RowToStructByPos[DataKey])
}

// ChangeDataKeys makes the change that decide makes of the keys as they are, one node at a time and as a whole, and tells all
// nodes. It returns the keys as they are then, oldest first. decide may be called more than once.
func (s *Store) ChangeDataKeys(ctx context.Context, decide func(have []DataKey) (DataKeyChange, error)) (keys []DataKey, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(dataKeysLock)); err != nil {
			return err
		}
		if keys, err = dataKeys(ctx, tx); err != nil {
			return err
		}
		change, err := decide(keys)
		if err != nil || change.isEmpty() {
			return err
		}
		for _, key := range change.Rewrapped {
			if _, err := tx.Exec(ctx, "UPDATE msteamssync.data_keys SET wrapped = $2, wrapped_with = $3 WHERE id = $1", key.ID, key.Wrapped, key.WrappedWith); err != nil {
				return err
			}
		}
		for _, key := range change.Added {
			if _, err := tx.Exec(ctx, "INSERT INTO msteamssync.data_keys (id, wrapped, wrapped_with) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", key.ID, key.Wrapped, key.WrappedWith); err != nil {
				return err
			}
		}
		if err := audit(ctx, tx, change.Actor, change.Action, "encryption-key", map[string]string{
			"rewrapped": fmt.Sprint(len(change.Rewrapped)), "added": fmt.Sprint(len(change.Added)),
		}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT pg_notify($1, '')", DataKeysChannel); err != nil {
			return err
		}
		keys, err = dataKeys(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("change the data keys: %w", err)
	}
	return keys, nil
}

// SealedKind is a kind of secret that is kept sealed.
type SealedKind string

// The kinds.
const (
	SealedTokens         SealedKind = "tokens"          // of accounts
	SealedCertificates   SealedKind = "certificates"    // private keys with which the application logs in
	SealedDecryptionKeys SealedKind = "decryption_keys" // private keys of encryption certificates
)

// sealedColumns are table, id, secret, and the key's id of each kind.
var sealedColumns = map[SealedKind][4]string{
	SealedTokens:         {"msteamssync.accounts", "id", "token", "token_key"},
	SealedCertificates:   {"msteamssync.certificates", "id", "private_key", "sealed_with"},
	SealedDecryptionKeys: {"msteamssync.decryption_keys", "certificate_id", "private_key", "sealed_with"},
}

// Sealed is a secret with the id of the key that sealed it.
type Sealed struct {
	ID     string
	Secret []byte
	Key    string
}

// SealedWith lists secrets that one of the keys sealed, by id, from after one on.
func (s *Store) SealedWith(ctx context.Context, kind SealedKind, keys []string, after string, limit int) ([]Sealed, error) {
	c := sealedColumns[kind]
	rows, _ := s.pool.Query(ctx, fmt.Sprintf("SELECT %[2]s, %[3]s, %[4]s FROM %[1]s WHERE %[4]s = ANY ($1) AND %[2]s > $2 ORDER BY %[2]s LIMIT $3", c[0], c[1], c[2], c[3]), keys, after, limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Sealed])
	if err != nil {
		return nil, fmt.Errorf("read what is to be sealed again: %w", err)
	}
	return found, nil
}

// Reseal puts a secret in place of the same one sealed otherwise; false when that was replaced meanwhile.
func (s *Store) Reseal(ctx context.Context, kind SealedKind, old, fresh Sealed) (bool, error) {
	c := sealedColumns[kind]
	tag, err := s.pool.Exec(ctx, fmt.Sprintf("UPDATE %[1]s SET %[3]s = $3, %[4]s = $4 WHERE %[2]s = $1 AND %[3]s = $2", c[0], c[1], c[2], c[3]), old.ID, old.Secret, fresh.Secret, fresh.Key)
	if err != nil {
		return false, fmt.Errorf("seal again: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// CountSealed counts the secrets by the key that sealed them.
func (s *Store) CountSealed(ctx context.Context) (map[string]int, error) {
	rows, _ := s.pool.Query(ctx, `SELECT key, count(*) FROM (SELECT token_key AS key FROM msteamssync.accounts UNION ALL SELECT sealed_with FROM msteamssync.certificates
		UNION ALL SELECT sealed_with FROM msteamssync.decryption_keys) AS sealed GROUP BY key`)
	counts := map[string]int{}
	var key string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&key, &n}, func() error {
		counts[key] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count what is sealed: %w", err)
	}
	return counts, nil
}

// DropDataKeys deletes those of the keys that seal nothing, once a newer one, current, has been there for long enough that
// every node seals with it.
func (s *Store) DropDataKeys(ctx context.Context, ids []string, current string, age time.Duration) (int, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM msteamssync.data_keys k USING msteamssync.data_keys c WHERE c.id = $2 AND k.id = ANY ($1) AND k.created_at < c.created_at
		AND c.created_at < clock_timestamp() - make_interval(secs => $3)
		AND NOT EXISTS (SELECT FROM msteamssync.accounts WHERE token_key = k.id)
		AND NOT EXISTS (SELECT FROM msteamssync.certificates WHERE sealed_with = k.id)
		AND NOT EXISTS (SELECT FROM msteamssync.decryption_keys WHERE sealed_with = k.id)`, ids, current, seconds(age))
	if err != nil {
		return 0, fmt.Errorf("delete data keys that seal nothing: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
