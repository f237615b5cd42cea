// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

type executor interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}

// audit writes who did what. Within a transaction the record is there if and only if the deed is.
func audit(ctx context.Context, on executor, actor bridge.UserID, action, subject string, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	_, err := on.Exec(ctx, "INSERT INTO msteamssync.audit (actor, action, subject, detail) VALUES ($1, $2, $3, $4)", actor, action, subject, detail)
	return err
}

// Audit writes who did what. The actor is empty when the plugin did it by itself.
func (s *Store) Audit(ctx context.Context, actor bridge.UserID, action, subject string, detail map[string]string) error {
	if err := audit(ctx, s.pool, actor, action, subject, detail); err != nil {
		return fmt.Errorf("write the audit record %s of %s: %w", action, subject, err)
	}
	return nil
}

// Note is who changes a link or a request for one, and how.
type Note struct {
	Actor  bridge.UserID
	Action string
	Detail map[string]string
}

type noteKey struct{}

// Noting returns a context for one change of a link or of a request for one. What changes it writes the note as an audit record
// within its own transaction, if it changes anything; the record's subject is the Mattermost channel, and its detail names the
// Teams channel too. A context, because the bridge lies between, which makes and deletes links without knowing who asked for it.
func Noting(ctx context.Context, note Note) context.Context {
	return context.WithValue(ctx, noteKey{}, note)
}

// NoteIn returns the note that Noting put into the context; false for none.
func NoteIn(ctx context.Context) (Note, bool) {
	note, found := ctx.Value(noteKey{}).(Note)
	return note, found
}

// auditNote writes the note in the context, if there is one.
func auditNote(ctx context.Context, tx pgx.Tx, channel bridge.ChannelID, in bridge.Conversation, more map[string]string) error {
	note, found := NoteIn(ctx)
	if !found {
		return nil
	}
	detail := map[string]string{"conversation": string(in.ID), "team": string(in.Team)}
	maps.Copy(detail, note.Detail)
	maps.Copy(detail, more)
	return audit(ctx, tx, note.Actor, note.Action, string(channel), detail)
}

// AuditRecord is one thing that somebody did.
type AuditRecord struct {
	At      time.Time
	Actor   bridge.UserID
	Action  string
	Subject string
	Detail  map[string]string
}

// AuditTrail returns the newest records, newest first.
func (s *Store) AuditTrail(ctx context.Context, limit int) ([]AuditRecord, error) {
	rows, _ := s.pool.Query(ctx, "SELECT at, actor, action, subject, detail FROM msteamssync.audit ORDER BY id DESC LIMIT $1", limit)
	records, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AuditRecord])
	if err != nil {
		return nil, fmt.Errorf("read the audit records: %w", err)
	}
	return records, nil
}

// AuditPage returns records of the given actions, newest first, from the offset on, and how many there are. An empty
// subject stands for all.
func (s *Store) AuditPage(ctx context.Context, actions []string, subject string, offset, limit int) (records []AuditRecord, total int, err error) {
	const condition = " FROM msteamssync.audit WHERE action = ANY ($1) AND ($2 = '' OR subject = $2)"
	if err = s.pool.QueryRow(ctx, "SELECT count(*)"+condition, actions, subject).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count the audit records: %w", err)
	}
	rows, _ := s.pool.Query(ctx, "SELECT at, actor, action, subject, detail"+condition+" ORDER BY id DESC OFFSET $3 LIMIT $4", actions, subject, offset, limit)
	if records, err = pgx.CollectRows(rows, pgx.RowToStructByPos[AuditRecord]); err != nil {
		return nil, 0, fmt.Errorf("read the audit records: %w", err)
	}
	return records, total, nil
}
