// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

func arrivalOf(id int) []Arrival {
	return []Arrival{{Ref: MessageRef{ID: TeamsMessageID(fmt.Sprint(id))}}}
}

func TestDeliveriesAreCommittedTogetherWhileOthersAre(t *testing.T) {
	begun, goOn := make(chan int), make(chan struct{})
	g := gathering{commit: func(_ context.Context, a []Arrival) error {
		begun <- len(a)
		<-goOn
		return nil
	}}
	var answered sync.WaitGroup
	add := func(id int) {
		answered.Go(func() {
			if err := g.add(t.Context(), arrivalOf(id)); err != nil {
				t.Errorf("delivery %d: %v", id, err)
			}
		})
	}
	add(0)
	if n := <-begun; n != 1 {
		t.Fatalf("the first commit has %d arrivals, want 1", n)
	}
	const others = 20
	for id := range others {
		add(id + 1)
	}
	for waiting := 0; waiting < others; {
		g.mu.Lock()
		waiting = len(g.waiting)
		g.mu.Unlock()
	}
	goOn <- struct{}{}
	if n := <-begun; n != others {
		t.Errorf("the second commit has %d arrivals, want all %d", n, others)
	}
	goOn <- struct{}{}
	answered.Wait()
}

func TestADeliveryThatCannotBeCommittedSpoilsNoOther(t *testing.T) {
	bad := errors.New("bad")
	release := make(chan struct{})
	first := true
	g := gathering{}
	g.commit = func(_ context.Context, arrivals []Arrival) error {
		if first {
			first = false
			<-release
			return nil
		}
		for _, a := range arrivals {
			if a.Ref.ID == "3" {
				return bad
			}
		}
		return nil
	}
	results := make([]error, 6)
	var answered sync.WaitGroup
	for id := range results {
		answered.Go(func() { results[id] = g.add(t.Context(), arrivalOf(id)) })
		for queued := false; !queued; {
			g.mu.Lock()
			queued = len(g.waiting) == id && g.busy
			g.mu.Unlock()
		}
	}
	close(release)
	answered.Wait()
	for id, err := range results {
		if (id == 3) != errors.Is(err, bad) {
			t.Errorf("delivery %d: %v", id, err)
		}
	}
}

func TestAnAnswerDoesNotOutlastItsContext(t *testing.T) {
	release := make(chan struct{})
	g := gathering{commit: func(context.Context, []Arrival) error { <-release; return nil }}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.add(ctx, arrivalOf(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	close(release)
}
