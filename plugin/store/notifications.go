// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
)

// It keeps the keys of encrypted notifications.
var _ notification.KeyStore = (*Store)(nil)

// proofOf names validation tokens; nothing for none.
func proofOf(tokens []string) string {
	if len(tokens) == 0 {
		return ""
	}
	h := sha256.New()
	for _, token := range tokens {
		_, _ = fmt.Fprintf(h, "%d:%s,", len(token), token) // never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// keepingProofs stores the tokens of a delivery unless they are known. A row that is used again is noted once an hour, so
// that deliveries with the same tokens do not wait for one another.
func keepingProofs(proofs map[string][]string) (all []statement) {
	for _, id := range slices.Sorted(maps.Keys(proofs)) {
		all = append(all,
			statement{"UPDATE msteamssync.proofs SET seen_at = clock_timestamp() WHERE id = $1 AND seen_at < clock_timestamp() - interval '1 hour'", []any{id}},
			statement{"INSERT INTO msteamssync.proofs (id, tokens) VALUES ($1, $2) ON CONFLICT DO NOTHING", []any{id, proofs[id]}})
	}
	return all
}

// Tokens finds the validation tokens of a delivery by their name; none when they are not known any more.
func (s *Store) Tokens(ctx context.Context, name string) (tokens []string, err error) {
	err = s.pool.QueryRow(ctx, "SELECT tokens FROM msteamssync.proofs WHERE id = $1", name).Scan(&tokens)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("find validation tokens: %w", err)
	}
	return tokens, nil
}

// ForgetTokens deletes validation tokens that were not seen for at least age, which must be more than an hour, and that
// no event needs any more.
func (s *Store) ForgetTokens(ctx context.Context, age time.Duration) (int, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM msteamssync.proofs p WHERE seen_at < clock_timestamp() - make_interval(secs => $1)
		AND NOT EXISTS (SELECT FROM msteamssync.inbox i WHERE i.proof = p.id)`, seconds(age))
	if err != nil {
		return 0, fmt.Errorf("forget validation tokens: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// KeepDecryptionKey stores the key of the certificate in use, in place of one with the same id, and notes the time.
func (s *Store) KeepDecryptionKey(ctx context.Context, key notification.SealedKey) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO msteamssync.decryption_keys (certificate_id, private_key, sealed_with) VALUES ($1, $2, $3)
		ON CONFLICT (certificate_id) DO UPDATE SET private_key = excluded.private_key, sealed_with = excluded.sealed_with, in_use_at = clock_timestamp()`,
		key.ID, key.Private, key.SealID)
	if err != nil {
		return fmt.Errorf("keep a decryption key: %w", err)
	}
	return nil
}

// DecryptionKey finds a key; false when there is none.
func (s *Store) DecryptionKey(ctx context.Context, id string) (key notification.SealedKey, found bool, err error) {
	key.ID = id
	err = s.pool.QueryRow(ctx, "SELECT private_key, sealed_with FROM msteamssync.decryption_keys WHERE certificate_id = $1", id).Scan(&key.Private, &key.SealID)
	if errors.Is(err, pgx.ErrNoRows) {
		return notification.SealedKey{}, false, nil
	}
	if err != nil {
		return notification.SealedKey{}, false, fmt.Errorf("find a decryption key: %w", err)
	}
	return key, true, nil
}

// ForgetDecryptionKeys deletes those that have not been in use for at least age and that no subscription names.
func (s *Store) ForgetDecryptionKeys(ctx context.Context, age time.Duration) (int, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM msteamssync.decryption_keys k WHERE in_use_at < clock_timestamp() - make_interval(secs => $1)
		AND NOT EXISTS (SELECT FROM msteamssync.subscriptions u WHERE u.certificate_id = k.certificate_id)`, seconds(age))
	if err != nil {
		return 0, fmt.Errorf("forget decryption keys: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
