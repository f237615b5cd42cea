// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package service_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// TestWhatAnOutageMadeADeadLetterIsTriedWithNewSettings: a secret that ran out is mended by them, and nobody waits for the next hour.
func TestWhatAnOutageMadeADeadLetterIsTriedWithNewSettings(t *testing.T) {
	one := run(t)
	conn, err := pgx.Connect(t.Context(), one.server.dataSource)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	count := func(sql string) (n int) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	storetest.Eventually(t, "the first look for such letters is over", func() bool {
		return count("SELECT count(*) FROM msteamssync.river_job WHERE kind = 'revive_after_outages' AND state = 'completed'") > 0
	})
	if _, err := conn.Exec(t.Context(), `INSERT INTO msteamssync.inbox (conversation, teams_team_id, root, message, change, source_at, not_before, state, outages, failing_since)
		VALUES ('19:one@thread.tacv2', 'team', '', '1', 'created', now(), now(), 'dead', 1, now())`); err != nil {
		t.Fatal(err)
	}
	one.set(map[string]any{"syncsystemmessages": true})
	storetest.Eventually(t, "it is no dead letter any more", func() bool {
		return count("SELECT count(*) FROM msteamssync.inbox WHERE state = 'dead'") == 0
	})
}
