// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"testing"
	"time"
)

func TestFewPostsAreMadeWhileNotificationsArrive(t *testing.T) {
	g := newGiveWay()
	for range postsMeanwhile + 1 {
		if _, ok := g.enter(t.Context()); !ok {
			t.Fatal("a post waits although nothing arrives")
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	g.arrivals.Store(time.Now().Add(time.Hour).UnixNano()) // as if notifications came all the time
	leaves := make([]func(), 0, postsMeanwhile)
	for range postsMeanwhile {
		leave, ok := g.enter(t.Context())
		if !ok {
			t.Fatalf("fewer than %d posts are made while notifications arrive", postsMeanwhile)
		}
		leaves = append(leaves, leave)
	}
	if _, ok := g.enter(ended); ok {
		t.Fatalf("more than %d posts are made while notifications arrive", postsMeanwhile)
	}
	leaves[0]()
	if _, ok := g.enter(t.Context()); !ok {
		t.Fatal("a post that was made lets no other one begin")
	}
}
