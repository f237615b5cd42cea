// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import "context"

// noteChange handles an edit, a reaction or a delete of a Teams message. A delete of a message that was not carried
// suppresses it for good; other changes are noted on the mapping but not carried yet.
func (w *worker) noteChange(ctx context.Context, event *InboundEvent) error {
	mapping, known, err := w.Store.MappingOf(ctx, event.Ref)
	if err != nil {
		return err
	}
	switch {
	case known && mapping.State == Tombstone:
		return w.ignore(ctx, event.Event, Deleted)
	case known && event.Kind == Edit && mapping.ReservedAt.After(event.ReceivedAt):
		// It was read after this change, so it has been carried with it.
		return w.ignore(ctx, event.Event, Duplicate)
	case known:
		if err := w.Store.Behind(ctx, w.lease, event.Event, mapping.ID); err != nil {
			return err
		}
		w.Observer.Ignored(Inbound, event.Kind, NotCarried)
		return nil
	case event.Kind == Delete:
		if err := w.Store.SkipMessage(ctx, w.lease, *event, w.link.Channel); err != nil {
			return err
		}
		w.Observer.Ignored(Inbound, Delete, Deleted)
		return nil
	case w.beforeLink(event.Ref.ID):
		return w.ignore(ctx, event.Event, BeforeLink)
	}
	if state, queued, err := w.Store.InboundState(ctx, event.Ref, Create); err != nil {
		return err
	} else if queued && state == Dead {
		return w.ignore(ctx, event.Event, NotCarried)
	} else if event.Waited && !queued {
		// Its create was never announced; carrying it reads it with this change in it.
		message, err := w.Teams.Message(ctx, event.Ref)
		if err != nil && ClassOf(err) == NotFound {
			return w.ignore(ctx, event.Event, UnknownMessage)
		}
		if err != nil {
			return err
		}
		if err := w.Receive(ctx, []Arrival{{Ref: event.Ref, Kind: Create, SourceAt: message.CreatedAt}}); err != nil {
			return err
		}
		return w.ignore(ctx, event.Event, Duplicate)
	}
	return w.park(ctx, event.Event, MessageMapped(event.Ref.Root, event.Ref.ID), w.Tuning.ParkFor, "waits for the message that it changes")
}

// notePostChange notes a change of a post that this version does not carry.
func (w *worker) notePostChange(ctx context.Context, event *OutboundEvent) error {
	mapping, known, err := w.Store.MappingOfPost(ctx, event.Post)
	if err != nil {
		return err
	}
	if !known {
		return w.ignore(ctx, event.Event, NotCarried)
	}
	if err := w.Store.Behind(ctx, w.lease, event.Event, mapping.ID); err != nil {
		return err
	}
	w.Observer.Ignored(Outbound, event.Kind, NotCarried)
	return nil
}
