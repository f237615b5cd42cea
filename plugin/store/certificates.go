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

// Certificate is a certificate with which the application logs in, and its sealed private key.
type Certificate struct {
	ID         string
	DER        []byte
	PrivateKey []byte // PKCS #8, sealed
	SealedWith string // id of the key that sealed it
	CreatedBy  bridge.UserID
	CreatedAt  time.Time
	AcceptedAt *time.Time // when Entra first took it; nil until then
}

// AddCertificate keeps a new certificate and tells all nodes.
func (s *Store) AddCertificate(ctx context.Context, c Certificate, thumbprint string) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO msteamssync.certificates (id, certificate, private_key, sealed_with, created_by) VALUES ($1, $2, $3, $4, $5)",
			c.ID, c.DER, c.PrivateKey, c.SealedWith, c.CreatedBy); err != nil {
			return err
		}
		if err := audit(ctx, tx, c.CreatedBy, "create-certificate", c.ID, map[string]string{"thumbprint": thumbprint}); err != nil {
			return err
		}
		return notifyCertificates(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("keep the certificate: %w", err)
	}
	return nil
}

// Certificates lists them, newest first.
func (s *Store) Certificates(ctx context.Context) ([]Certificate, error) {
	rows, _ := s.pool.Query(ctx, "SELECT id, certificate, private_key, sealed_with, created_by, created_at, accepted_at FROM msteamssync.certificates ORDER BY created_at DESC, id")
	certificates, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Certificate])
	if err != nil {
		return nil, fmt.Errorf("read the certificates: %w", err)
	}
	return certificates, nil
}

// DeleteCertificate deletes one with its private key and tells all nodes; false when there is none.
func (s *Store) DeleteCertificate(ctx context.Context, by bridge.UserID, id string) (found bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "DELETE FROM msteamssync.certificates WHERE id = $1", id)
		if found = err == nil && tag.RowsAffected() > 0; !found {
			return err
		}
		if err := audit(ctx, tx, by, "delete-certificate", id, nil); err != nil {
			return err
		}
		return notifyCertificates(ctx, tx)
	})
	if err != nil {
		return false, fmt.Errorf("delete the certificate: %w", err)
	}
	return found, nil
}

// AcceptCertificate records that Entra took it, and deletes older ones once that has been so for keepOlder.
func (s *Store) AcceptCertificate(ctx context.Context, id string, keepOlder time.Duration) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE msteamssync.certificates SET accepted_at = clock_timestamp() WHERE id = $1 AND accepted_at IS NULL", id); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `DELETE FROM msteamssync.certificates WHERE created_at < (
			SELECT created_at FROM msteamssync.certificates WHERE id = $1 AND accepted_at <= clock_timestamp() - $2::interval) RETURNING id`, id, keepOlder)
		outdated, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(outdated) == 0 {
			return err
		}
		for _, old := range outdated {
			if err := audit(ctx, tx, "", "retire-certificate", old, nil); err != nil {
				return err
			}
		}
		return notifyCertificates(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("record that the certificate was accepted: %w", err)
	}
	return nil
}

func notifyCertificates(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_notify($1, '')", CertificatesChannel)
	return err
}
