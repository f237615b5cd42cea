// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// posts looks at Mattermost's posts in its database, so that looking costs the server nothing.
type posts struct {
	database *pgx.Conn
	channels []string
	before   int // posts in the channels when it was opened
}

func (w *world) openPosts(ctx context.Context) (*posts, error) {
	database, err := pgx.Connect(ctx, w.Postgres.DSN)
	if err != nil {
		return nil, fmt.Errorf("open Mattermost's database: %w", err)
	}
	p := &posts{database: database}
	for _, channel := range w.channels {
		p.channels = append(p.channels, channel.ID)
	}
	p.before, err = p.total(ctx)
	return p, err
}

func (p *posts) close(ctx context.Context) { _ = p.database.Close(ctx) }

// total is the sum of the channels' counters: counting posts would take longer the more there are.
func (p *posts) total(ctx context.Context) (n int, err error) {
	if err := p.database.QueryRow(ctx, "SELECT sum(totalmsgcount) FROM channels WHERE id = any($1)", p.channels).Scan(&n); err != nil {
		return 0, fmt.Errorf("count posts: %w", err)
	}
	return n, nil
}

// commits counts the database's transactions so far, those of everybody; each that wrote waits for the disk.
func (p *posts) commits(ctx context.Context) (n int64, err error) {
	if err := p.database.QueryRow(ctx, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()").Scan(&n); err != nil {
		return 0, fmt.Errorf("count commits: %w", err)
	}
	return n, nil
}

// askEvery is how often await asks. When a post was there is told by the post, and with 1,000 channels the question takes 6 ms
// of the processors that are measured.
const askEvery = 500 * time.Millisecond

// await waits until n posts were added since it was opened.
func (p *posts) await(ctx context.Context, n int, atMost time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for added := 0; ; {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d messages were posted: %w", added, n, context.Cause(ctx))
		case <-tick.C:
		}
		total, err := p.total(ctx)
		if err != nil {
			return err
		}
		if added = total - p.before; added >= n {
			return nil
		}
	}
}

// found are the posts of numbered messages.
type found struct {
	at      map[int]time.Time // when each was there, to the millisecond
	last    time.Time
	doubled int
}

// numbered finds the posts of n messages, numbered from first. A post of the bridge may have the time of its message, so it
// counts from when the bridge had recorded it, which is a little later than it was there.
func (p *posts) numbered(ctx context.Context, first, n int) (f found, err error) {
	f.at = map[int]time.Time{}
	rows, err := p.database.Query(ctx, `SELECT p.message, CASE WHEN m.id IS NULL THEN p.createat ELSE extract(epoch FROM coalesce(m.confirmed_at, clock_timestamp())) * 1000 END::bigint
		FROM posts p LEFT JOIN msteamssync.message_map m ON m.id = p.props ->> '`+bridge.MappingProp+`'
		WHERE p.channelid = any($1) AND p.deleteat = 0 AND p.message LIKE 'message %'`, p.channels)
	if err != nil {
		return f, fmt.Errorf("read posts: %w", err)
	}
	var message string
	var ms int64
	_, err = pgx.ForEachRow(rows, []any{&message, &ms}, func() error {
		found := numbered.FindStringSubmatch(message)
		if found == nil {
			return nil
		}
		number, _ := strconv.Atoi(found[1])
		if number < first || number >= first+n {
			return nil
		}
		if _, twice := f.at[number]; twice {
			f.doubled++
		}
		f.at[number] = time.UnixMilli(ms)
		if at := time.UnixMilli(ms); at.After(f.last) {
			f.last = at
		}
		return nil
	})
	if err != nil {
		return f, fmt.Errorf("read posts: %w", err)
	}
	return f, nil
}
