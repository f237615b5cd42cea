// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is the advisory lock that keeps two nodes from migrating at once; the number is ours alone.
const migrationLock = 7_305_418_626_041

type migration struct {
	version int
	name    string
	sql     string
}

// migrate applies what is not applied yet, each file in a transaction of its own.
func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	todo, err := readMigrations(migrations)
	if err != nil {
		return err
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to Mattermost's database: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return fmt.Errorf("wait for another node's migration: %w", err)
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrationLock))
	}()

	if err := createSchema(ctx, conn); err != nil {
		return err
	}
	var current int
	if err := conn.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM msteamssync.migrations").Scan(&current); err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if last := todo[len(todo)-1].version; current > last {
		return fmt.Errorf("the schema msteamssync has version %d, newer than this plugin's %d: install the newer plugin again", current, last)
	}
	for _, m := range todo {
		if m.version <= current {
			continue
		}
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, m.sql); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO msteamssync.migrations (version, name) VALUES ($1, $2)", m.version, m.name)
			return err
		})
		if err != nil {
			return fmt.Errorf("migrate the schema msteamssync with %s: %w", m.name, err)
		}
	}
	return migrateRiver(ctx, pool)
}

// createSchema asks first whether the schema is there: an administrator may have created it for a role that cannot.
func createSchema(ctx context.Context, conn *pgxpool.Conn) error {
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'msteamssync')").Scan(&exists); err != nil {
		return fmt.Errorf("look for the schema msteamssync: %w", err)
	}
	statements := []string{`CREATE TABLE IF NOT EXISTS msteamssync.migrations (
		version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`}
	if !exists {
		statements = append([]string{"CREATE SCHEMA IF NOT EXISTS msteamssync"}, statements...)
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "42501" {
				return fmt.Errorf("Mattermost's database role may not create the schema msteamssync; run as a superuser: CREATE SCHEMA msteamssync AUTHORIZATION <role>; (%w)", err)
			}
			return fmt.Errorf("create the schema msteamssync: %w", err)
		}
	}
	return nil
}

// readMigrations returns the files in the order of their numbers, which must be 1, 2, 3 …
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var list []migration
	for i, name := range names {
		base := strings.TrimPrefix(name, "migrations/")
		number, _, _ := strings.Cut(base, "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s: the number must be %04d", base, i+1)
		}
		sql, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		list = append(list, migration{version: version, name: base, sql: string(sql)})
	}
	return list, nil
}
