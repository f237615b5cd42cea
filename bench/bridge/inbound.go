// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// lanes is how many channels are linked in the inbound suites, each with a speaker of its own.
const lanes = 20

// inbound measures the way from Teams to Mattermost: a backlog of encrypted messages as fast as the plugin takes it, beside
// what the server could do at best; then how long a message takes, and how long the answer to a notification.
func inbound(ctx context.Context, o options) (err error) {
	w, err := newWorld(ctx, layout{people: lanes, channels: lanes, encrypted: true, environment: lifted})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Stop(context.WithoutCancel(ctx))) }()
	return w.backlogs(ctx, o, withContent, o.inbound, func() error {
		now, most, err := w.resident()
		if err != nil {
			return err
		}
		report("plugin_rss_mb", now, "MB", atMost(120))
		report("plugin_rss_most_mb", most, "MB", nil)
		if err := w.latency(ctx, o); err != nil {
			return err
		}
		return w.intake(ctx, o)
	})
}

// basic measures the same with notifications that name a message and do not carry it.
func basic(ctx context.Context, o options) (err error) {
	w, err := newWorld(ctx, layout{people: lanes, channels: lanes, environment: lifted})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Stop(context.WithoutCancel(ctx))) }()
	return w.backlogs(ctx, o, withoutContent, o.basic, func() error { return nil })
}

// channels measures the backlog over 10, 100 and 1,000 linked channels: it should not matter how many there are.
func channels(ctx context.Context, o options) error {
	slowest, fastest := math.Inf(1), 0.0
	for _, n := range []int{10, 100, 1000} {
		c, err := over(ctx, n, o.spread)
		if err != nil {
			return fmt.Errorf("%d channels: %w", n, err)
		}
		report(fmt.Sprintf("inbound_%d_channels_messages_per_second", n), c.rate(), "messages/s", nil)
		reportCPU(fmt.Sprintf("inbound_%d_channels", n), c.cpu, c.messages)
		slowest, fastest = min(slowest, c.rate()), max(fastest, c.rate())
	}
	report("inbound_channels_spread", 100*(fastest-slowest)/fastest, "%", atMost(15))
	return nil
}

func over(ctx context.Context, n, messages int) (c carried, err error) {
	w, err := newWorld(ctx, layout{people: min(n, lanes), channels: n, apart: true, encrypted: true, environment: lifted})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, w.Stop(context.WithoutCancel(ctx))) }()
	// The first message of a channel has the server read who its members are; how long that takes is not what is asked.
	const first = 3_000_000
	for i := range n {
		if err := w.say(first + i); err != nil {
			return c, err
		}
	}
	if err := w.Emulator.Subscriptions().Settled(ctx); err != nil {
		return c, err
	}
	if err := w.settled(ctx); err != nil {
		return c, err
	}
	backlog, err := w.backlog(messages)
	if err != nil {
		return c, err
	}
	return w.carry(ctx, backlog, messages)
}

// latency measures how long a message takes from Teams until it is a post, at a rate that the plugin keeps up with.
func (w *world) latency(ctx context.Context, o options) error {
	const first = 1_000_000
	posts, err := w.openPosts(ctx)
	if err != nil {
		return err
	}
	defer posts.close(ctx)
	said := make([]time.Time, o.steady)
	if err := atRate(ctx, 50, o.steady, func(i int) error {
		said[i] = time.Now()
		return w.say(first + i)
	}); err != nil {
		return err
	}
	if err := posts.await(ctx, o.steady, 2*time.Minute); err != nil {
		return err
	}
	found, err := posts.numbered(ctx, first, o.steady)
	if err != nil {
		return err
	}
	var took []time.Duration
	for number, at := range found.at {
		took = append(took, at.Sub(said[number-first]))
	}
	report("inbound_p50_ms", percentile(50, took), "ms", nil)
	report("inbound_p99_ms", percentile(99, took), "ms", nil)
	return w.settled(ctx)
}

// intake measures how long a delivery waits for its answer when 500 messages a second are written: the emulator has eight
// requests on their way at most, and what waits goes together, as with Graph.
func (w *world) intake(ctx context.Context, o options) error {
	const first = 2_000_000
	subscriptions, began := w.Emulator.Subscriptions(), w.Emulator.Clock().Now()
	if err := atRate(ctx, 500, o.intake, func(i int) error { return w.say(first + i) }); err != nil {
		return err
	}
	rate := float64(o.intake) / time.Since(began).Seconds()
	if err := subscriptions.Settled(ctx); err != nil {
		return err
	}
	var took []time.Duration
	late := 0
	for _, d := range subscriptions.Deliveries() {
		if d.At.Before(began) {
			continue
		}
		took = append(took, d.Took)
		if d.Status/100 != 2 {
			late++
		}
	}
	report("intake_notifications_per_second", rate, "notifications/s", nil)
	report("intake_deliveries", float64(len(took)), "requests", nil)
	report("intake_p50_ms", percentile(50, took), "ms", nil)
	report("intake_p99_ms", percentile(99, took), "ms", atMost(50))
	report("intake_not_taken", float64(late), "requests", atMost(0))
	return w.settled(ctx)
}
