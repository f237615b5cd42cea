// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"fmt"
	"testing"
	"time"
)

// repeats is what a single node makes of it.
func (g *loopGuard) repeats(what saying, event string, at, now time.Time) bool {
	lately, again := g.note(what, event, at, now)
	return !again && len(lately) > loopLimit
}

func TestWhatLooksLikeALoop(t *testing.T) {
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	lane := Lane{Conversation: "one", Direction: Inbound}
	same := func(int) saying { return saying{lane, "bot", "text"} }
	for name, c := range map[string]struct {
		what  func(i int) saying
		event func(i int) string
		every time.Duration
		from  int // the first that is taken for a loop; 0 is none
	}{
		"equal texts within a minute":       {same, nil, 2 * time.Second, 21},
		"all at once":                       {same, nil, 0, 21},
		"20 within a minute at any time":    {same, nil, 3200 * time.Millisecond, 0},
		"different texts":                   {func(i int) saying { return saying{lane, "bot", fmt.Sprint(i)} }, nil, 0, 0},
		"of different bots":                 {func(i int) saying { return saying{lane, fmt.Sprint(i), "text"} }, nil, 0, 0},
		"in different conversations":        {func(i int) saying { return saying{Lane{ConversationID(fmt.Sprint(i)), Inbound}, "bot", "text"} }, nil, 0, 0},
		"one that is tried again and again": {same, func(int) string { return "one" }, 0, 0},
	} {
		var g loopGuard
		for i := range 100 {
			event := fmt.Sprint(i)
			if c.event != nil {
				event = c.event(i)
			}
			want := c.from > 0 && i+1 >= c.from
			at := start.Add(time.Duration(i) * c.every)
			if got := g.repeats(c.what(i), event, at, at.Add(time.Second)); got != want {
				t.Errorf("%s: number %d is a loop: %v, want %v", name, i+1, got, want)
				break
			}
		}
	}
}

func TestTheLoopGuardForgets(t *testing.T) {
	for name, every := range map[string]time.Duration{"what is old": time.Second, "all, when nothing is": 0} {
		var g loopGuard
		at := time.Unix(1e6, 0)
		for i := range 2*mostSayings + 1 {
			at = at.Add(every)
			g.repeats(saying{author: fmt.Sprint(i)}, "event", at, at)
			if len(g.said) > mostSayings {
				t.Fatalf("%s: %d are remembered, want %d at most", name, len(g.said), mostSayings)
			}
		}
		if _, there := g.said[saying{author: fmt.Sprint(2 * mostSayings)}]; !there {
			t.Errorf("%s: the newest is forgotten", name)
		}
	}
}

// TestAPersonsRetryIsNoLoop: what was given up can be carried, at once by itself and after a while together.
func TestAPersonsRetryIsNoLoop(t *testing.T) {
	var g loopGuard
	what, at := saying{author: "bot"}, time.Unix(1e6, 0)
	refused := func(now time.Time) (n int) {
		for i := range 30 {
			if g.repeats(what, fmt.Sprint(i), at, now) {
				n++
			}
		}
		return n
	}
	if n := refused(at); n != 10 {
		t.Errorf("%d of 30 are refused, want 10", n)
	}
	if g.repeats(what, "29", at, at) {
		t.Error("one that comes again is refused")
	}
	if n := refused(at.Add(2 * time.Minute)); n != 10 {
		t.Errorf("%d of 30 are refused when they are tried again, want 10", n)
	}
}
