// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// maxBatches is how many batches a worker takes from a lane before it lets another lane have its slot. With many more, the
// lanes that come last are left over, and too few for the slots.
const maxBatches = 2

// drain works on a lane until nothing in it is due.
func (e *Engine) drain(lane Lane) {
	if e.isStopping() {
		return
	}
	if e.held.Load() {
		e.leave(lane)
		return
	}
	lease, since, mine, err := e.claim(lane)
	if err != nil {
		// The database is away. The poll says so, once for all lanes, and comes back to this one.
		e.Log.Debug("could not claim a lane", "conversation", lane.Conversation, "direction", lane.Direction, "error", err)
		return
	}
	if !mine {
		e.Governor.Withdraw(lane)
		e.comeBack(lane)
		return
	}
	if lease.TookOver {
		// Whoever had the lane may have died between a post's commit and its hook.
		e.Log.Info("took a lane over whose node did not give it back", "conversation", lane.Conversation, "direction", lane.Direction)
		e.scans.want(lane.Conversation)
		e.scans.poke()
	}
	ctx, cancel := context.WithCancelCause(e.life)
	defer cancel(nil)
	renewing := make(chan struct{})
	go func() {
		defer close(renewing)
		e.renew(ctx, cancel, lease)
	}()
	next, err := e.work(ctx, lease)
	cancel(nil)
	<-renewing

	if errors.Is(err, errHeld) && !e.isResting() {
		// The governor wakes the lane. It looks for itself, too, in time to renew the lease.
		e.kept.keep(lease, since)
		e.dispatcher.wake(lane, e.Tuning.Lease/3)
		return
	}
	e.Governor.Withdraw(lane)
	e.release(e.life, lease)
	switch {
	case errors.Is(err, ErrLeaseLost):
		e.Log.Warn("lost a lane while working on it", "conversation", lane.Conversation, "direction", lane.Direction)
	case err != nil:
		e.troubled(lane, err)
	case next > 0:
		e.dispatcher.wake(lane, next)
	}
}

// comeBack has a lane looked at again that had nothing due: whoever woke it may have come too early, and in the place of who
// would have come in time.
func (e *Engine) comeBack(lane Lane) {
	next, err := e.Store.DueIn(e.life, lane)
	if err != nil {
		e.Log.Debug("could not look when a lane is due", "conversation", lane.Conversation, "direction", lane.Direction, "error", err)
	} else if next > 0 {
		e.dispatcher.wake(lane, next)
	}
}

// troubled handles an error that is the store's, not an event's: the lane is tried again soon.
func (e *Engine) troubled(lane Lane, err error) {
	if e.isResting() {
		return
	}
	e.Log.Warn("could not work on a lane; it is tried again", "conversation", lane.Conversation, "direction", lane.Direction, "error", err)
	e.dispatcher.wake(lane, e.Tuning.FirstBackoff)
}

// renew keeps the lease alive through long calls, and stops the work when the lease is lost.
func (e *Engine) renew(ctx context.Context, lost context.CancelCauseFunc, lease Lease) {
	tick := time.NewTicker(e.Tuning.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := e.Store.Renew(ctx, lease); errors.Is(err, ErrLeaseLost) {
				lost(err)
				return
			}
		}
	}
}

// work handles the lane's due events in order and returns after what time the next may be due; 0 when nothing is queued.
func (e *Engine) work(ctx context.Context, lease Lease) (time.Duration, error) {
	link, linked, err := e.links.find(ctx, lease.Conversation)
	if err != nil {
		return 0, err
	}
	w := &worker{Engine: e, lease: lease, link: link, linked: linked}
	w.Teams = governed{e.Teams, w}
	for range maxBatches {
		var b batch
		if lease.Direction == Inbound {
			b, err = each(ctx, w, e.Store.TakeInbound, (*worker).inboundNext)
		} else {
			b, err = each(ctx, w, w.takeOutbound, (*worker).outboundNext)
		}
		if err != nil || b.taken == 0 {
			return b.next, err
		}
		if e.isResting() {
			return 0, nil
		}
		if b.whole && b.taken < e.Tuning.Batch {
			// Nothing of it came back and nobody waited for it. What has come since has woken the lane.
			if b.next > 0 {
				b.next = max(b.next-time.Since(b.read), time.Millisecond)
			}
			return b.next, nil
		}
	}
	return time.Millisecond, nil
}

// batch is what has become of the events that were taken together.
type batch struct {
	taken int
	next  time.Duration // after what time others may be due; 0 when nothing else was queued
	read  time.Time     // when that was known
	whole bool          // all were carried in runs, and nothing in the lane waited for them
}

// each takes a batch and handles its events until one of them must be waited for. handle handles the first of the events
// that it is given, or several, and returns how many.
func each[E any](ctx context.Context, w *worker, take func(context.Context, Lease, int) ([]E, time.Duration, error),
	handle func(*worker, context.Context, []E) (int, outcome, error),
) (b batch, err error) {
	events, next, err := take(ctx, w.lease, w.Tuning.Batch)
	if err != nil {
		return batch{}, err
	}
	b = batch{taken: len(events), next: next, read: time.Now(), whole: true}
	for rest := events; len(rest) > 0; {
		if w.isResting() {
			break
		}
		handled, result, err := handle(w, ctx, rest)
		if err != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			return batch{}, err
		}
		if result == heldUp {
			return batch{}, errHeld
		}
		b.whole = b.whole && result == carried
		if result == lookAgain {
			break
		}
		rest = rest[handled:]
	}
	return b, nil
}

// outcome says how the lane goes on after an event.
type outcome int

const (
	done      outcome = iota // the event is out of the lane
	carried                  // the same, and nothing in the lane waited for it
	lookAgain                // the lane may have changed: read it again
	heldUp                   // its call has to wait for its turn
)

// worker handles the events of one lane under one lease.
type worker struct {
	*Engine
	Teams  Teams // the engine's, governed
	lease  Lease
	link   Link
	linked bool

	called bool // a call was made for the event
	late   bool // the event is so old that others go first
	woke   bool // something waited for what was carried
}

// inboundNext handles the next events from Teams: new messages together, anything else by itself.
func (w *worker) inboundNext(ctx context.Context, events []InboundEvent) (int, outcome, error) {
	w.woke = false
	if settled, err := w.run(ctx, events); err != nil {
		return 0, done, err
	} else if settled > 0 {
		if w.woke {
			return settled, done, nil
		}
		return settled, carried, nil
	}
	result, err := w.inbound(ctx, &events[0])
	return 1, result, err
}

// outboundNext handles the next event from Mattermost.
func (w *worker) outboundNext(ctx context.Context, events []OutboundEvent) (int, outcome, error) {
	result, err := w.outbound(ctx, &events[0])
	return 1, result, err
}

// inbound handles one event from Teams.
func (w *worker) inbound(ctx context.Context, event *InboundEvent) (outcome, error) {
	if event.Backfill {
		ctx = AsBackfill(ctx)
	}
	w.begin(event.Event)
	err := protect(func() error {
		if !w.linked {
			if opened, err := w.openChat(ctx, event); err != nil {
				return err
			} else if !opened {
				return w.ignore(ctx, event.Event, Unlinked)
			}
		}
		if event.refused != nil {
			return event.refused
		}
		if event.carried == nil {
			if err := w.open(ctx, event); err != nil {
				return err
			}
		}
		switch event.Kind {
		case Create:
			return w.postMessage(ctx, event)
		default:
			return w.changePost(ctx, event)
		}
	})
	return w.settleFailure(ctx, &event.Event, err, nil)
}

// outbound handles one event from Mattermost.
func (w *worker) outbound(ctx context.Context, event *OutboundEvent) (outcome, error) {
	w.begin(event.Event)
	err := protect(func() error {
		if channel, waits := waiting(event.Lane.Conversation); waits {
			return w.openPost(ctx, event, channel)
		}
		switch {
		case !w.linked:
			return w.ignore(ctx, event.Event, Unlinked)
		case event.Kind == Create && event.State == Sending:
			return w.lookForSend(ctx, event)
		case event.Kind == Create:
			return w.sendPost(ctx, event)
		default:
			return w.changeMessage(ctx, event)
		}
	})
	result, err := w.settleFailure(ctx, &event.Event, err, event)
	if result != heldUp && err == nil && (event.Kind == Create || event.Kind == Edit || event.Kind == Delete) {
		w.Moved(event.Post, event.Author)
	}
	return result, err
}

// errWaiting says that the event was put back or parked and that this is recorded.
var errWaiting = errors.New("the event waits")

// settleFailure puts an event back, or gives it up, after an error that nobody has settled. It returns an error only when
// the lane cannot go on at all.
func (w *worker) settleFailure(ctx context.Context, event *Event, err error, send *OutboundEvent) (outcome, error) {
	switch {
	case err == nil:
		return done, nil
	case errors.Is(err, errHeld):
		return heldUp, nil
	case errors.Is(err, errWaiting), errors.Is(err, ErrCarried):
		return lookAgain, nil
	case errors.Is(err, ErrLeaseLost):
		return lookAgain, err
	case ctx.Err() != nil:
		// Stopped or cut off; the event stays as it is.
		return lookAgain, err
	}
	class := ClassOf(err)
	w.Observer.Failed(event.Lane.Direction, event.Kind, class)
	counted, spent := counts(err), w.spent(*event, err)
	wait := w.backoff(*event, err)
	if err := w.Store.NoteError(ctx, event.Lane, explain(err)); err != nil {
		return lookAgain, err
	}
	switch {
	case send != nil && send.State == Sending && !spent:
		// Whether it arrived is not known; only a look may tell.
		look := LookFailed
		if counted == CountsOutage {
			look = LookHindered
		}
		return lookAgain, w.Store.LookAgain(ctx, w.lease, *send, wait, look)
	case class == Permanent, spent:
		w.Log.Error("gave an event up; it is kept as a dead letter and can be retried", "conversation", event.Lane.Conversation,
			"direction", event.Lane.Direction, "kind", event.Kind, "attempts", event.Attempts+event.Outages+1, "error", err)
		w.Observer.Dead(event.Lane.Direction, event.Kind)
		if buryErr := w.Store.Bury(ctx, w.lease, *event, counted, explain(err)); buryErr != nil {
			return lookAgain, buryErr
		}
		if send != nil {
			w.tellRefused(ctx, send, explain(err))
		}
		return lookAgain, nil
	default:
		w.Log.Warn("an event failed; it is tried again", "conversation", event.Lane.Conversation, "direction", event.Lane.Direction,
			"kind", event.Kind, "attempts", event.Attempts+event.Outages+1, "again_in", wait, "error", err)
		return lookAgain, w.Store.Retry(ctx, w.lease, *event, wait, counted, explain(err))
	}
}

// longestReason bounds what is kept of an error.
const longestReason = 2000

// explain is an error as it is kept for people to read.
func explain(err error) string {
	text := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "�")
	if len(text) > longestReason {
		text = strings.ToValidUTF8(text[:longestReason], "") + "…"
	}
	return text
}

// protect turns a panic into an error, so that one event cannot end the plugin.
func protect(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// ignore removes an event that needs nothing on the other side.
func (w *worker) ignore(ctx context.Context, event Event, reason Reason) error {
	if err := w.Store.Finish(ctx, w.lease, event); err != nil {
		return err
	}
	w.Observer.Ignored(event.Lane.Direction, event.Kind, reason)
	return nil
}

// park takes an event out of the lane until its target comes true.
func (w *worker) park(ctx context.Context, event Event, target Target, atMost time.Duration, reason string) error {
	if err := w.Store.Park(ctx, w.lease, event, target, atMost, reason); err != nil {
		return err
	}
	return errWaiting
}

// within bounds a call that has an effect elsewhere, so that it has ended before the lease could: since is a moment
// before the lease was last renewed. A process that was paused in between finds its time used up.
func (w *worker) within(ctx context.Context, since time.Time, atMost time.Duration) (context.Context, context.CancelFunc) {
	deadline := since.Add(w.Tuning.Lease * 5 / 6)
	if limit := time.Now().Add(atMost); limit.Before(deadline) {
		deadline = limit
	}
	return context.WithDeadline(ctx, deadline)
}
