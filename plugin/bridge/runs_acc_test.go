// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// confirming is a store that tells how many mappings each run reserves, and of each confirmation once it is committed.
type confirming struct {
	*store.Store
	reserved  chan int
	confirmed chan bridge.PostID
}

func (c confirming) ReserveNew(ctx context.Context, lease bridge.Lease, mappings []bridge.Mapping) (map[bridge.MappingID]bool, error) {
	c.reserved <- len(mappings)
	return c.Store.ReserveNew(ctx, lease, mappings)
}

func (c confirming) ConfirmPosts(ctx context.Context, lease bridge.Lease, posts []bridge.Reservation) (bool, error) {
	woken, err := c.Store.ConfirmPosts(ctx, lease, posts)
	if err == nil {
		for _, p := range posts {
			c.confirmed <- p.Posted.Post
		}
	}
	return woken, err
}

// TestAPostIsConfirmedWhileOthersOfItsRunAreMade: whoever changes it or replies to it waits for that, and a run may be long.
func TestAPostIsConfirmedWhileOthersOfItsRunAreMade(t *testing.T) {
	s := newSite(t)
	s.tuning.ConfirmEvery, s.tuning.Lease = time.Nanosecond, time.Minute // every moment
	kept := confirming{reserved: make(chan int, 10), confirmed: make(chan bridge.PostID, 10)}
	s.wrap = func(inner *store.Store) bridge.Store {
		kept.Store = inner
		return kept
	}
	var made []bridge.PostID
	s.mattermost.hook = func(p bridge.Post) { // the server calls it before CreatePost returns
		s.hook(p)
		if made = append(made, p.ID); len(made) < 3 {
			return
		}
		late := time.NewTimer(20 * time.Second)
		defer late.Stop()
		select {
		case first := <-kept.confirmed:
			if first != made[0] {
				t.Errorf("%s was confirmed first, want %s", first, made[0])
			}
		case <-late.C:
			t.Error("the first post is not confirmed before the last one is made")
		}
	}
	s.start()
	var arrivals []bridge.Arrival
	for _, text := range []string{"one", "two", "three"} {
		arrivals = append(arrivals, created(s.teams.write(bridge.MessageRef{Conversation: chat}, blake, text)))
	}
	if err := s.receive(arrivals); err != nil {
		t.Fatal(err)
	}
	s.settle([]string{"**Blake Demo:** one", "**Blake Demo:** two", "**Blake Demo:** three"}, []string{"one", "two", "three"})
	if n := <-kept.reserved; n != 3 {
		t.Errorf("the first run has %d messages, want all three", n)
	}
}
