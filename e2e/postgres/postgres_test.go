//go:build acc || e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package postgres_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/postgres"
)

func TestServerKeepsDataOverAKillAndLeavesNothing(t *testing.T) {
	ctx := t.Context()
	server, err := postgres.Start(ctx, postgres.Options{Fsync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.WithoutCancel(ctx)) })

	dsn, err := server.NewDatabase(ctx, "of-a-test")
	if err != nil {
		t.Fatal(err)
	}
	exec(t, dsn, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")

	server.Kill()
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	exec(t, dsn, "SELECT 1/(CASE WHEN (SELECT n FROM kept) = 7 THEN 1 ELSE 0 END)")

	pid := server.Pid()
	if err := server.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); err == nil {
		t.Errorf("process %d still runs", pid)
	}
	if err := server.Close(ctx); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestABackupBringsBackWhatWas(t *testing.T) {
	ctx := t.Context()
	server, err := postgres.Start(ctx, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.WithoutCancel(ctx)) })
	const count = "SELECT 1/(CASE WHEN (SELECT count(*) FROM kept) = 1 THEN 1 ELSE 0 END)"
	exec(t, server.DSN, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)")
	backup, err := server.Backup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		exec(t, server.DSN, count, "INSERT INTO kept VALUES (2)")
		if err := server.Restore(ctx, backup); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, server.DSN, count)
}

func exec(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, s := range statements {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
