// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package governor_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// TestLedgerOfTheDatabase: PostgreSQL keeps the book as the tests above assume.
func TestLedgerOfTheDatabase(t *testing.T) {
	keepsTheBook(t, storetest.Open(t, storetest.NewDatabase(t), "node"))
}

// TestTwoNodesOneOfThemDies: two nodes on one database write in channels of their own with users of their own and with one
// bot that both use. One dies; the other takes over what it left, and Graph has nothing to refuse.
func TestTwoNodesOneOfThemDies(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	first, doomed := storetest.Open(t, dsn, "first"), storetest.Open(t, dsn, "doomed")
	living, dying := node(first), node(doomed)
	defer living.Stop()
	s := newService()
	s.way = func() time.Duration { return time.Millisecond }
	ctx, end := context.WithCancel(t.Context())
	defer end()
	dead, kill := context.WithCancel(ctx)
	const channels = 20
	channel := func(c int) (user, name string) {
		if c%5 == 0 {
			return "bot", fmt.Sprint("c", c)
		}
		return fmt.Sprint("u", c), fmt.Sprint("c", c)
	}
	var workers sync.WaitGroup
	for c := range channels {
		g, life := living, ctx
		if c%2 == 1 {
			g, life = dying, dead
		}
		user, name := channel(c)
		workers.Go(func() { work(life, g, s, post(user, name), false) })
	}
	each := func(n int) func() bool {
		return func() bool {
			for c := range channels {
				_, name := channel(c)
				if c%5 != 0 && s.count(func(a arrival) bool { return a.resource == name }) < n {
					return false
				}
			}
			return s.count(func(a arrival) bool { return a.user == "bot" }) >= n
		}
	}
	storetest.Eventually(t, "each has sent twice", each(2))
	kill()
	doomed.Close() // it gives nothing back
	for c := range channels {
		if user, name := channel(c); c%2 == 1 {
			workers.Go(func() { work(ctx, living, s, post(user, name), false) })
		}
	}
	storetest.Eventually(t, "each has sent four times", each(4))
	end()
	workers.Wait()
	dying.Stop()
	if made := s.count(func(arrival) bool { return true }); len(s.refused)*100 > made {
		t.Errorf("Graph refused %d of %d calls", len(s.refused), made)
	}
}
