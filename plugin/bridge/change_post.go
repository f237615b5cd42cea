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
	case !known:
		if done, err := w.changeOfPart(ctx, event); done || err != nil {
			return err
		}
		return w.changeOfUnknown(ctx, event)
	case mapping.State == Tombstone, mapping.Record.Deleted && !mapping.Writing:
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
	return w.Store.CarryAgain(ctx, w.lease, *event, mapping.ID)
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
	if writes && !mapping.carries(shown) && record.PostHash != "" {
		if wait, err := w.editIsOnItsWay(ctx, event, post); wait || err != nil {
			return err
		}
	}
	if edited {
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

// planReactions says what reactions the post gets and loses.
func (w *worker) planReactions(ctx context.Context, event *InboundEvent, record Record, message TeamsMessage, post Post) (reactionPlan, error) {
	same := reactionPlan{before: record.Reactions, after: record.Reactions}
	if !w.Reactions() || len(record.Reactions) == 0 && len(message.Reactions) == 0 {
		return same, nil
	}
	all, err := w.Mattermost.Reactions(ctx, []PostID{post.ID})
	if err != nil {
		return same, err
	}
	changed, err := w.changedReactions(ctx, record, post)
	if err != nil {
		return same, err
	}
	plan, err := planReactions(record.Reactions, message.Reactions, all[post.ID], changed, w.standIn(ctx),
		func(emoji string) (string, error) { return w.Mattermost.ReactionEmoji(ctx, emoji) })
	if err == nil {
		err = w.reactAgain(ctx, post, plan.again)
	}
	if err != nil || len(plan.add)+len(plan.remove) == 0 {
		return plan, err
	}
	// Somebody may have taken back in Mattermost what is only now seen in Teams.
	if state, queued, err := w.Store.OutboundState(ctx, w.lease.Conversation, post.ID, React); err != nil {
		return same, err
	} else if queued && (state == Pending || state == Sending) {
		return same, w.park(ctx, event.Event, PostSettled(post.ID), w.Tuning.ParkFor, "waits for a reaction in Mattermost that is on its way to Teams")
	}
	return plan, nil
}

// reactAgain has reactions that Teams does not show as they were carried looked at again on their way to Teams.
func (w *worker) reactAgain(ctx context.Context, post Post, reactions []PostReaction) error {
	var departures []Departure
	for _, r := range reactions {
		departures = append(departures, reactionTo(post.ID, r, w.link))
	}
	if _, err := w.Store.Depart(ctx, departures, 0); err != nil {
		return err
	}
	if len(departures) > 0 {
		w.dispatcher.wake(Lane{w.lease.Conversation, Outbound}, 0)
	}
	return nil
}

// changedReactions lists the reactions whose change on the post is queued, when a write was cut off. Those of the plugin's bot
// are not anybody's.
func (w *worker) changedReactions(ctx context.Context, record Record, post Post) (changed []PostReaction, err error) {
	if !slices.ContainsFunc(record.Reactions, CarriedReaction.beingWritten) {
		return nil, nil
	}
	subjects, err := w.Store.QueuedReactions(ctx, w.lease.Conversation, post.ID)
	for _, subject := range subjects {
		if r := reactionOf(subject); r.User != w.Mattermost.Bot() {
			changed = append(changed, r)
		}
	}
	return changed, err
}

// standIn says who reacts in Mattermost for a Teams user: the user's own account, or the plugin's bot. The bots of ours in
// Teams react for people in Mattermost already.
func (w *worker) standIn(ctx context.Context) func(TeamsUserID) (UserID, error) {
	return func(user TeamsUserID) (UserID, error) {
		if bot, err := w.Accounts.WasBot(ctx, user); bot || err != nil {
			return "", err
		}
		shown, known, err := w.People.UserOf(ctx, user)
		if err != nil || known {
			return shown, err
		}
		return w.Mattermost.Bot(), nil
	}
}

// react makes and takes back reactions on a post. One that the server does not take is recorded as shown in Teams only.
func (w *worker) react(ctx context.Context, post PostID, plan reactionPlan, record *Record) error {
	for _, r := range plan.remove {
		if err := w.Mattermost.RemoveReaction(ctx, post, r); err != nil && ClassOf(err) != Permanent && ClassOf(err) != NotFound {
			return err
		}
	}
	for _, r := range plan.add {
		err := w.Mattermost.AddReaction(ctx, post, r)
		if err == nil {
			continue
		}
		unknown := errors.Is(err, ErrUnknownEmoji)
		if !unknown && ClassOf(err) != Permanent && ClassOf(err) != NotFound {
			return err
		}
		if unknown {
			w.Observer.Ignored(Inbound, React, UnknownEmoji)
		} else {
			w.Observer.Failed(Inbound, React, Permanent)
		}
		w.Log.Info("a reaction cannot be shown in Mattermost", "post", post, "emoji", r.Emoji, "error", err)
		record.Reactions = slices.Clone(record.Reactions)
		for i, c := range record.Reactions {
			if c.isPost(r) {
				record.Reactions[i].User = ""
			}
		}
	}
	return nil
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
