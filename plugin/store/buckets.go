// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
)

var _ governor.Ledger = (*Store)(nil)

// forgetBuckets is how long a full bucket is kept.
const forgetBuckets = time.Minute

// furthest is how far ahead buckets may be handed out. It bounds what a database clock that was set back can cost.
const furthest = time.Minute

// Exchange hands out parts of buckets in one round trip. The rows are locked in one order, for microseconds.
func (s *Store) Exchange(ctx context.Context, wants []governor.Want) ([]governor.Grant, error) {
	wants = slices.Clone(wants)
	slices.SortFunc(wants, func(a, b governor.Want) int { return strings.Compare(a.Bucket, b.Bucket) })
	var buckets []string
	var steps, bursts, lowBursts, closes, returns, reaches []float64
	var counts, lows, groups []int
	var ends []*time.Time
	for _, w := range wants {
		buckets = append(buckets, w.Bucket)
		steps = append(steps, seconds(w.Step))
		bursts = append(bursts, seconds(w.Burst))
		lowBursts = append(lowBursts, seconds(w.LateBurst))
		counts = append(counts, w.Count)
		lows = append(lows, w.Late)
		groups = append(groups, w.Group)
		reaches = append(reaches, seconds(w.Reach))
		closes = append(closes, seconds(w.Close))
		var end *time.Time
		if !w.Return.IsZero() {
			end = &w.Return
		}
		ends = append(ends, end)
		returns = append(returns, seconds(w.ReturnFrom))
	}
	batch := &pgx.Batch{}
	batch.Queue(`INSERT INTO msteamssync.buckets (bucket, full_at)
		SELECT DISTINCT b, clock_timestamp() FROM unnest($1::text[]) b ORDER BY b ON CONFLICT DO NOTHING`, buckets)
	batch.Queue(`WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now),
		locked AS MATERIALIZED (
			SELECT b.bucket, b.full_at, b.closed_until FROM msteamssync.buckets b WHERE b.bucket = ANY ($1) ORDER BY b.bucket FOR UPDATE),
		asked AS (
			SELECT l.bucket, a.step, a.burst, a.late_burst, a.count, a.late, a.grp, a.reach, m.now,
				least(CASE WHEN l.full_at = a.own_end THEN m.now + make_interval(secs => a.return_from) ELSE l.full_at END,
					m.now + make_interval(secs => $10)) AS full_at,
				greatest(l.closed_until, CASE WHEN a.close > 0 THEN m.now + make_interval(secs => a.close) END) AS closed_until
			FROM locked l CROSS JOIN moment m
			JOIN unnest($1::text[], $2::float8[], $3::float8[], $4::float8[], $5::integer[], $6::integer[], $7::float8[], $8::timestamptz[], $9::float8[], $11::integer[], $12::float8[])
				AS a (bucket, step, burst, late_burst, count, late, close, own_end, return_from, grp, reach) USING (bucket)),
		alone AS (
			SELECT *, CASE WHEN burst = 0 THEN greatest(full_at, closed_until, now) ELSE greatest(full_at, now) END AS begins FROM asked),
		begun AS (
			SELECT *, CASE WHEN grp = 0 THEN begins ELSE max(begins) OVER (PARTITION BY grp) END AS counts_from FROM alone),
		live AS (
			SELECT *, CASE WHEN burst = 0 THEN count
				WHEN closed_until > now THEN 0
				ELSE greatest(0, least(count, floor((burst - extract(epoch FROM begins - now)) / step + 1e-6)::integer)) END AS given FROM begun),
		given AS (
			SELECT *, CASE WHEN burst = 0 OR closed_until > now THEN 0
				ELSE greatest(0, least(late, floor((late_burst - extract(epoch FROM begins - now)) / step + 1e-6)::integer - given)) END AS given_late FROM live)
		UPDATE msteamssync.buckets b SET closed_until = g.closed_until,
			full_at = CASE WHEN given + given_late > 0 THEN greatest(counts_from + make_interval(secs => step * (given + given_late)), now + make_interval(secs => reach)) ELSE g.full_at END
		FROM given g WHERE b.bucket = g.bucket
		RETURNING b.bucket, given, given_late, begins, b.full_at,
			extract(epoch FROM begins - now)::float8, extract(epoch FROM b.full_at - now)::float8, extract(epoch FROM greatest(g.closed_until, now) - now)::float8`,
		buckets, steps, bursts, lowBursts, counts, lows, closes, ends, returns, seconds(furthest), groups, reaches)
	// Without BEGIN and COMMIT a batch is one transaction and one round trip.
	results := s.pool.SendBatch(ctx, batch)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return nil, fmt.Errorf("ask for a part of Graph's limits: %w", err)
	}
	rows, _ := results.Query()
	grants, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g governor.Grant, err error) {
		var from, until, closed float64
		err = row.Scan(&g.Bucket, &g.Count, &g.Late, &g.Begin, &g.End, &from, &until, &closed)
		g.From, g.Until, g.Closed = fromSeconds(from), fromSeconds(until), fromSeconds(closed)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("ask for a part of Graph's limits: %w", err)
	}
	return grants, nil
}

func fromSeconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// ForgetBuckets deletes the buckets that are full again.
func (s *Store) ForgetBuckets(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM msteamssync.buckets WHERE greatest(full_at, closed_until) < clock_timestamp() - make_interval(secs => $1)`, seconds(forgetBuckets))
	if err != nil {
		return fmt.Errorf("forget full buckets: %w", err)
	}
	return nil
}
