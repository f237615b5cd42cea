// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// flavour is a kind of notification, and what the measures of its backlog are called.
type flavour struct {
	name, ceiling, ratio, calls string
	leastRatio, mostCalls       bar
}

var (
	withContent    = flavour{"inbound", "ceiling_posts_per_second", "inbound_ratio", "inbound_graph_calls_encrypted", atLeast(0.8), atMost(0.05)}
	withoutContent = flavour{"inbound_basic", "ceiling_basic_posts_per_second", "inbound_ratio_basic", "inbound_graph_calls_basic", nil, atMost(1.05)}
)

// backlogs has one backlog delivered to the baseline and to the bridge, in one run on one server. The baseline is taken before and
// after, half of it each: the server gets slower with what it holds, and a machine that does other things is not always as fast.
// afterwards is called when the bridge has carried all, and still runs.
func (w *world) backlogs(ctx context.Context, o options, of flavour, n int, afterwards func() error) error {
	backlog, err := w.backlog(n)
	if err != nil {
		return err
	}
	before, err := w.ceiling(ctx, "before", backlog[:len(backlog)/2], n/2)
	if err != nil {
		return err
	}
	if err := w.enable(ctx); err != nil {
		return err
	}
	var c carried
	carry := func() (err error) {
		c, err = w.carry(ctx, backlog, n)
		return err
	}
	if o.profile {
		p, err := w.profiled(ctx, carry)
		if err != nil {
			return err
		}
		p.write(os.Stderr)
	} else if err := carry(); err != nil {
		return err
	}
	if err := afterwards(); err != nil {
		return err
	}
	after, err := w.ceiling(ctx, "after", backlog[len(backlog)/2:], n-n/2)
	if err != nil {
		return err
	}
	ceiling := before.with(after)
	report(of.ceiling, ceiling.perSecond(), "posts/s", nil)
	report(of.ceiling+"_before", before.perSecond(), "posts/s", nil)
	report(of.ceiling+"_after", after.perSecond(), "posts/s", nil)
	report(of.name+"_messages_per_second", c.rate(), "messages/s", nil)
	report(of.ratio, c.rate()/ceiling.perSecond(), "ours/ceiling", of.leastRatio)
	report(of.calls, c.calls, "calls/message", of.mostCalls)
	report(of.ceiling+"_commits", float64(ceiling.commits)/float64(n), "commits/post", nil)
	reportCPU(of.ceiling, ceiling.cpu, n)
	c.report(of.name)
	return nil
}

// afterStart is how long the bridge has events wait longer for earlier ones after nobody took notifications
// (bridge.Engine.Settling), and a little more. That is not what is measured.
const afterStart = 11 * time.Second

// enable enables the bridge and waits until it works as it does all day.
func (w *world) enable(ctx context.Context) error {
	if err := w.EnablePlugin(ctx); err != nil {
		return err
	}
	if err := w.AwaitPlugin(ctx); err != nil {
		return err
	}
	working := time.NewTimer(afterStart)
	defer working.Stop()
	select {
	case <-working.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return w.settled(ctx)
}

// say writes a numbered message in Teams.
func (w *world) say(number int) error {
	channel, speaker := w.channels[number%len(w.channels)], w.people[number%len(w.people)]
	_, err := w.Emulator.Teams().Post(stack.DemoCredentials(speaker.Username).Login, channel.Teams, "",
		teams.Draft{Body: teams.HTML(fmt.Sprintf("<p>message %d</p>", number))})
	return err
}

// backlog writes n messages, numbered from 0 and over all channels in turn, and returns the deliveries that tell of
// them, encrypted and encoded already.
func (w *world) backlog(n int) ([]notify.Envelope, error) {
	w.Emulator.Subscriptions().Hold()
	for i := range n {
		if err := w.say(i); err != nil {
			return nil, err
		}
	}
	return w.Emulator.Subscriptions().Withdraw()
}

// carried is what became of a backlog.
type carried struct {
	messages      int
	took          time.Duration // from the first delivery to the last post
	calls         float64       // of Graph, per message
	commits       float64       // of the whole database, per message
	redelivered   int
	lost, doubled int
	cpu           map[string]time.Duration
	taken         time.Duration // until all deliveries were answered
}

func (c carried) rate() float64 { return float64(c.messages) / c.took.Seconds() }

func (c carried) report(name string) {
	report(name+"_lost", float64(c.lost), "messages", atMost(0))
	report(name+"_doubled", float64(c.doubled), "messages", atMost(0))
	report(name+"_redelivered", float64(c.redelivered), "requests", nil)
	report(name+"_taken_seconds", c.taken.Seconds(), "s", nil)
	report(name+"_commits", c.commits, "commits/message", nil)
	reportCPU(name, c.cpu, c.messages)
}

// carry delivers a backlog as fast as it is taken and waits until its n messages are posts.
func (w *world) carry(ctx context.Context, backlog []notify.Envelope, n int) (c carried, err error) {
	posts, err := w.openPosts(ctx)
	if err != nil {
		return c, err
	}
	defer posts.close(ctx)
	w.Emulator.RequestLog().Reset()
	before, err := w.cpuTimes(catalog.PluginID)
	if err != nil {
		return c, err
	}
	committed, err := posts.commits(ctx)
	if err != nil {
		return c, err
	}
	began := time.Now()
	replay := w.newReplay("")
	if err := replay.asFast(ctx, backlog); err != nil {
		return c, err
	}
	c = carried{messages: n, taken: time.Since(began), redelivered: int(replay.redelivered.Load())}
	if err := posts.await(ctx, n, time.Duration(n)*50*time.Millisecond+time.Minute); err != nil {
		return c, err
	}
	after, err := w.cpuTimes(catalog.PluginID)
	if err != nil {
		return c, err
	}
	c.cpu = after.since(before)
	now, err := posts.commits(ctx)
	if err != nil {
		return c, err
	}
	c.commits = float64(now-committed) / float64(n)
	found, err := posts.numbered(ctx, 0, n)
	if err != nil {
		return c, err
	}
	c.took, c.lost, c.doubled = found.last.Sub(began), n-len(found.at), found.doubled
	c.calls = float64(w.callsSince()) / float64(n)
	return c, w.settled(ctx)
}

// callsSince counts the requests to Graph since the log was reset, log-ins left out; also those that the log has forgotten.
func (w *world) callsSince() (n int) {
	for key, count := range w.Emulator.RequestLog().Counts() {
		if !slices.ContainsFunc([]string{"/.well-known/", "/discovery/", "/oauth2/"}, func(part string) bool { return strings.Contains(key, part) }) {
			n += count
		}
	}
	return n
}
