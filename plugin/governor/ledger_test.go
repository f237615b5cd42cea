// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
)

// book is a ledger in memory, whose clock is not that of the nodes. TestLedger compares it with PostgreSQL's.
type book struct {
	skew  time.Duration
	delay func() // of each exchange; nil: none
	fail  bool

	mu        sync.Mutex
	buckets   map[string]*entry
	exchanges int
}

type entry struct{ full, closed time.Time }

func newBook() *book { return &book{buckets: map[string]*entry{}} }

// slowly makes each exchange take some time, before and after its moment.
func slowly(random *rand.Rand) func() {
	var mu sync.Mutex
	return func() {
		mu.Lock()
		wait := time.Duration(random.IntN(5)) * time.Millisecond
		mu.Unlock()
		<-time.After(wait)
	}
}

func (b *book) pause() {
	if b.delay != nil {
		b.delay()
	}
}

func (b *book) Exchange(_ context.Context, wants []governor.Want) ([]governor.Grant, error) {
	b.pause()
	defer b.pause()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.exchanges++
	if b.fail {
		return nil, errors.New("the database is away")
	}
	now := time.Now().Add(b.skew)
	begins := make([]time.Time, len(wants))
	together := map[int]time.Time{}
	for i, w := range wants {
		e := b.buckets[w.Bucket]
		if e == nil {
			e = &entry{}
			b.buckets[w.Bucket] = e
		}
		if !w.Return.IsZero() && e.full.Equal(w.Return) {
			e.full = now.Add(w.ReturnFrom)
		}
		if limit := now.Add(time.Minute); e.full.After(limit) {
			e.full = limit
		}
		if until := now.Add(w.Close); w.Close > 0 && until.After(e.closed) {
			e.closed = until
		}
		begins[i] = latest(e.full, now)
		if w.Burst == 0 {
			begins[i] = latest(begins[i], e.closed)
		}
		together[w.Group] = latest(together[w.Group], begins[i])
	}
	var grants []governor.Grant
	for i, w := range wants {
		e, begin := b.buckets[w.Bucket], begins[i]
		from := begin
		if w.Group > 0 {
			from = together[w.Group]
		}
		g := governor.Grant{Bucket: w.Bucket, Begin: begin, From: begin.Sub(now), Closed: max(e.closed.Sub(now), 0)}
		room := func(burst time.Duration) int { return int((burst - begin.Sub(now)) / w.Step) }
		switch {
		case w.Burst == 0:
			g.Count = w.Count
		case !e.closed.After(now):
			g.Count = max(0, min(w.Count, room(w.Burst)))
			g.Late = max(0, min(w.Late, room(w.LateBurst)-g.Count))
		}
		if n := g.Count + g.Late; n > 0 {
			e.full = latest(from.Add(time.Duration(n)*w.Step), now.Add(w.Reach))
		}
		g.End, g.Until = e.full, e.full.Sub(now)
		grants = append(grants, g)
	}
	return grants, nil
}

func (b *book) ForgetBuckets(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, e := range b.buckets {
		if latest(e.full, e.closed).Before(time.Now().Add(b.skew - time.Minute)) {
			delete(b.buckets, key)
		}
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// one asks for one bucket.
func one(t *testing.T, ledger governor.Ledger, w governor.Want) governor.Grant {
	t.Helper()
	grants, err := ledger.Exchange(t.Context(), []governor.Want{w})
	if err != nil || len(grants) != 1 || grants[0].Bucket != w.Bucket {
		t.Fatalf("%+v, %v", grants, err)
	}
	return grants[0]
}

// keepsTheBook is what every ledger does.
func keepsTheBook(t *testing.T, ledger governor.Ledger) {
	turn := func(bucket string, n int) governor.Want {
		return governor.Want{Bucket: bucket, Step: time.Second, Count: n}
	}
	t.Run("turns follow each other", func(t *testing.T) {
		first, second := one(t, ledger, turn("a", 2)), one(t, ledger, turn("a", 1))
		if first.From != 0 || first.Count != 2 || first.End.Sub(first.Begin) != 2*time.Second {
			t.Errorf("the first: %+v", first)
		}
		if !second.Begin.Equal(first.End) || second.From <= 0 || second.Until <= second.From {
			t.Errorf("the second: %+v after %+v", second, first)
		}
	})
	t.Run("turns of a call last together", func(t *testing.T) {
		busy := one(t, ledger, turn("b1", 5))
		w1, w2 := turn("b1", 1), turn("b2", 1)
		w1.Group, w2.Group = 1, 1
		grants, err := ledger.Exchange(t.Context(), []governor.Want{w1, w2, turn("b3", 1)})
		if err != nil || len(grants) != 3 {
			t.Fatal(grants, err)
		}
		by := map[string]governor.Grant{}
		for _, g := range grants {
			by[g.Bucket] = g
		}
		if !by["b1"].Begin.Equal(busy.End) || !by["b1"].End.Equal(by["b2"].End) || !by["b2"].Begin.Before(busy.End) || !by["b3"].End.Before(busy.End) {
			t.Errorf("%+v after %+v", by, busy)
		}
	})
	t.Run("a turn reaches as far as it must", func(t *testing.T) {
		w := turn("c", 1)
		w.Reach = 30 * time.Second
		if g := one(t, ledger, w); g.Until < 29*time.Second {
			t.Errorf("%+v", g)
		}
	})
	t.Run("what is returned goes to others", func(t *testing.T) {
		g := one(t, ledger, turn("d", 10))
		back := governor.Want{Bucket: "d", Step: time.Second, Return: g.End, ReturnFrom: time.Second}
		one(t, ledger, back)
		next := one(t, ledger, turn("d", 10))
		if !next.Begin.Before(g.End) {
			t.Errorf("%+v after %+v", next, g)
		}
		one(t, ledger, back) // it is not the last turn any more
		if last := one(t, ledger, turn("d", 1)); !last.Begin.Equal(next.End) {
			t.Errorf("%+v after %+v", last, next)
		}
	})
	t.Run("what is closed is closed for all", func(t *testing.T) {
		w := turn("e", 1)
		w.Close = time.Hour
		if g := one(t, ledger, w); g.From < 59*time.Minute || g.Closed < 59*time.Minute {
			t.Errorf("%+v", g)
		}
		if g := one(t, ledger, turn("e", 1)); g.From < 59*time.Minute {
			t.Errorf("%+v", g)
		}
		p := governor.Want{Bucket: "f", Step: time.Second, Burst: 10 * time.Second, LateBurst: 5 * time.Second, Count: 3, Late: 3, Close: time.Hour}
		for range 2 {
			if g := one(t, ledger, p); g.Count+g.Late != 0 || g.Closed < 59*time.Minute {
				t.Errorf("%+v", g)
			}
			p.Close = 0
		}
	})
	t.Run("a large bucket gives what it has", func(t *testing.T) {
		p := governor.Want{Bucket: "g", Step: 5 * time.Second, Burst: 50 * time.Second, LateBurst: 25 * time.Second}
		for i, c := range []struct{ count, late, given, givenLate int }{
			{2, 2, 2, 2},
			{2, 9, 2, 0}, // one more would leave it less than half full; there are 4 already
			{0, 9, 0, 0},
			{9, 9, 4, 0},
			{1, 0, 0, 0},
		} {
			p.Count, p.Late = c.count, c.late
			if g := one(t, ledger, p); g.Count != c.given || g.Late != c.givenLate {
				t.Errorf("no. %d: %+v, want %+v", i, g, c)
			}
		}
	})
	t.Run("nothing is handed out for longer than a minute ahead", func(t *testing.T) {
		one(t, ledger, turn("h", 3600))
		if g := one(t, ledger, turn("h", 1)); g.From > time.Minute {
			t.Errorf("%+v", g)
		}
	})
	t.Run("only what is full is forgotten", func(t *testing.T) {
		g := one(t, ledger, turn("i", 20))
		if err := ledger.ForgetBuckets(t.Context()); err != nil {
			t.Fatal(err)
		}
		if next := one(t, ledger, turn("i", 1)); !next.Begin.Equal(g.End) {
			t.Errorf("%+v after %+v", next, g)
		}
	})
}

func TestTheBookOfTheTests(t *testing.T) { keepsTheBook(t, newBook()) }
