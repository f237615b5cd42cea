// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// lists counts how often Graph was asked for the list of subscriptions since the log was reset.
func (w *world) lists() (n int) {
	for _, r := range w.RequestLog().Requests() {
		if r.Method == "GET" && strings.HasSuffix(r.Path, "/subscriptions") {
			n++
		}
	}
	return n
}

// TestWhatBecameOfManyIsAskedOnce: Graph removes many subscriptions and answers no POST for a while. Graph allows 25 lists in
// 20 s, so that a list for each of them would keep new links from getting theirs for minutes.
func TestWhatBecameOfManyIsAskedOnce(t *testing.T) {
	const many = 30
	w := newWorld(t)
	w.linkMore(t, many)
	w.reconcile(t)
	w.Subscriptions().Clear()
	refused, err := w.Faults().Add(faults.Rule{Effect: faults.Status, Status: 503, Route: "POST /subscriptions"})
	if err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	for _, s := range w.rows(t) {
		if s.State != store.SubscriptionCreating {
			t.Fatalf("%s is %s; its POST has no known outcome", s.Resource, s.State)
		}
	}
	for _, answered := range []bool{false, true} {
		if answered {
			if err := w.Faults().Remove(refused.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.now(t)
		w.RequestLog().Reset()
		w.reconcile(t)
		// One to see whether all are there, which a second round does not ask again.
		if n := w.lists(); n != 1 {
			t.Errorf("Graph was asked %d times what it has; want once", n)
		}
	}
	if n := len(w.Subscriptions().All()); n != many {
		t.Errorf("Graph has %d subscriptions, want %d", n, many)
	}
	for _, s := range w.rows(t) {
		if s.State != store.SubscriptionActive {
			t.Errorf("%s is %s", s.Resource, s.State)
		}
	}
}

// TestNoAnswerIsAskedForOnceToo: while Graph does not tell what it has, it is not asked for each subscription.
func TestNoAnswerIsAskedForOnceToo(t *testing.T) {
	w := newWorld(t)
	w.linkMore(t, 10)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 503, Route: "POST /subscriptions"})
	w.reconcile(t)
	w.Faults().Clear()
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 403, Route: "GET /subscriptions"})
	w.now(t)
	w.RequestLog().Reset()
	w.work(t) // it has looked a moment ago, so that only what is to be settled has it asked
	storetest.Eventually(t, "each has been tried again", func() bool {
		return !slices.ContainsFunc(w.rows(t), func(s store.Subscription) bool { return s.Failures < 2 })
	})
	if n := w.lists(); n != 1 {
		t.Errorf("Graph was asked %d times what it has; want once", n)
	}
}

// TestANewLinkIsServedFirst: what has failed before waits for what has not.
func TestANewLinkIsServedFirst(t *testing.T) {
	w := newWorld(t)
	w.linkMore(t, 20)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 400, Route: "POST /subscriptions"})
	w.reconcile(t)
	w.Faults().Clear()
	w.link(t)
	w.now(t)
	// Each takes a while, so that the first is among the first in the log, too, however late its worker gets a processor.
	w.fault(t, faults.Rule{Effect: faults.Latency, Route: "POST /subscriptions", Delay: faults.Duration(300 * time.Millisecond)})
	w.RequestLog().Reset()
	w.reconcile(t)
	var posts []string
	for _, r := range w.RequestLog().Requests() {
		if r.Method == "POST" && strings.HasSuffix(r.Path, "/subscriptions") {
			posts = append(posts, r.Body)
		}
	}
	// A few are made at a time.
	if at := slices.IndexFunc(posts, func(body string) bool { return strings.Contains(body, string(w.Channel.ID)) }); len(posts) != 21 || at < 0 || at > 4 {
		t.Errorf("of %d subscriptions the new link's was number %d; want it among the first", len(posts), at+1)
	}
}
