// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
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

// Said is that an event says something: at is when by its source, so that a backlog is no loop.
type Said struct {
	Event string
	At    time.Time
}

// saidAt is when that was noted here.
type saidAt struct {
	Said
	noted time.Time
}

// LoopStore counts what bots say over all nodes.
type LoopStore interface {
	// Said notes that an author says a text in a lane, in one event or several, and returns how many others like the last of them
	// were noted within the window; 0 when the last one was noted before.
	Said(ctx context.Context, lane Lane, author, text string, said []Said, window time.Duration) (others int, err error)
}

// loopSuspicion is from how many times on a text is counted in the store: what is said once or twice, as nearly everything is, need
// not ask it. Another node may leave out as many, less one.
const loopSuspicion = 3

// loopGuard remembers what bots said lately on this node. The zero value is ready. It is safe for concurrent use.
type loopGuard struct {
	mu   sync.Mutex
	said map[saying][]saidAt
}

// mostSayings bounds what is remembered.
const mostSayings = 20_000

// note notes that an event says something, and returns all that did lately, this one last; again is set when it was noted before.
func (g *loopGuard) note(what saying, event string, at, now time.Time) (lately []Said, again bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.said == nil {
		g.said = map[saying][]saidAt{}
	}
	times := slices.DeleteFunc(g.said[what], func(s saidAt) bool { return at.Sub(s.At) > loopWindow || now.Sub(s.noted) > loopWindow })
	if again = slices.ContainsFunc(times, func(s saidAt) bool { return s.Event == event }); !again {
		times = append(times[max(0, len(times)-loopLimit):], saidAt{Said{event, at}, now})
	}
	if _, known := g.said[what]; !known && len(g.said) >= mostSayings {
		g.forget(now)
	}
	g.said[what] = times
	for _, s := range times {
		lately = append(lately, s.Said)
	}
	return lately, again
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

// unlooped fails when an event that a bot wrote, or is to write, goes round in a loop. An event that comes again passes: it passed
// before and is being tried again, or a person wants it.
func (w *worker) unlooped(ctx context.Context, event Event, id, author, text string) error {
	lately, again := w.guard.note(saying{w.lease.Lane, author, text}, id, event.SourceAt, time.Now())
	if again || len(lately) < loopSuspicion {
		return nil
	}
	others, err := w.Store.Said(ctx, w.lease.Lane, author, text, lately, loopWindow)
	if err != nil {
		return err
	}
	if others >= loopLimit {
		return &Failure{Class: Permanent, Err: errLoop}
	}
	return nil
}
