// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// callTime is what a turn has for each call besides the time that the bucket needs to refill.
const callTime = 200 * time.Millisecond

// onTheWay is the part of it that the call may be under way.
const onTheWay = 100 * time.Millisecond

// atLeast is the time between two questions about the same bucket.
const atLeast = 20 * time.Millisecond

// unused is after what time without a call the rest of a turn is given back.
const unused = 300 * time.Millisecond

// longestTurn is how many calls a turn is for when nobody else wants the bucket.
const longestTurn = 4

// bucket is a small bucket: this node counts its calls during its turns.
type bucket struct {
	key   string
	step  time.Duration // one call's refill
	burst int

	turns []turn
	calls int       // that the next turn is asked for
	asked bool      // a turn is being asked for
	again time.Time // before then the ledger is not asked for more

	full   time.Time // when it is full again, by our calls
	closed time.Time // until when Graph wants nothing
	shut   time.Duration
	busy   int       // permits that are not settled
	last   time.Time // when a permit was last settled

	// Of one look at the queue:
	planned int  // calls that will use it before the one that is looked at
	wanted  bool // somebody waits for it
}

// turn is a time during which no other node uses the bucket. end is the ledger's name for until.
type turn struct {
	from, until time.Time
	end         time.Time
}

func newBucket(key string, limit catalog.Limit) *bucket {
	return &bucket{key: key, step: stepOf(limit), burst: max(int(limit.Count), 1), calls: 1}
}

func stepOf(l catalog.Limit) time.Duration {
	return time.Duration(float64(time.Second) / l.Refill())
}

// room is when the bucket has room for a call behind those that are planned, whosever turn it is.
func (b *bucket) room(now time.Time) time.Time {
	full := b.full
	if pending := b.busy + b.planned; pending > 0 {
		full = latest(full, now).Add(time.Duration(pending) * b.step)
	}
	return latest(full.Add(-time.Duration(b.burst-1)*b.step), b.closed, now)
}

// next is the first moment from at on when the bucket has room during a turn of ours. Without such a turn it is when it
// has room.
func (b *bucket) next(now, at time.Time) (time.Time, bool) {
	at = latest(at, b.room(now))
	for _, t := range b.turns {
		if begin := latest(at, t.from); !begin.Add(b.step + onTheWay).After(t.until) {
			return begin, true
		}
	}
	return at, false
}

// until is until when a call at that time may be made: it needs its refill within the turn.
func (b *bucket) until(at time.Time) time.Time {
	for _, t := range b.turns {
		if end := t.until.Add(-b.step - onTheWay); !at.Before(t.from) && !at.After(end) {
			return end
		}
	}
	return at
}

// idle tells that forgetting the bucket loses nothing.
func (b *bucket) idle(now time.Time) bool {
	return b.busy == 0 && !b.asked && b.shut == 0 && !latest(b.full, b.closed, b.end()).After(now)
}

// end is when the last turn ends.
func (b *bucket) end() time.Time {
	if len(b.turns) == 0 {
		return time.Time{}
	}
	return b.turns[len(b.turns)-1].until
}

// begin gives the bucket a turn. asked and answered are when the ledger was asked and had answered; its present was
// somewhere in between, so the turn begins late and ends early.
func (b *bucket) begin(g Grant, asked, answered time.Time) {
	b.turns = slices.DeleteFunc(b.turns, func(t turn) bool { return t.until.Before(asked) })
	until := asked.Add(g.Until)
	if n := len(b.turns); n > 0 && b.turns[n-1].end.Equal(g.Begin) { // it goes on
		b.turns[n-1].until, b.turns[n-1].end = until, g.End
		b.calls = min(2*b.calls, longestTurn)
	} else {
		b.turns = append(b.turns, turn{answered.Add(g.From), until, g.End})
		b.calls = 1
	}
	b.again = answered.Add(atLeast)
	if g.Closed > 0 {
		b.closed = latest(b.closed, answered.Add(g.Closed))
	}
}

// spare tells whether a turn goes on for longer than our calls seem to need it, or when that may be asked again.
func (b *bucket) spare(now time.Time) (yes bool, later time.Time) {
	if b.busy > 0 || b.wanted || b.asked || len(b.turns) == 0 {
		return false, time.Time{}
	}
	if t := b.turns[len(b.turns)-1]; t.until.Sub(latest(t.from, b.full, now)) <= b.step {
		return false, time.Time{}
	}
	if since := b.last.Add(unused); since.After(now) {
		return false, since
	}
	return true, time.Time{}
}

// giveBack cuts the last turn off, as far as it has not been used.
func (b *bucket) giveBack(now time.Time) (end time.Time, fullAfter time.Duration) {
	t := &b.turns[len(b.turns)-1]
	t.until = latest(b.full, now, t.from)
	return t.end, t.until.Sub(now)
}

// made counts a call whose answer came at that time.
func (b *bucket) made(at time.Time) { b.full = latest(b.full, at).Add(b.step) }

// close shuts the bucket until then, here and on the other nodes.
func (b *bucket) close(until time.Time, now time.Time) {
	b.closed = latest(b.closed, until)
	b.shut = max(b.shut, until.Sub(now))
}

func latest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if o.After(t) {
			t = o
		}
	}
	return t
}
