// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package storetest gives tests a store on a real PostgreSQL: one server per test binary, one database per test.
//
//	func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }
//
//	func TestSomething(t *testing.T) {
//		s := storetest.Open(t, storetest.NewDatabase(t), "node")
//	}
package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/postgres"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

var (
	server    *postgres.Server
	databases atomic.Int32
)

// Run starts PostgreSQL, runs the tests and stops it.
func Run(m *testing.M) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if server, err = postgres.Start(ctx, postgres.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, "start PostgreSQL for the tests:", err)
		return 1
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL after the tests:", err)
		}
	}()
	return m.Run()
}

// NewDatabase makes an empty database and returns its data source.
func NewDatabase(t testing.TB) string {
	t.Helper()
	if server == nil {
		t.Fatal("no PostgreSQL: TestMain must call storetest.Run")
	}
	dsn, err := server.NewDatabase(t.Context(), fmt.Sprintf("test_%d", databases.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// Open opens a store that is closed when the test ends. Its log goes to the test's.
func Open(t testing.TB, dsn, node string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, store.Options{Node: node, MaxConnections: 5, Log: Log(t, node)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Eventually polls until ok is true, and ends the test if it is not within a minute.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// Log returns a logger that writes to the test's log.
func Log(t testing.TB, node string) *slog.Logger {
	return slog.New(slog.NewTextHandler(writer{t}, &slog.HandlerOptions{Level: slog.LevelDebug})).With("node", node)
}

type writer struct{ t testing.TB }

func (w writer) Write(line []byte) (int, error) {
	// A connection may report its end after the test's.
	if w.t.Context().Err() == nil {
		w.t.Log(strings.TrimSuffix(string(line), "\n"))
	}
	return len(line), nil
}
