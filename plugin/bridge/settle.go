// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"time"
)

// lookForSend finds out whether a send whose outcome is unknown has arrived, and has it sent again when it has not been
// seen in any of the looks.
func (w *worker) lookForSend(ctx context.Context, event *OutboundEvent) error {
	mapping, known, err := w.Store.MappingOfPost(ctx, event.Post)
	if err != nil {
		return err
	}
	if known && mapping.State == Confirmed {
		return w.ignore(ctx, event.Event, Duplicate)
	}
	if !known || mapping.State != Reserved {
		return w.skipPost(ctx, event, Deleted)
	}
	since := event.AttemptedAt.Add(-clockSkew)
	recent, err := w.Teams.Recent(ctx, w.link.Conversation, mapping.Ref.Root, since)
	cutShort := errors.Is(err, ErrCutShort)
	if err != nil && !cutShort {
		return err
	}
	for _, message := range recent {
		if message.Attempt == event.Attempt {
			return w.confirmSend(ctx, event, mapping.ID, message, mapping.Record.Files)
		}
	}
	message, found, findErr := w.findBySender(ctx, event, mapping, recent)
	if findErr != nil {
		return findErr
	}
	if found {
		return w.confirmSend(ctx, event, mapping.ID, message, mapping.Record.Files)
	}
	if cutShort {
		return err // it is not known to be absent
	}
	if event.Looks+1 < len(w.Tuning.Looks) {
		if err := w.Store.LookAgain(ctx, w.lease, *event, w.Tuning.Looks[event.Looks+1], LookedInVain); err != nil {
			return err
		}
		return errWaiting
	}
	return w.absent(ctx, event, "the message is not in Teams although it was sent; it is sent again",
		"each send ended without an answer and left no message in Teams")
}

// absent has sent again what was sent and did not arrive, or gives it up. No answer came, so that it is an outage for all that
// is known, and each repetition is a risk: they come ever more slowly.
func (w *worker) absent(ctx context.Context, event *OutboundEvent, now, inTheEnd string) error {
	failure := &Failure{Class: Unknown, Err: errors.New(now)}
	if w.spent(event.Event, failure) {
		if err := w.unsent(ctx, event, 0, CountsNothing, failure); err != nil {
			return err
		}
		return &Failure{Class: Unknown, Err: errors.New(inTheEnd)}
	}
	if err := w.unsent(ctx, event, w.backoff(event.Event, failure), CountsOutage, failure); err != nil {
		return err
	}
	return errWaiting
}

// clockSkew is how far Microsoft's clock may differ from the database's.
const clockSkew = 5 * time.Second

// findBySender is for a mark that did not survive: the same sender wrote the same text in the same chain after the send
// began, the message has no mark of its own and belongs to nobody.
func (w *worker) findBySender(ctx context.Context, event *OutboundEvent, mapping Mapping, recent []TeamsMessage) (TeamsMessage, bool, error) {
	for _, message := range recent {
		if message.Attempt != "" || message.From.User != event.Sender || message.CreatedAt.Before(event.AttemptedAt.Add(-clockSkew)) || hashAsSent(message) != mapping.Record.TeamsHash {
			continue
		}
		_, known, err := w.Store.MappingOf(ctx, message.Ref)
		if err != nil {
			return TeamsMessage{}, false, err
		}
		if !known {
			return message, true, nil
		}
	}
	return TeamsMessage{}, false, nil
}
