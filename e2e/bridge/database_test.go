//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

func TestNothingIsLostWhilePostgreSQLIsAway(t *testing.T) {
	l := newLink(t)
	l.say(t, "blake@demo.example", "", "<p>before</p>")
	l.post(t, "before")
	shared.Postgres.Stop(t.Context())
	restarted := false
	defer func() {
		if !restarted {
			_ = shared.Postgres.Start(context.WithoutCancel(t.Context()))
		}
	}()
	l.say(t, "blake@demo.example", "", "<p>while the database is away</p>")
	eventually(t, func(context.Context) error {
		for _, d := range shared.Emulator.Subscriptions().Deliveries() {
			if d.Status >= http.StatusInternalServerError && strings.Contains(d.Endpoint, catalog.RouteChanges) {
				return nil
			}
		}
		return fmt.Errorf("no delivery was answered with 5xx: %+v", shared.Emulator.Subscriptions().Counts())
	})
	if err := shared.Postgres.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	restarted = true
	l.waitForAll(t, 2, 2)
	l.post(t, "while the database is away")
	if posts, messages := l.counts(t); posts != 2 || messages != 2 {
		t.Errorf("%d posts and %d Teams messages, want 2 on each side", posts, messages)
	}
}
