// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package intake_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/postgres"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

const channel = "19:one@thread.tacv2"

// office is an intake on a real database; every secret is right and the channel is linked.
type office struct{ store *store.Store }

func (o office) Match(_ context.Context, claims []intake.Claim) (map[intake.Claim]intake.Subscription, error) {
	found := map[intake.Claim]intake.Subscription{}
	for _, claim := range claims {
		found[claim] = intake.Subscription{ID: "s", Conversation: channel}
	}
	return found, nil
}

func (office) Delivered(context.Context, intake.Subscription, int) error { return nil }

func (o office) Lifecycle(context.Context, intake.LifecycleEvent) error { return nil }

func (o office) Takes(context.Context, bridge.Conversation) (bool, error) { return true, nil }

func (o office) Receive(ctx context.Context, arrivals []bridge.Arrival) error {
	return o.store.Accept(ctx, arrivals, time.Hour)
}

func (o office) Ignored(bridge.Direction, bridge.Kind, bridge.Reason) {}

func (o office) post(items ...string) (status int, took time.Duration) {
	began := time.Now()
	w := httptest.NewRecorder()
	intake.New(intake.Config{Subscriptions: o, Inbox: o, Observer: o, Log: slog.New(slog.DiscardHandler)}).
		ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/changes", strings.NewReader(`{"value":[`+strings.Join(items, ",")+`],"validationTokens":["t"]}`)))
	return w.Code, time.Since(began)
}

func created(id int) string {
	return fmt.Sprintf(`{"clientState":"s","tenantId":"t","changeType":"created","resource":"teams('t')/channels('%s')/messages('%d')",
		"encryptedContent":{"data":"%d","dataSignature":"s","dataKey":"k","encryptionCertificateId":"c"}}`, channel, id, id)
}

// TestWhatIsNotCommittedIsNotAcknowledged: while PostgreSQL is away, deliveries are answered with 503 in time; the same
// delivery is taken when it is back, and nothing of the refused ones is there.
func TestWhatIsNotCommittedIsNotAcknowledged(t *testing.T) {
	server, err := postgres.Start(t.Context(), postgres.Options{Fsync: true}) // it is killed
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	s, err := store.Open(t.Context(), server.DSN, store.Options{Node: "node", MaxConnections: 5, Log: storetest.Log(t, "node")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	o := office{s}
	rows := func() (n int) {
		t.Helper()
		storetest.Eventually(t, "the rows are counted", func() bool { // a connection may be older than the kill
			return s.Pool().QueryRow(t.Context(), "SELECT count(*) FROM msteamssync.inbox WHERE sealed IS NOT NULL AND proof <> ''").Scan(&n) == nil
		})
		return n
	}
	if status, _ := o.post(created(1)); status != http.StatusAccepted || rows() != 1 {
		t.Fatalf("answer %d with %d rows", status, rows())
	}
	server.Kill()
	for range 3 {
		if status, took := o.post(created(2), created(3)); status != http.StatusServiceUnavailable || took > 3*time.Second {
			t.Errorf("without a database: %d after %v; Graph wants an answer within 3 s", status, took)
		}
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := o.post(created(2), created(3)); status != http.StatusAccepted {
		t.Errorf("with the database back: %d", status)
	}
	if n := rows(); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
}

// TestABatchIsCommittedAsAWhole: one item that cannot be stored leaves nothing of the others, and the answer says so.
func TestABatchIsCommittedAsAWhole(t *testing.T) {
	server, err := postgres.Start(t.Context(), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	s, err := store.Open(t.Context(), server.DSN, store.Options{Node: "node", MaxConnections: 5, Log: storetest.Log(t, "node")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := s.Pool().Exec(t.Context(), "ALTER TABLE msteamssync.inbox ADD CHECK (message <> '2')"); err != nil {
		t.Fatal(err)
	}
	if status, _ := (office{s}).post(created(1), created(2), created(3)); status != http.StatusServiceUnavailable {
		t.Errorf("answer %d", status)
	}
	for _, table := range []string{"inbox", "proofs"} {
		var n int
		if err := s.Pool().QueryRow(t.Context(), "SELECT count(*) FROM msteamssync."+table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows in %s, %v; want none", n, table, err)
		}
	}
}
