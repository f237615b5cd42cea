// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// changeMessage carries an edit, a delete or a reaction from Mattermost. The event only says that something changed: the
// post is read and compared with what both sides showed when they last agreed.
func (w *worker) changeMessage(ctx context.Context, event *OutboundEvent) error {
	if event.Kind == React && !w.Reactions() {
		return w.ignore(ctx, event.Event, SwitchedOff)
	}
	if event.Kind == Delete && event.Root == "" && event.State != Sending {
		if err := w.deleteReplies(ctx, event); err != nil {
			return err
		}
	}
	mapping, known, err := w.Store.MappingOfPost(ctx, event.Post)
	if err != nil {
		return err
	}
	switch {
	case !known:
		return w.changeOfUncarried(ctx, event)
	case mapping.State == Tombstone, mapping.Record.Deleted:
		return w.ignore(ctx, event.Event, Deleted)
	case mapping.State == Reserved:
		return w.parkForPost(ctx, event)
	case mapping.Writing && event.State != Sending:
		return w.parkForWrite(ctx, event, mapping)
	}
	post, err := w.Mattermost.Post(ctx, event.Post)
	if err != nil && ClassOf(err) != NotFound {
		return err
	}
	deleted := err != nil || post.DeleteAt > 0
	post.ID = event.Post // of a post that was deleted for good
	if mapping, err = w.completeOutbound(ctx, mapping, reactionOf(event.Subject)); err != nil {
		return err
	}
	switch {
	case mapping.Copy && !deleted:
		return w.changeByCopy(ctx, event, mapping, post)
	case mapping.Copy:
		return w.ignore(ctx, event.Event, Deleted)
	case event.State == Sending:
		return w.lookForChange(ctx, event, mapping, post)
	case event.Kind == Delete && !deleted:
		return w.ignore(ctx, event.Event, Duplicate)
	case event.Kind == Delete:
		return w.deleteMessage(ctx, event, mapping, post)
	case deleted:
		return w.ignore(ctx, event.Event, Deleted)
	case event.Kind == Edit:
		return w.editMessage(ctx, event, mapping, post)
	case event.Kind == React:
		return w.reactToMessage(ctx, event, mapping, post)
	}
	return &Failure{Class: Permanent, Err: fmt.Errorf("events of kind %q do not leave Mattermost", event.Kind)}
}

func (w *worker) editMessage(ctx context.Context, event *OutboundEvent, mapping Mapping, post Post) error {
	rest, err := w.restOf(ctx, mapping, post)
	if err != nil {
		return err
	}
	others := restHash(standing(rest))
	if mapping.carries(mapping.Record.postHashOf(post)) && others == mapping.Record.RestHash {
		return w.nothingToSend(ctx, event, mapping, Echo)
	}
	account, err := w.accountOf(ctx, event, mapping, post)
	if err != nil {
		return err
	}
	files, err := w.revisedFiles(ctx, event, mapping, account, post)
	if err != nil {
		return err
	}
	r, err := w.revise(ctx, event, mapping, account, post, rest, files)
	if err != nil {
		return err
	}
	version := SentVersion{TeamsHash: outgoingHash(mapping.Ref.Conversation, r.message), PostHash: post.shownHash(), At: time.Now(), Files: files, Rest: others}
	if mapping.Direction == Outbound {
		version.Rest = r.hash(mapping.Ref.Conversation)
	}
	record := mapping.Record
	record.Files, record.RestHash = files, others
	record.TeamsHash, record.TeamsForm, record.PostHash = version.TeamsHash, "", version.PostHash
	if err := w.change(ctx, event, mapping, Change{Account: account, Version: version}, record, func(ctx context.Context) error {
		return w.carry(ctx, account, mapping, r)
	}); err != nil {
		return err
	}
	w.tellAuthor(ctx, post.Author, newlyMissing(files, mapping.Record.Files), "Microsoft Teams")
	return nil
}

func (w *worker) deleteMessage(ctx context.Context, event *OutboundEvent, mapping Mapping, post Post) error {
	if ours, err := w.ownDelete(ctx, event, mapping); ours || err != nil {
		return err
	}
	record := mapping.Record
	record.Deleted = true
	if post.Root != "" && post.DeletedBy == w.Mattermost.Bot() {
		// Teams deleted the root, where replies stay. Mattermost took them with it, in one stroke.
		root, err := w.Mattermost.Post(ctx, post.Root)
		if err != nil && ClassOf(err) != NotFound {
			return err
		}
		if err == nil && root.DeleteAt > 0 && root.DeleteAt == post.DeleteAt {
			record.PostHash = NeverShown
			return w.change(ctx, event, mapping, Change{}, record, nil)
		}
	}
	account, err := w.accountOf(ctx, event, mapping, post)
	if err != nil {
		return err
	}
	others, err := w.messagesBeside(ctx, mapping)
	if err != nil {
		return err
	}
	return w.change(ctx, event, mapping, Change{Account: account}, record, func(ctx context.Context) error {
		if err := w.deleteMessages(ctx, account, others.all()); err != nil {
			return err
		}
		err := w.Teams.Delete(ctx, account, mapping.Ref)
		if err == nil || ClassOf(err) == NotFound {
			if restErr := w.deleteRest(ctx, mapping, post); restErr != nil {
				return restErr
			}
		}
		return err
	})
}

// ownDelete settles the delete of a post that the bridge itself is deleting, because Teams did: its hook runs before that is
// recorded.
func (w *worker) ownDelete(ctx context.Context, event *OutboundEvent, mapping Mapping) (bool, error) {
	if !mapping.Writing {
		return false, nil
	}
	for _, kind := range []Kind{Delete, Edit} {
		state, queued, err := w.Store.InboundState(ctx, mapping.Ref, kind)
		if err != nil {
			return false, err
		}
		if queued && state != Dead {
			return true, w.parkForWrite(ctx, event, mapping)
		}
	}
	now, known, err := w.Store.MappingOfPost(ctx, event.Post)
	if err != nil || !known || !now.Record.Deleted {
		return false, err
	}
	return true, w.ignore(ctx, event.Event, Deleted)
}

// reactToMessage carries one person's reaction, or that it was taken back.
func (w *worker) reactToMessage(ctx context.Context, event *OutboundEvent, mapping Mapping, post Post) error {
	subject := reactionOf(event.Subject)
	if subject.User == w.Mattermost.Bot() {
		return w.ignore(ctx, event.Event, Echo)
	}
	all, err := w.Mattermost.Reactions(ctx, []PostID{post.ID})
	if err != nil {
		return err
	}
	reaction, wanted := onPost(all[post.ID], subject)
	at := slices.IndexFunc(mapping.Record.Reactions, func(c CarriedReaction) bool { return c.isPost(subject) })
	record := mapping.Record
	if at >= 0 && record.Reactions[at].unsure() {
		carried := record.Reactions[at]
		message, err := w.Teams.Message(ctx, mapping.Ref)
		if err != nil {
			return err
		}
		shown := slices.ContainsFunc(message.Reactions, func(r Reaction) bool { return carried.isTeams(r.User, r.Emoji) })
		switch {
		case wanted && (carried.Pending == Recalled || !shown):
			at = -1 // it has to be made, perhaps again
		case !wanted && carried.Pending == Recalled && !shown:
			return w.nothingToSend(ctx, event, mapping, Duplicate)
		}
	}
	switch {
	case wanted && at >= 0 && record.Reactions[at].Pending != Outbound, !wanted && at < 0:
		return w.nothingToSend(ctx, event, mapping, Duplicate)
	case wanted:
		account, found, err := w.reactor(ctx, subject.User)
		if err != nil {
			return err
		}
		carried := carriedReaction(account.TeamsUser, inTeams(reaction.Emoji), reaction)
		others := slices.DeleteFunc(slices.Clone(record.Reactions), func(c CarriedReaction) bool { return c.isPost(subject) })
		record.Reactions = append(slices.Clone(others), carried)
		if !found {
			w.Observer.Ignored(Outbound, React, NoAccount)
			return w.change(ctx, event, mapping, Change{}, record, nil)
		}
		carried.Pending = Outbound
		mapping.Record.Reactions = append(others, carried)
		return w.change(ctx, event, mapping, Change{Account: account}, record, func(ctx context.Context) error {
			return w.Teams.React(ctx, account, mapping.Ref, carried.Emoji, true)
		})
	}
	carried := record.Reactions[at]
	if carried.beingWritten() {
		// Whether it was taken back or is yet to be shown cannot be seen while Teams' reaction is on its way.
		if state, queued, err := w.Store.InboundState(ctx, mapping.Ref, Edit); err != nil {
			return err
		} else if queued && state != Dead {
			return w.nothingToSend(ctx, event, mapping, Duplicate)
		}
	}
	record.Reactions = slices.DeleteFunc(slices.Clone(record.Reactions), func(c CarriedReaction) bool { return c.isPost(subject) })
	if carried.TeamsUser == "" || standsFor(record.Reactions, carried) {
		// Teams never showed it, or shows it for somebody else too.
		return w.change(ctx, event, mapping, Change{}, record, nil)
	}
	account, found, err := w.accountByTeamsUser(ctx, carried.TeamsUser)
	if err != nil {
		return err
	}
	if !found {
		return w.awaitSender(ctx, event, subject.User, carried.TeamsUser, "")
	}
	return w.change(ctx, event, mapping, Change{Account: account}, record, func(ctx context.Context) error {
		return w.Teams.React(ctx, account, mapping.Ref, carried.Emoji, false)
	})
}

// none is a generation that no event has: confirming it leaves the event due.
const none = 0

// changeOfUncarried handles a change of a post that has no mapping: its create is on its way, or it is never carried.
func (w *worker) changeOfUncarried(ctx context.Context, event *OutboundEvent) error {
	post, err := w.Mattermost.Post(ctx, event.Post)
	if err != nil && ClassOf(err) == NotFound {
		return w.ignore(ctx, event.Event, Deleted)
	}
	if err != nil {
		return err
	}
	state, queued, err := w.Store.OutboundState(ctx, w.lease.Conversation, event.Post, Create)
	if err != nil {
		return err
	}
	switch {
	case post.Mapping.isPart():
		return w.changeOfPost(ctx, event, post)
	case queued && state == Dead:
		return w.ignore(ctx, event.Event, GivenUp)
	case queued:
		return w.parkForPost(ctx, event)
	case post.Mapping != "" && time.Since(event.ReceivedAt) < 10*w.Tuning.ParkFor:
		return w.parkForPost(ctx, event) // it came from Teams and is about to be confirmed
	case post.DeleteAt > 0:
		return w.ignore(ctx, event.Event, Deleted)
	case !w.outgoing(post, w.link):
		return w.ignore(ctx, event.Event, BeforeLink)
	case event.Waited:
		// No hook reported the post. Carry it first.
		if _, err := w.Store.Depart(ctx, []Departure{departure(post, w.link)}, 0); err != nil {
			return err
		}
	}
	return w.parkForPost(ctx, event)
}

func (w *worker) parkForPost(ctx context.Context, event *OutboundEvent) error {
	return w.park(ctx, event.Event, PostMapped(event.Post), w.Tuning.ParkFor, "waits for the post that it changes")
}

// nothingToSend finishes an event that needs nothing, unless what was compared is being changed.
func (w *worker) nothingToSend(ctx context.Context, event *OutboundEvent, mapping Mapping, reason Reason) error {
	err := w.Store.Agree(ctx, w.lease, event.Event, mapping)
	if errors.Is(err, ErrChanged) {
		return w.parkForWrite(ctx, event, mapping)
	}
	if err != nil {
		return err
	}
	w.Observer.Ignored(Outbound, event.Kind, reason)
	return nil
}

func (w *worker) parkForWrite(ctx context.Context, event *OutboundEvent, mapping Mapping) error {
	return w.park(ctx, event.Event, PostWritten(mapping.ID), w.Tuning.ParkFor, "waits for a change in Teams that is on its way to the post")
}
