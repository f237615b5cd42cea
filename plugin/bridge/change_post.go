// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"slices"
	"time"
)

// changePost carries an edit, a delete or a reaction from Teams. The notification only says that something changed: the
// message is read and compared with what both sides showed when they last agreed.
func (w *worker) changePost(ctx context.Context, event *InboundEvent) error {
	mapping, known, err := w.Store.MappingOf(ctx, event.Ref)
	if err != nil {
		return err
	}
	switch {
	case !known, mapping.State == Tombstone: // a part that was deleted before it was announced has a tombstone
		whole, isPart, err := w.Store.MappingOfPart(ctx, event.Ref)
		if err != nil {
			return err
		}
		if isPart {
			return w.changeOfPart(ctx, event, whole)
		}
		if known {
			return w.restore(ctx, event, mapping)
		}
		return w.changeOfUnknown(ctx, event)
	case mapping.Record.Deleted && !mapping.Writing:
		return w.restore(ctx, event, mapping)
	case mapping.State == Reserved:
		if state, queued, err := w.Store.InboundState(ctx, event.Ref, Create); err != nil {
			return err
		} else if queued && state == Dead {
			return w.ignore(ctx, event.Event, GivenUp)
		}
		return w.parkForMessage(ctx, event)
	}
	if !mapping.SeenAt.IsZero() {
		completed, err := w.complete(ctx, mapping, event.Ref, PostReaction{})
		switch lost := err != nil && ClassOf(err) == NotFound && event.Kind == Delete; {
		case err != nil && !lost:
			return err
		case !lost && completed.Ref != event.Ref:
			return w.changeOfUnknown(ctx, event) // the same id in another thread
		case !lost:
			mapping = completed
		}
	}
	message, err := w.Teams.Message(ctx, event.Ref)
	gone := err != nil && ClassOf(err) == NotFound && event.Kind == Delete
	if err != nil && !gone {
		return err
	}
	if event.Kind == Delete && !gone && message.DeletedAt.IsZero() && event.Attempts < looksForDelete {
		return errors.New("Teams said that the message was deleted and still shows it; looking again")
	}
	post, err := w.Mattermost.Post(ctx, mapping.Post)
	if err != nil && ClassOf(err) != NotFound {
		return err
	}
	standing := err == nil && post.DeleteAt == 0
	switch {
	case gone || !message.DeletedAt.IsZero():
		if others, err := w.messagesBeside(ctx, mapping); err != nil {
			return err
		} else if standing && !others.none() {
			return w.changeWithout(ctx, event, mapping, others)
		}
		return w.deletePost(ctx, event, mapping, message, post, standing)
	case !standing && mapping.Writing:
		return w.write(ctx, event, mapping, mapping.Record, "", nil)
	case !standing:
		// Deleted in Mattermost; that is on its way to Teams.
		return w.ignore(ctx, event.Event, Deleted)
	}
	return w.revisePost(ctx, event, mapping, message, post)
}

// looksForDelete is how often a message that is said to be deleted is read before Teams is believed that it stands.
const looksForDelete = 2

func (w *worker) deletePost(ctx context.Context, event *InboundEvent, mapping Mapping, message TeamsMessage, post Post, standing bool) error {
	record := mapping.Record
	record.Deleted = true
	err := w.write(ctx, event, mapping, record, "", func(ctx context.Context, _ *Record) error {
		posts := mapping.Copies
		if standing {
			posts = append([]PostID{mapping.Post}, posts...)
		}
		if partNumber.MatchString(post.Message) && mapping.Direction == Inbound {
			rest, err := w.rest(ctx, mapping, message)
			if err != nil {
				return err
			}
			posts = append(posts, thoseThatStand(rest)...)
		}
		return w.deletePosts(ctx, posts)
	})
	if err == nil {
		w.carriedChange(Delete, message.DeletedAt)
	}
	return err
}

// restore handles what comes for a message that was deleted. One that its author brought back is carried again, as a new
// post: a server does not bring posts back. Teams may show a deleted message for a moment longer, so it is read twice.
func (w *worker) restore(ctx context.Context, event *InboundEvent, mapping Mapping) error {
	if event.Kind != Edit || mapping.Record.PostHash == NeverShown {
		return w.ignore(ctx, event.Event, Deleted)
	}
	message, err := w.Teams.Message(ctx, event.Ref)
	switch {
	case err != nil && ClassOf(err) == NotFound, err == nil && !message.DeletedAt.IsZero():
		return w.ignore(ctx, event.Event, Deleted)
	case err != nil:
		return err
	case !event.Waited:
		return w.park(ctx, event.Event, Later, w.Tuning.ParkFor/6, "waits until it is certain that the message is back")
	}
	replies, err := w.repliesGoneWith(ctx, mapping)
	if err != nil {
		return err
	}
	return w.Store.CarryAgain(ctx, w.lease, *event, mapping.ID, replies)
}

func (w *worker) postIsGone(ctx context.Context, id PostID) bool {
	post, err := w.Mattermost.Post(ctx, id)
	return err == nil && post.DeleteAt > 0 || err != nil && ClassOf(err) == NotFound
}

// revisePost brings text and reactions of a post to what its message shows.
func (w *worker) revisePost(ctx context.Context, event *InboundEvent, mapping Mapping, message TeamsMessage, post Post) error {
	record := mapping.Record
	text, form := record.teamsHash(message), teamsForm(message)
	revised, edited, files := post.Message, false, post.Files
	var rest []string
	var err error
	split := partNumber.MatchString(post.Message)
	// An edit whose writing was cut off, and which Teams does not show any more.
	shown := record.postHashOf(post)
	halfway := shown != record.PostHash && slices.Contains(mapping.Written, shown)
	switch {
	case !halfway && text == record.TeamsHash && (record.TeamsForm == "" || record.TeamsForm == form):
	case mapping.sentBefore(text) && !event.Waited:
		// An edit of ours that a newer one has replaced, seen late.
		return w.park(ctx, event.Event, Later, w.Tuning.ParkFor, "waits for the newest edit to show in Teams")
	case mapping.sentBefore(text):
		if err := w.Store.SendAgain(ctx, w.lease, *event, mapping); err != nil {
			return w.lookAgainAfter(ctx, event, mapping, err)
		}
		w.dispatcher.wake(Lane{w.lease.Conversation, Outbound}, 0)
		return nil
	default:
		now, err := w.broughtAgain(ctx, event, mapping, message, post)
		if err != nil {
			return err
		}
		if revised, err = w.revisedPost(ctx, mapping, now.shown, post); err != nil {
			return err
		}
		if mapping.Direction == Inbound {
			parts := postParts(revised)
			revised, rest = parts[0], parts[1:]
			split = split || len(rest) > 0
		}
		edited, files, record.Files = true, postFiles(now.files), now.files
	}
	writes := revised != post.Message || !sameFiles(files, post.Files)
	overwrites := writes && !mapping.carries(shown) && record.PostHash != ""
	if edited && !overwrites {
		if overwrites, err = w.restChanged(ctx, mapping, post); err != nil {
			return err
		}
	}
	if overwrites {
		if wait, err := w.editIsOnItsWay(ctx, event, post); wait || err != nil {
			return err
		}
	}
	if edited {
		record.RestHash = restHash(rest)
		record.TeamsHash, record.PostHash = teamsHash(message), post.with(revised, files).shownHash()
	}
	record.TeamsForm = form
	plan, err := w.planReactions(ctx, event, record, message, post)
	if err != nil {
		return err
	}
	record.Reactions = plan.after
	unchanged := !edited && record.TeamsForm == mapping.Record.TeamsForm && slices.Equal(record.Reactions, mapping.Record.Reactions)
	if unchanged && !mapping.Writing && (len(mapping.SentVersions) == 0 || text != record.TeamsHash) {
		return w.nothingToWrite(ctx, event, mapping, Duplicate)
	}
	newText := ""
	if writes {
		newText = post.with(revised, files).shownHash()
	}
	mapping.Record.Reactions = plan.before
	err = w.write(ctx, event, mapping, record, newText, func(ctx context.Context, record *Record) error {
		if writes {
			updated, err := w.update(ctx, post, revised, files, record)
			if err != nil && w.postIsGone(ctx, post.ID) {
				// Deleted meanwhile; that is on its way to Teams.
				*record, writes, plan = mapping.Record, false, reactionPlan{}
				return nil
			}
			if err != nil {
				return err
			}
			record.PostHash = record.postHashOf(updated)
			if err := w.updateCopies(ctx, mapping, updated.Message); err != nil {
				return err
			}
		}
		if edited && split && mapping.Direction == Inbound {
			if err := w.writeRest(ctx, mapping, message, post, rest); err != nil {
				return err
			}
		}
		return w.react(ctx, post.ID, plan, record)
	})
	if err != nil {
		return err
	}
	if writes {
		w.carriedChange(Edit, message.ModifiedAt)
		w.arrived(ctx, event, post.Author, record.Files, mapping.Record.Files)
	}
	reacts := len(plan.add)+len(plan.remove) > 0
	if reacts {
		w.carriedChange(React, message.ModifiedAt)
	}
	if !writes && !reacts {
		w.Observer.Ignored(Inbound, event.Kind, Echo)
	}
	return nil
}

// editIsOnItsWay tells whether the event has to wait for an edit of the post that Teams does not have yet. An edit that no
// hook has reported is put on its way.
func (w *worker) editIsOnItsWay(ctx context.Context, event *InboundEvent, post Post) (bool, error) {
	state, queued, err := w.Store.OutboundState(ctx, w.lease.Conversation, post.ID, Edit)
	if err != nil {
		return true, err
	}
	if !queued && event.Waited || queued && (state == Dead || state == Parked) {
		// It cannot be carried, so Teams decides.
		return false, nil
	}
	if !queued {
		if _, err := w.Store.Depart(ctx, []Departure{editOf(post, w.link)}, 0); err != nil {
			return true, err
		}
		w.dispatcher.wake(Lane{w.lease.Conversation, Outbound}, 0)
	}
	return true, w.park(ctx, event.Event, PostSettled(post.ID), w.Tuning.ParkFor, "waits for an edit in Mattermost that is on its way to Teams")
}

// write changes the post between an intent and its confirmation. What the intent says of reactions is in the mapping, what
// is recorded after effect, which may be nil and may change it, in record.
func (w *worker) write(ctx context.Context, event *InboundEvent, mapping Mapping, record Record, postHash string, effect func(context.Context, *Record) error) error {
	began := time.Now()
	if err := w.Store.BeginWrite(ctx, w.lease, mapping, postHash); err != nil {
		return w.lookAgainAfter(ctx, event, mapping, err)
	}
	if effect != nil {
		limited, cancel := w.within(ctx, began, w.Tuning.SendTimeout)
		defer cancel()
		if err := effect(limited, &record); err != nil {
			return err
		}
	}
	if err := w.Store.ConfirmWrite(ctx, w.lease, *event, mapping.ID, record); err != nil {
		return err
	}
	w.dispatcher.wake(Lane{w.lease.Conversation, Outbound}, 0)
	return nil
}

// nothingToWrite finishes an event that needs nothing, unless what was compared is being changed.
func (w *worker) nothingToWrite(ctx context.Context, event *InboundEvent, mapping Mapping, reason Reason) error {
	if err := w.Store.Agree(ctx, w.lease, event.Event, mapping); err != nil {
		return w.lookAgainAfter(ctx, event, mapping, err)
	}
	w.Observer.Ignored(Inbound, event.Kind, reason)
	return nil
}

// lookAgainAfter has an event looked at again when the other direction was quicker.
func (w *worker) lookAgainAfter(ctx context.Context, event *InboundEvent, mapping Mapping, err error) error {
	if !errors.Is(err, ErrChanged) {
		return err
	}
	return w.park(ctx, event.Event, PostSettled(mapping.Post), w.Tuning.ParkFor, "waits for a change in Mattermost that is on its way to Teams")
}

func (w *worker) carriedChange(kind Kind, at time.Time) {
	if at.IsZero() {
		at = time.Now()
	}
	w.Observer.Carried(Inbound, kind, time.Since(at))
}

// changeOfUnknown handles a change of a message that has no mapping. A delete suppresses the message for good; another
// change waits for the message.
func (w *worker) changeOfUnknown(ctx context.Context, event *InboundEvent) error {
	switch {
	case event.Kind == Delete:
		err := w.Store.SkipMessage(ctx, w.lease, *event, w.link.Channel)
		if errors.Is(err, ErrChanged) {
			return w.changePost(ctx, event) // it was carried since we looked
		}
		if err != nil {
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
		return w.ignore(ctx, event.Event, GivenUp)
	} else if event.Waited && !queued {
		// It may have been carried since we looked.
		if _, known, err := w.Store.MappingOf(ctx, event.Ref); err != nil {
			return err
		} else if known {
			return w.changePost(ctx, event)
		}
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
	return w.parkForMessage(ctx, event)
}

func (w *worker) parkForMessage(ctx context.Context, event *InboundEvent) error {
	return w.park(ctx, event.Event, MessageMapped(event.Ref.Root, event.Ref.ID), w.Tuning.ParkFor, "waits for the message that it changes")
}
