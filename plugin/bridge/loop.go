// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// More equal texts of one bot in one conversation and direction within this time are taken for a loop: another bridge, or a
// bot that repeats what it reads, sends back what this one brought.
const (
	loopLimit  = 20
	loopWindow = time.Minute
)

// errLoop says why a message is not carried.
var errLoop = errors.New("a bot has written the same text more than 20 times within a minute, which looks like a loop between bridges; find what repeats it, and retry this when it is no loop")

// saying is a text that somebody says in a lane.
type saying struct {
	lane         Lane
	author, text string
}

// saidAt is when an event said it by its source, so that a backlog is no loop, and when that was noted here.
type saidAt struct {
	event     string
	at, noted time.Time
}

// loopGuard counts what bots say. It knows what this node carried: a lane that moves to another node begins anew, which a loop
// does not survive either. The zero value is ready. It is safe for concurrent use.
type loopGuard struct {
	mu   sync.Mutex
	said map[saying][]saidAt
}

// mostSayings bounds what is remembered.
const mostSayings = 20_000

// repeats notes that an event says something, and tells whether it is one too many. An event that comes again passes: it passed
// before and is being tried again, or a person wants it.
func (g *loopGuard) repeats(what saying, event string, at, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.said == nil {
		g.said = map[saying][]saidAt{}
	}
	times := slices.DeleteFunc(g.said[what], func(s saidAt) bool { return at.Sub(s.at) > loopWindow || now.Sub(s.noted) > loopWindow })
	if slices.ContainsFunc(times, func(s saidAt) bool { return s.event == event }) {
		g.said[what] = times
		return false
	}
	looped := len(times) >= loopLimit
	if looped {
		times = times[len(times)-loopLimit:]
	}
	if _, known := g.said[what]; !known && len(g.said) >= mostSayings {
		g.forget(now)
	}
	g.said[what] = append(times, saidAt{event, at, now})
	return looped
}

// forget makes room: what nobody says any more goes, and all when that is nothing.
func (g *loopGuard) forget(now time.Time) {
	before := len(g.said)
	maps.DeleteFunc(g.said, func(_ saying, times []saidAt) bool {
		return len(times) == 0 || now.Sub(times[len(times)-1].noted) > loopWindow
	})
	if len(g.said) == before {
		clear(g.said)
	}
}

// unlooped fails when an event that a bot wrote, or is to write, goes round in a loop.
func (w *worker) unlooped(event Event, id, author, text string) error {
	if w.guard.repeats(saying{w.lease.Lane, author, text}, id, event.SourceAt, time.Now()) {
		return &Failure{Class: Permanent, Err: errLoop}
	}
	return nil
}
