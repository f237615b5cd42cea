// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"time"
)

// Governor knows how often Teams may be called. It keeps the calls of all nodes within Microsoft's limits.
type Governor interface {
	// Ask asks for the right to make a call. When it is not the call's turn, ok is false and wake is called once it is
	// worth while to ask again. A lane asks for one call at a time; another question takes the place of the one before.
	Ask(ctx context.Context, call Call, wake func()) (permit Permit, ok bool)
	// Withdraw forgets what the lane asked for.
	Withdraw(asker Lane)
}

// Call is a call of Teams that a lane is about to make.
type Call struct {
	Asker  Lane
	Action Action
	In     Conversation
	Root   TeamsMessageID // of a reply
	As     []Account      // any one of them may make it; none: the application
	Late   bool           // it waits behind all calls that are not late
}

// Action is what a call does.
type Action string

// The actions.
const (
	ToSend   Action = "send"
	ToEdit   Action = "edit"
	ToDelete Action = "delete"
	ToReact  Action = "react"
	ToRead   Action = "read" // one message
	ToList   Action = "list" // messages
)

// Permit is the right to make one call, soon.
type Permit interface {
	// Choice is which of the call's accounts may make it.
	Choice() int
	// With has the next call that is made with ctx use the permit.
	With(ctx context.Context) context.Context
	// Drop gives the permit back if it was not used.
	Drop()
}

// errHeld says that a call has to wait for its turn. Nothing happened to the event; its lane is woken.
var errHeld = errors.New("it is not the call's turn yet")

// permit asks for the right to make a call. The first call for an event does not wait for long: the lane goes away and
// another one can work. Later ones do, because the event would begin anew and call again what it has called.
func (w *worker) permit(ctx context.Context, action Action, root TeamsMessageID, as []Account) (Permit, error) {
	call := Call{Asker: w.lease.Lane, Action: action, In: w.link.Conversation, Root: root, As: as, Late: w.late || IsBackfill(ctx)}
	woken := make(chan struct{}, 1)
	limited, cancel := context.WithTimeout(ctx, w.Tuning.SendTimeout)
	defer cancel()
	for {
		wake := func() { w.dispatcher.wake(w.lease.Lane, 0) }
		if w.called {
			wake = func() { poke(woken) }
		}
		if permit, ok := w.Governor.Ask(ctx, call, wake); ok {
			w.called = true
			return permit, nil
		}
		if !w.called {
			return nil, errHeld
		}
		select {
		case <-woken:
		case <-limited.Done():
			if ctx.Err() == nil {
				w.dispatcher.wake(w.lease.Lane, time.Second)
			}
			return nil, errHeld
		}
	}
}

// begin prepares the worker for an event.
func (w *worker) begin(event Event) {
	w.called = false
	w.late = time.Since(event.SourceAt) > w.Tuning.LiveFor
}

// governed is Teams, read with permits.
type governed struct {
	Teams
	worker *worker
}

// Message reads one message when it is the call's turn.
func (g governed) Message(ctx context.Context, ref MessageRef) (TeamsMessage, error) {
	permit, err := g.worker.permit(ctx, ToRead, ref.Root, nil)
	if err != nil {
		return TeamsMessage{}, err
	}
	defer permit.Drop()
	return g.Teams.Message(permit.With(ctx), ref)
}

// Recent lists messages when it is the call's turn.
func (g governed) Recent(ctx context.Context, in Conversation, root TeamsMessageID, since time.Time) ([]TeamsMessage, error) {
	permit, err := g.worker.permit(ctx, ToList, root, nil)
	if err != nil {
		return nil, err
	}
	defer permit.Drop()
	return g.Teams.Recent(permit.With(ctx), in, root, since)
}

// boundless is a governor without limits.
type boundless struct{}

func (boundless) Ask(context.Context, Call, func()) (Permit, bool) { return boundless{}, true }
func (boundless) Withdraw(Lane)                                    {}
func (boundless) Choice() int                                      { return 0 }
func (boundless) With(ctx context.Context) context.Context         { return ctx }
func (boundless) Drop()                                            {}
