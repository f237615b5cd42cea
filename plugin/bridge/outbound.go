// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
)

// sendPost carries a new post: as its author's account, else as a bot's. The intent is committed before the POST, and
// there is exactly one POST per intent.
func (w *worker) sendPost(ctx context.Context, event *OutboundEvent) error {
	if event.Backfill {
		ctx = AsBackfill(ctx)
	}
	mapping, known, err := w.Store.MappingOfPost(ctx, event.Post)
	if err != nil {
		return err
	}
	switch {
	case known && mapping.State == Confirmed:
		return w.ignore(ctx, event.Event, Duplicate)
	case known && mapping.State == Tombstone:
		return w.ignore(ctx, event.Event, Deleted)
	}
	post, err := w.Mattermost.Post(ctx, event.Post)
	if err != nil && ClassOf(err) != NotFound {
		return err
	}
	switch {
	case err != nil, post.DeleteAt > 0:
		return w.skipPost(ctx, event, Deleted)
	case !w.outgoing(post, w.link) && !(event.Backfill && w.outward(post, w.link)):
		return w.skipPost(ctx, event, Echo)
	}
	root, quote, err := w.teamsThread(ctx, event)
	if err != nil {
		return err
	}
	var reference TeamsMessageID
	if w.link.Conversation.IsChat() {
		reference, root = root, "" // chats have no threads
	}
	text := said(post)
	if text == "" && len(post.Files) == 0 {
		text = emptyPost
	}
	name, err := w.authorName(ctx, post)
	if err != nil {
		return err
	}
	groups, err := w.senders(ctx, post)
	if err != nil {
		return err
	}
	files, err := w.sendFiles(ctx, event, post, accountsOf(groups), mapping.Record.Files, inPlace)
	if err != nil {
		return err
	}
	carrying := w.load(files, lastPart)
	parts, messages, err := w.newMessages(ctx, post, name, quote+text, carrying)
	if err != nil {
		return err
	}
	if event.Backfill {
		if err := w.reactionsTo(ctx, post); err != nil {
			return err
		}
	}
	var refused error
	var tried []AccountID
	for _, able := range groups {
		for len(able) > 0 {
			permit, err := w.permit(ctx, ToSend, root, able)
			if err != nil {
				return err
			}
			account := able[permit.Choice()]
			if account.Bot {
				if err := w.unlooped(ctx, event.Event, string(event.Post), string(post.Author)+"/"+post.AuthorName, hash(post.Message)); err != nil {
					permit.Drop()
					return err
				}
			}
			shown := ""
			if !post.System && (account.MattermostUser != post.Author || post.AuthorName != "") {
				shown = name
			}
			from := make([]Outgoing, len(messages))
			for i, message := range messages {
				from[i] = w.backdated(event, post, authored(shown, message)).as(post)
			}
			last := len(from) - 1
			from[last], err = w.withReference(ctx, w.attach(from[last], files), reference, post.Root)
			if err == nil {
				err = w.withContents(ctx, post.Author, files, func(pictures []Picture) error {
					from[last].Pictures = pictures
					return w.send(ctx, event, post, account, root, from, files, permit)
				})
			}
			permit.Drop()
			if err == nil && !event.Backfill {
				w.tellAuthor(ctx, post.Author, files, "Microsoft Teams")
			}
			if refusedPictures(err, files) {
				w.Log.Info("a message could not be sent with its pictures in place; they are sent as files", "post", event.Post, "error", err)
				if files, err = w.sendFiles(ctx, event, post, accountsOf(groups), unplaced(files), asReferences); err != nil {
					return err
				}
				// Never less room than before: parts that were sent stay what they are.
				carrying.bytes = max(carrying.bytes, w.load(files, lastPart).bytes)
				if parts, messages, err = w.newMessages(ctx, post, name, quote+text, carrying); err != nil {
					return err
				}
				continue
			}
			if refusedMentions(err, messages) {
				// Better a message that notifies nobody than none: somebody in it may be gone from the directory.
				w.Log.Info("Teams refused a message with mentions; it is sent without them", "post", event.Post, "error", err)
				for i, part := range parts {
					messages[i] = w.mentioningNobody(part)
				}
				continue
			}
			if err == nil || ClassOf(err) != UserAction || errors.Is(err, errWaiting) {
				return err
			}
			// This account cannot speak here until somebody does something; perhaps the next one can.
			w.Observer.Failed(Outbound, Create, UserAction)
			w.refusals.note(account.ID, w.lease.Conversation)
			refused, tried = err, append(tried, account.ID)
			able = slices.Delete(slices.Clone(able), permit.Choice(), permit.Choice()+1)
		}
	}
	return w.awaitAccount(ctx, event, refused, tried)
}

// newMessages are the messages that show a post's text, and what they are in Markdown.
func (w *worker) newMessages(ctx context.Context, post Post, name, text string, carrying load) (parts []string, messages []Outgoing, err error) {
	if parts, err = w.messageParts(ctx, post, name, text, carrying); err != nil {
		return nil, nil, err
	}
	for _, part := range parts {
		message, err := w.inTeams(ctx, post, part, nil)
		if err != nil {
			return nil, nil, err
		}
		messages = append(messages, message)
	}
	return parts, messages, nil
}

// send makes one POST as the account, after those of other parts, and settles the event by its outcome.
func (w *worker) send(ctx context.Context, event *OutboundEvent, post Post, account Account, root TeamsMessageID, messages []Outgoing, files []CarriedFile, permit Permit) error {
	message, again := messages[len(messages)-1], event.Attempt != ""
	if event.Attempt == "" {
		event.Attempt = AttemptKey(uuid.NewString())
	}
	began := time.Now()
	mapping, err := w.Store.BeginSend(ctx, w.lease, *event, Send{
		Mapping: MappingID(uuid.NewString()), Attempt: event.Attempt, Account: account, Team: w.link.Conversation.Team,
		Root: root, Channel: w.link.Channel, PostHash: post.shownHash(),
		TeamsHash: outgoingHash(w.link.Conversation, message), Files: files,
	}, w.Tuning.Looks[0])
	if err != nil {
		return err
	}
	event.State, event.Sender = Sending, account.TeamsUser

	limited, cancel := w.within(ctx, began, w.Tuning.SendTimeout)
	made, err := w.sendParts(permit.With(limited), event, mapping, account, root, messages, time.UnixMilli(post.CreateAt), again)
	cutOff := limited.Err() != nil
	cancel()
	if err == nil {
		return w.confirmSend(ctx, event, mapping, made, files)
	}
	class := ClassOf(err)
	failure, classified := errors.AsType[*Failure](err)
	if !classified || cutOff && failure.Status == 0 {
		// Without an answer in time nothing is known, whatever the error says.
		class = Unknown
	} else if unknownToken(event.Event, failure) {
		class = Retry
	}
	switch class {
	case Unknown:
		// It stays "sending" until a look or the echo tells.
		w.Observer.Failed(Outbound, Create, Unknown)
		w.Log.Warn("whether a message arrived in Teams is not known; looking for it", "conversation", w.lease.Conversation, "post", event.Post, "error", err)
		if err := w.Store.NoteError(ctx, w.lease.Lane, explain(err)); err != nil {
			return err
		}
		return errWaiting
	case Retry:
		w.Observer.Failed(Outbound, Create, Retry)
		if w.spent(event.Event, err) {
			break
		}
		if noteErr := w.Store.NoteError(ctx, w.lease.Lane, explain(err)); noteErr != nil {
			return noteErr
		}
		if unsentErr := w.unsent(ctx, event, w.backoff(event.Event, err), counts(err), err); unsentErr != nil {
			return unsentErr
		}
		return errWaiting
	}
	// It did not happen. What follows is decided for a pending event.
	if unsentErr := w.unsent(ctx, event, 0, CountsNothing, err); unsentErr != nil {
		return unsentErr
	}
	if class == NotFound {
		// The channel or the thread is gone: the same POST will not work again.
		return &Failure{Class: Permanent, Err: err}
	}
	return err
}

func (w *worker) unsent(ctx context.Context, event *OutboundEvent, after time.Duration, count Count, reason error) error {
	if err := w.Store.Unsent(ctx, w.lease, *event, after, count, explain(reason)); err != nil {
		return err
	}
	event.State = Pending
	w.dispatcher.wake(Lane{w.lease.Conversation, Inbound}, 0)
	return nil
}

func (w *worker) confirmSend(ctx context.Context, event *OutboundEvent, mapping MappingID, message TeamsMessage, files []CarriedFile) error {
	sent := sentAs(message.Ref, message, files)
	if err := w.noteChanges(ctx, message); err != nil {
		return err
	}
	if err := w.Store.ConfirmSend(ctx, w.lease, *event, mapping, sent); err != nil {
		return err
	}
	w.Observer.Carried(Outbound, Create, event.delay())
	w.dispatcher.wake(Lane{w.lease.Conversation, Inbound}, 0)
	return nil
}

// sentAs is what is recorded of a send. A message that was edited before we saw it shows something that the post does not.
func sentAs(ref MessageRef, message TeamsMessage, files []CarriedFile) Sent {
	if !message.EditedAt.IsZero() || !message.DeletedAt.IsZero() {
		return Sent{Ref: ref}
	}
	return Sent{Ref: ref, TeamsHash: teamsHash(message), TeamsForm: teamsForm(message), Files: placed(files, message)}
}

// noteChanges has a message looked at again that was changed before its send was confirmed: the notification of the change
// may have been taken for that of an unknown message.
func (w *worker) noteChanges(ctx context.Context, message TeamsMessage) error {
	if message.EditedAt.IsZero() && message.DeletedAt.IsZero() && len(message.Reactions) == 0 {
		return nil
	}
	kind := Edit
	if !message.DeletedAt.IsZero() {
		kind = Delete
	}
	return w.Receive(ctx, []Arrival{{Ref: message.Ref, Kind: kind, SourceAt: time.Now()}})
}

func (w *worker) skipPost(ctx context.Context, event *OutboundEvent, reason Reason) error {
	if err := w.Store.SkipPost(ctx, w.lease, *event, w.link.Channel); err != nil {
		return err
	}
	w.Observer.Ignored(Outbound, event.Kind, reason)
	return nil
}
