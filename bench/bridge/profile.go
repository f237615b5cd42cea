// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// profile is what PostgreSQL's connections were seen at, so that one knows what a message waits for there.
type profile struct {
	samples int
	seen    map[string]int // statement and wait → how many connections were at it, over all samples
}

const sampleEvery = 20 * time.Millisecond

// profiled looks at all connections over and over while f runs.
func (w *world) profiled(ctx context.Context, f func() error) (p profile, err error) {
	database, err := pgx.Connect(ctx, w.Postgres.DSN)
	if err != nil {
		return p, fmt.Errorf("open Mattermost's database: %w", err)
	}
	defer database.Close(ctx)
	p.seen = map[string]int{}
	ended := make(chan error, 1)
	go func() { ended <- f() }()
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return p, err
		case <-tick.C:
		}
		rows, err := database.Query(ctx, `SELECT state, coalesce(wait_event, 'runs'), query FROM pg_stat_activity
			WHERE state IN ('active', 'idle in transaction') AND pid <> pg_backend_pid() AND datname = current_database()`)
		if err != nil {
			return p, fmt.Errorf("look at the connections: %w", err)
		}
		var state, wait, query string
		if _, err := pgx.ForEachRow(rows, []any{&state, &wait, &query}, func() error {
			if state != "active" {
				wait = "between statements"
			}
			words := strings.Join(strings.Fields(query), " ")
			p.seen[wait+"\t"+words[:min(len(words), 110)]]++
			return nil
		}); err != nil {
			return p, fmt.Errorf("look at the connections: %w", err)
		}
		p.samples++
	}
}

// write shows the statements that were seen most, with how many connections were at each on average.
func (p profile) write(w io.Writer) {
	most := slices.SortedFunc(maps.Keys(p.seen), func(a, b string) int { return cmp.Compare(p.seen[b], p.seen[a]) })
	for _, key := range most[:min(len(most), 25)] {
		fmt.Fprintf(w, "%6.3f  %s\n", float64(p.seen[key])/float64(p.samples), key)
	}
}
