// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// outbound measures the way from Mattermost to Teams as fast as it goes, with the governor lifted: one busy channel, then
// twenty.
func outbound(ctx context.Context, o options) (err error) {
	const channels = 20
	w, err := newWorld(ctx, layout{people: 1, channels: channels, environment: lifted})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Stop(context.WithoutCancel(ctx))) }()
	inversions, lost, doubled, calls, sent := 0, 0, 0, 0, 0
	for _, over := range [][]stack.LinkedChannel{w.channels[:1], w.channels} {
		w.Emulator.RequestLog().Reset()
		wrote := time.Now()
		created, err := w.write(ctx, o, over, sent)
		if err != nil {
			return err
		}
		sent += o.messages
		began := time.Now()
		rate := float64(o.messages) / began.Sub(wrote).Seconds()
		if err := w.await(ctx, sent, 10*time.Minute); err != nil {
			return err
		}
		calls += w.graphCalls()
		name := fmt.Sprintf("outbound_%d_channels", len(over))
		report(name+"_posts_per_second", rate, "posts/s", nil)
		report(name+"_lag_seconds", time.Since(began).Seconds(), "s", nil)
		for c, numbers := range created {
			arrived, err := w.arrived(c)
			if err != nil {
				return err
			}
			i, l, d := compare(numbers, arrived)
			inversions, lost, doubled = inversions+i, lost+l, doubled+d
		}
	}
	report("outbound_inversions", float64(inversions), "messages", atMost(0))
	report("outbound_lost", float64(lost), "messages", atMost(0))
	report("outbound_doubled", float64(doubled), "messages", atMost(0))
	report("outbound_graph_calls", float64(calls)/float64(sent), "calls/message", atMost(1.05))
	return nil
}

// atOnce bounds the posts on their way to the server.
const atOnce = 8

// write posts the messages in turn over the channels, at the rate, numbered on from first. It returns each channel's, with
// the times at which the server says that they were created.
func (w *world) write(ctx context.Context, o options, over []stack.LinkedChannel, first int) (map[stack.LinkedChannel]map[int]int64, error) {
	tick := time.NewTicker(time.Duration(float64(time.Second) / o.rate))
	defer tick.Stop()
	var mu sync.Mutex
	created := map[stack.LinkedChannel]map[int]int64{}
	for _, c := range over {
		created[c] = map[int]int64{}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var posts sync.WaitGroup
	defer posts.Wait()
	onTheWay := make(chan struct{}, atOnce)
	for i := range o.messages {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		onTheWay <- struct{}{}
		posts.Go(func() {
			defer func() { <-onTheWay }()
			channel := over[i%len(over)]
			at, err := w.post(ctx, w.people[0], channel, first+i)
			if err != nil {
				cancel(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			created[channel][first+i] = at
		})
	}
	posts.Wait()
	return created, context.Cause(ctx)
}

// compare counts what arrived after something that was created later, what did not arrive, and what arrived more than
// once. Numbers that are not in created belong to another run.
func compare(created map[int]int64, arrived []int) (inversions, lost, doubled int) {
	times := map[int]int{}
	var newest int64
	for _, n := range arrived {
		at, ours := created[n]
		if !ours {
			continue
		}
		if times[n]++; times[n] > 1 {
			doubled++
			continue
		}
		if at < newest {
			inversions++
		}
		newest = max(newest, at)
	}
	for n := range created {
		if times[n] == 0 {
			lost++
		}
	}
	return inversions, lost, doubled
}

// graphCalls counts the requests to Graph that the emulator has recorded, whatever became of them.
func (w *world) graphCalls() (n int) {
	for _, r := range w.Emulator.Requests() {
		if strings.HasPrefix(r.Path, "/v1.0/") {
			n++
		}
	}
	return n
}

// lifted is the environment in which nothing keeps the plugin's calls within Graph's limits.
var lifted = map[string]string{"MSTEAMSSYNC_UNGOVERNED": "1"}

// sideBySide runs f for each number below n, many of them at once.
func sideBySide(n int, f func(i int) error) error {
	var group errgroup.Group
	group.SetLimit(lanes)
	for i := range n {
		group.Go(func() error { return f(i) })
	}
	return group.Wait()
}
