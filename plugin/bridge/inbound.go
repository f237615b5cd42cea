// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// postMessage carries a new Teams message: reserve the mapping, post with its id as a prop, confirm. Wherever this is cut
// off, the next run finds out how far it came.
func (w *worker) postMessage(ctx context.Context, event *InboundEvent) error {
	mapping, known, err := w.Store.MappingOf(ctx, event.Ref)
	if err != nil {
		return err
	}
	switch {
	case known && mapping.State == Confirmed:
		return w.ignore(ctx, event.Event, Duplicate)
	case known && mapping.State == Tombstone:
		return w.ignore(ctx, event.Event, Deleted)
	}
	message, err := w.message(ctx, event)
	if err != nil {
		return err
	}
	if known {
		// Reserved before a crash or a failure: the post may exist.
		settled, err := w.recoverPost(ctx, event, mapping, message)
		if settled || err != nil {
			return err
		}
	}
	switch {
	case !message.DeletedAt.IsZero():
		err := w.Store.SkipMessage(ctx, w.lease, *event, w.link.Channel)
		if errors.Is(err, ErrChanged) {
			return w.ignore(ctx, event.Event, Echo) // the send of which it is the echo was confirmed since we looked
		}
		if err != nil {
			return err
		}
		w.Observer.Ignored(Inbound, Create, Deleted)
		return nil
	case message.System:
		if err := w.membersChanged(ctx, message); err != nil {
			return err
		}
		if w.eventHTML(ctx, message) != "" {
			break
		}
		return w.ignore(ctx, event.Event, SystemMessage)
	}
	if ours, err := w.recognise(ctx, event, message); ours || err != nil {
		return err
	}
	thread, quote, err := w.thread(ctx, event)
	if err != nil {
		return err
	}
	if thread == "" && quote == "" {
		if thread, quote, err = w.quotedThread(ctx, event, message); err != nil {
			return err
		}
	}
	files, err := w.bringFiles(ctx, event, message, nil)
	if err != nil {
		return err
	}
	post, err := w.compose(ctx, w.People, files.shown, thread, quote)
	if err != nil {
		return err
	}
	post.Files = postFiles(files.files)
	parts := postParts(post.Message)
	post.Message = parts[0]
	began := time.Now()
	if !known {
		mapping = Mapping{ID: MappingID(uuid.NewString()), Ref: event.Ref, Channel: w.link.Channel, Sender: message.From.User}
	}
	mapping.RootPost = thread
	mapping.Record = Record{TeamsHash: teamsHash(message), TeamsForm: teamsForm(message), PostHash: postHash(post.Message, post.Files), RestHash: restHash(parts[1:]), Files: files.files}
	if (post.Author == "" || message.From.Application) && !message.System {
		if err := w.unlooped(ctx, event.Event, string(event.Ref.ID), string(message.From.User)+"/"+message.From.Name, mapping.Record.TeamsHash); err != nil {
			return err
		}
	}
	mapping, ours, err := w.Store.Reserve(ctx, w.lease, mapping)
	if err != nil {
		return err
	}
	if !ours {
		// Since we looked, the send of which this is the echo was confirmed.
		return w.ignore(ctx, event.Event, Echo)
	}
	post.Root, post.Mapping = thread, mapping.ID
	if event.Backfill {
		post.CreatedAt = message.CreatedAt
	} else if thread == "" && w.lookAtNewest(ctx) {
		post.CreatedAt = w.timeOf(message.CreatedAt)
	}
	if err := w.post(ctx, event, mapping, message, post, parts[1:], began); err != nil {
		return err
	}
	w.arrived(ctx, event, post.Author, files.files, nil)
	return nil
}

// post makes the post and those of the other parts and confirms its mapping. The lease was renewed since the given time.
func (w *worker) post(ctx context.Context, event *InboundEvent, mapping Mapping, message TeamsMessage, post NewPost, rest []string, since time.Time) error {
	limited, cancel := w.within(ctx, since, w.Tuning.SendTimeout)
	defer cancel()
	created, err := w.Mattermost.CreatePost(limited, post)
	if err != nil && post.Root != "" && ClassOf(err) == Permanent {
		// The usual reason is that the thread was deleted since we looked.
		root, lookErr := w.Mattermost.Post(ctx, post.Root)
		if gone := (lookErr == nil && root.DeleteAt > 0) || (lookErr != nil && ClassOf(lookErr) == NotFound); gone {
			post.Root = ""
			post.Message = quoted("", lostOriginal) + post.Message
			mapping.RootPost, mapping.Record.PostHash = "", postHash(post.Message, post.Files)
			if _, _, err := w.Store.Reserve(ctx, w.lease, mapping); err != nil {
				return err
			}
			created, err = w.Mattermost.CreatePost(limited, post)
		}
	}
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		if err := w.writeRest(limited, mapping, message, created, rest); err != nil {
			return err
		}
	}
	return w.confirmPost(ctx, event, post.Mapping, created, message)
}

func (w *worker) confirmPost(ctx context.Context, event *InboundEvent, mapping MappingID, created Post, message TeamsMessage) error {
	posted := Posted{Post: created.ID, RootPost: created.Root, TeamsHash: teamsHash(message), TeamsForm: teamsForm(message), PostHash: postHash(created.Message, created.Files)}
	return w.recordPost(ctx, event, mapping, posted, message)
}

// recordPost confirms the mapping of a post.
func (w *worker) recordPost(ctx context.Context, event *InboundEvent, mapping MappingID, posted Posted, message TeamsMessage) error {
	if len(message.Reactions) > 0 || teamsHash(message) != posted.TeamsHash || teamsForm(message) != posted.TeamsForm {
		// What the post does not show yet is a change of the message.
		if err := w.Receive(ctx, []Arrival{{Ref: event.Ref, Kind: Edit, SourceAt: time.Now()}}); err != nil {
			return err
		}
	}
	return w.confirmPosts(ctx, []Reservation{{Event: *event, Mapping: mapping, Posted: posted}})
}

// recoverPost confirms the post of a reserved mapping if it exists: somebody was cut off between posting and confirming.
// Both sides may have been changed since; what was posted is what the reservation says.
func (w *worker) recoverPost(ctx context.Context, event *InboundEvent, mapping Mapping, message TeamsMessage) (settled bool, err error) {
	since := mapping.ReservedAt
	if message.CreatedAt.Before(since) && !message.CreatedAt.IsZero() {
		since = message.CreatedAt // the post may have the message's time
	}
	since = since.Add(-w.Tuning.ScanOverlap) // the two clocks may differ
	post, found, err := w.Mattermost.FindByMapping(ctx, mapping.Channel, mapping.ID, since)
	if err != nil || !found {
		return false, err
	}
	var reactions map[PostID][]PostReaction
	if w.Reactions() {
		if reactions, err = w.Mattermost.Reactions(ctx, []PostID{post.ID}); err != nil {
			return true, err
		}
	}
	shown, err := w.withSnippets(ctx, message, w.patience(ctx, event.Event))
	if err != nil {
		return true, err
	}
	text, err := w.revisedPost(ctx, mapping, shown, post)
	if err != nil {
		return true, err
	}
	if parts := postParts(text); len(parts) > 1 {
		if err := w.writeRest(ctx, mapping, message, post, parts[1:]); err != nil {
			return true, err
		}
	}
	if changes := changesSince(mapping, post, reactions, w.link, w.Mattermost.Bot()); len(changes) > 0 {
		// They wait for the mapping.
		if _, err := w.Store.Depart(ctx, changes, 0); err != nil {
			return true, err
		}
	}
	r := mapping.Record
	posted := Posted{Post: post.ID, RootPost: post.Root, PostHash: r.PostHash, TeamsHash: r.TeamsHash, TeamsForm: r.TeamsForm}
	return true, w.recordPost(ctx, event, mapping.ID, posted, message)
}

// recognise settles what we wrote ourselves: a message of one of our sends, or anything that a bot of ours
// wrote. A message of somebody who has a send in flight, and that is not recognisably that send, waits for the send.
func (w *worker) recognise(ctx context.Context, event *InboundEvent, message TeamsMessage) (ours bool, err error) {
	if message.From.User == "" {
		return false, nil
	}
	isPart := message.Attempt.isPart()
	if !isPart && !message.EditedAt.IsZero() {
		if _, isPart, err = w.Store.MappingOfPart(ctx, event.Ref); err != nil { // the edit may have taken the mark away
			return false, err
		}
	}
	if isPart {
		return true, w.ignore(ctx, event.Event, Echo)
	}
	if message.Attempt != "" {
		if ours, err := w.comesBack(ctx, event, message); ours || err != nil {
			return ours, err
		}
	}
	sends, err := w.Store.OpenSends(ctx, event.Ref.Conversation.ID, message.From.User)
	if err != nil {
		return false, err
	}
	bot, err := w.Accounts.WasBot(ctx, message.From.User)
	if err != nil {
		return false, err
	}
	if bot {
		return true, w.ignore(ctx, event.Event, Echo)
	}
	if len(sends) > 0 {
		if err := w.Store.AwaitSends(ctx, w.lease, event.Event, message.From.User, w.Tuning.EchoWait); err != nil {
			return false, err
		}
		return false, errWaiting
	}
	return false, nil
}
