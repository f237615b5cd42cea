// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package service_test

import (
	"context"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/service"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// beside starts another node with a configuration of its own that says the same.
func (r *running) beside() *running {
	r.t.Helper()
	other := &running{t: r.t, tenant: r.tenant, server: &configured{settings: maps.Clone(r.server.settings)}}
	other.server.driver, other.server.dataSource = r.server.driver, r.server.dataSource
	s, err := start(r.t, other.server)
	if err != nil {
		r.t.Fatal(err)
	}
	other.Service = s
	return other
}

// TestANodeWithOlderSettingsRests, until its own are brought up to date; then its jobs run, too.
func TestANodeWithOlderSettingsRests(t *testing.T) {
	one := run(t)
	two := one.beside()
	if s := two.until("the other node works", func(s service.Status) bool { return s.Bridging }); s.Behind != nil {
		t.Fatalf("with the same settings: %+v", s.Behind)
	}
	one.set(map[string]any{"syncsystemmessages": true})
	behind := two.until("it is behind", func(s service.Status) bool { return s.Behind != nil })
	newest := one.Status(t.Context())
	if newest.Behind != nil || !newest.Bridging {
		t.Errorf("the node with the newest settings: %+v", newest)
	}
	if b := behind.Behind; behind.Bridging || behind.State != service.Running || b.Node != newest.Node || b.Since.IsZero() || !strings.Contains(b.Message, "up to date") {
		t.Errorf("behind %+v, status %+v", b, behind)
	}
	scrape := httptest.NewRecorder()
	two.ServeMetrics(scrape, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	if text := scrape.Body.String(); !strings.Contains(text, "msteams_connect_app_settings_behind 1") {
		t.Errorf("metrics %s", text)
	}

	two.set(map[string]any{"terraformmanagedkeys": "tenantId"}) // changes nothing that matters
	if s := two.Status(t.Context()); s.Behind == nil {
		t.Error("a change without effect made old settings the newest")
	}
	two.set(map[string]any{"syncsystemmessages": true})
	two.until("it works again", func(s service.Status) bool { return s.Bridging })
	if s := one.Status(t.Context()); s.Behind != nil {
		t.Errorf("the same change left the first node behind: %+v", s.Behind)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := one.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), two.server.dataSource)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "DELETE FROM msteamssync.river_job"); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "its jobs run", func() bool {
		var n int
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM msteamssync.river_job WHERE state = 'completed' AND $1 = ANY (attempted_by)", behind.Node).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n > 0
	})
}

// TestANodeThatStartsWithOlderSettingsRests from the beginning.
func TestANodeThatStartsWithOlderSettingsRests(t *testing.T) {
	one := run(t)
	old := maps.Clone(one.server.settings)
	one.set(map[string]any{"syncsystemmessages": true})
	two := one.beside()
	two.until("it works", func(s service.Status) bool { return s.Bridging })
	conn, err := pgx.Connect(t.Context(), one.server.dataSource)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	// All nodes of a test are on one host; these are on another one.
	if _, err := conn.Exec(t.Context(), "UPDATE msteamssync.settings_nodes SET server = 'another'"); err != nil {
		t.Fatal(err)
	}
	one.server.settings = old
	three := one.beside()
	if s := three.until("it is behind", func(s service.Status) bool { return s.Behind != nil }); s.Bridging {
		t.Errorf("status %+v", s)
	}
	three.set(map[string]any{"syncguestusers": true}) // what nobody has had is newer
	three.until("it works", func(s service.Status) bool { return s.Bridging && s.Behind == nil })
	two.until("the others rest", func(s service.Status) bool { return s.Behind != nil })
}
