// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// change sends one change between an intent and its confirmation. Without a call there is nothing to send, only to record.
func (w *worker) change(ctx context.Context, event *OutboundEvent, mapping Mapping, c Change, record Record, call func(context.Context) error) error {
	if call == nil {
		if err := w.beginChange(ctx, event, mapping, c); err != nil {
			return err
		}
		if err := w.Store.ConfirmChange(ctx, w.lease, *event, mapping.ID, record); err != nil {
			return err
		}
		w.Observer.Ignored(Outbound, event.Kind, Duplicate)
		return nil
	}
	return w.call(ctx, event, mapping, c, call, func() error { return w.confirmChange(ctx, event, mapping, record) })
}

func (w *worker) beginChange(ctx context.Context, event *OutboundEvent, mapping Mapping, c Change) error {
	err := w.Store.BeginChange(ctx, w.lease, *event, mapping, c, w.Tuning.Looks[0])
	if errors.Is(err, ErrChanged) {
		return w.parkForWrite(ctx, event, mapping)
	}
	if err == nil {
		event.State, event.Sender = Sending, c.Account.TeamsUser
	}
	return err
}

// call commits the intent of a change, makes the call, and has it confirmed.
func (w *worker) call(ctx context.Context, event *OutboundEvent, mapping Mapping, c Change, call func(context.Context) error, confirm func() error) error {
	permit, err := w.permit(ctx, actions[event.Kind], mapping.Ref.Root, []Account{c.Account})
	if err != nil {
		return err
	}
	defer permit.Drop()
	began := time.Now()
	if err := w.beginChange(ctx, event, mapping, c); err != nil {
		return err
	}
	limited, cancel := w.within(ctx, began, w.Tuning.SendTimeout)
	err = call(permit.With(limited))
	cutOff := limited.Err() != nil
	cancel()
	if err == nil || event.Kind == Delete && ClassOf(err) == NotFound {
		return confirm()
	}
	return w.changeFailed(ctx, event, mapping, c.Account.ID, cutOff, err)
}

// actions are the calls that carry changes.
var actions = map[Kind]Action{Edit: ToEdit, Delete: ToDelete, React: ToReact}

func (w *worker) confirmChange(ctx context.Context, event *OutboundEvent, mapping Mapping, record Record) error {
	if err := w.Store.ConfirmChange(ctx, w.lease, *event, mapping.ID, record); err != nil {
		return err
	}
	w.Observer.Carried(Outbound, event.Kind, time.Since(event.SourceAt))
	w.dispatcher.wake(Lane{w.lease.Conversation, Inbound}, 0)
	return nil
}

// changeFailed settles an event whose change, made with the account, was not confirmed.
func (w *worker) changeFailed(ctx context.Context, event *OutboundEvent, mapping Mapping, account AccountID, cutOff bool, err error) error {
	class := ClassOf(err)
	failure, classified := errors.AsType[*Failure](err)
	if !classified || cutOff && failure.Status == 0 {
		class = Unknown
	} else if unknownToken(event.Event, failure) {
		class = Retry
	}
	if noteErr := w.Store.NoteError(ctx, w.lease.Lane, explain(err)); noteErr != nil {
		return noteErr
	}
	switch class {
	case Unknown:
		// It stays "sending" until a look tells; then it may be repeated.
		w.Observer.Failed(Outbound, event.Kind, Unknown)
		w.Log.Warn("whether a change arrived in Teams is not known; looking", "conversation", w.lease.Conversation, "post", event.Post, "kind", event.Kind, "error", err)
		return errWaiting
	case Retry:
		if !w.spent(event.Event, err) {
			w.Observer.Failed(Outbound, event.Kind, Retry)
			if unsentErr := w.unsent(ctx, event, w.backoff(event.Event, err), counts(err), err); unsentErr != nil {
				return unsentErr
			}
			return errWaiting
		}
	}
	if unsentErr := w.unsent(ctx, event, 0, CountsNothing, err); unsentErr != nil {
		return unsentErr
	}
	switch {
	case class == Retry:
		return err // it failed too often
	case class == NotFound:
		message, lookErr := w.Teams.Message(ctx, mapping.Ref)
		if lookErr != nil && ClassOf(lookErr) == NotFound || lookErr == nil && !message.DeletedAt.IsZero() {
			return w.ignore(ctx, event.Event, Deleted)
		}
		if lookErr != nil {
			return lookErr
		}
	case class == UserAction && failure.Status != http.StatusForbidden:
		// The account's token is lost. Nobody else may change the message.
		return w.awaitSender(ctx, event, event.Author, event.Sender, account)
	}
	return &Failure{Class: Permanent, Status: failure.Status, Code: failure.Code, RequestID: failure.RequestID,
		Err: fmt.Errorf("Teams does not take the change: %w", failure.Err)}
}

// lookForChange finds out whether a change whose outcome is unknown has arrived, and has it sent again when it has not.
// Unlike a message, a change may be made twice.
func (w *worker) lookForChange(ctx context.Context, event *OutboundEvent, mapping Mapping, post Post) error {
	message, err := w.Teams.Message(ctx, mapping.Ref)
	gone := err != nil && ClassOf(err) == NotFound
	if err != nil && !gone {
		return err
	}
	gone = gone || !message.DeletedAt.IsZero()
	record := mapping.Record
	switch {
	case gone && event.Kind == Delete:
		if err := w.deleteRest(ctx, mapping, post); err != nil {
			return err
		}
		record.Deleted = true
		return w.confirmChange(ctx, event, mapping, record)
	case gone:
		return w.ignore(ctx, event.Event, Deleted)
	case event.Kind == Edit && len(mapping.SentVersions) > 0:
		last := mapping.SentVersions[len(mapping.SentVersions)-1]
		arrived, err := w.arrivedWhole(ctx, mapping, last, message)
		if err != nil {
			return err
		}
		if arrived {
			if mapping.Direction == Inbound {
				record.RestHash = last.Rest
			}
			record.TeamsHash, record.TeamsForm, record.PostHash = last.TeamsHash, "", last.PostHash
			record.Files = append([]CarriedFile{}, last.Files...)
			if last.PostHash != post.shownHash() {
				event.Generation = none // the post was edited again since it was sent
			}
			return w.confirmChange(ctx, event, mapping, record)
		}
	case event.Kind == React:
		subject := reactionOf(event.Subject)
		all, err := w.Mattermost.Reactions(ctx, []PostID{post.ID})
		if err != nil {
			return err
		}
		reaction, wanted := onPost(all[post.ID], subject)
		shown := slices.ContainsFunc(message.Reactions, func(r Reaction) bool { return r.User == event.Sender && sameEmoji(r.Emoji, inTeams(subject.Emoji)) })
		if shown == wanted {
			at := slices.IndexFunc(record.Reactions, func(c CarriedReaction) bool { return c.isPost(subject) })
			making := at >= 0 && record.Reactions[at].Pending == Outbound // else the call was to take it back
			now := carriedReaction(event.Sender, inTeams(subject.Emoji), subject)
			if wanted {
				now = carriedReaction(event.Sender, inTeams(reaction.Emoji), reaction)
			}
			record.Reactions = slices.DeleteFunc(slices.Clone(record.Reactions), func(c CarriedReaction) bool { return c.isPost(subject) })
			switch {
			case wanted && !making, !wanted && making:
				// It is as somebody wants it now, perhaps only because the call has not had its effect yet.
				now.Unsure = time.Now().Unix()
				if !wanted {
					now.Pending = Recalled
				}
				fallthrough
			case wanted:
				record.Reactions = append(record.Reactions, now)
			}
			return w.confirmChange(ctx, event, mapping, record)
		}
	}
	if event.Kind == Edit && w.mayHaveSent(mapping, post) && event.Looks+1 < len(w.Tuning.Looks) {
		// What it sent may still come, and must not be sent twice.
		if err := w.Store.LookAgain(ctx, w.lease, *event, w.Tuning.Looks[event.Looks+1], LookedInVain); err != nil {
			return err
		}
		return errWaiting
	}
	return w.notShown(ctx, event)
}

// mayHaveSent tells whether the last edit of a post may have sent messages.
func (w *worker) mayHaveSent(mapping Mapping, post Post) bool {
	files := mapping.Record.Files
	if n := len(mapping.SentVersions); n > 0 {
		files = mapping.SentVersions[n-1].Files
	}
	return !inOnePart(said(post), w.load(files, lastPart).bytes)
}

// arrivedWhole tells whether Teams shows an edit that was sent, in all messages that it is shown in.
func (w *worker) arrivedWhole(ctx context.Context, mapping Mapping, sent SentVersion, message TeamsMessage) (bool, error) {
	if sent.TeamsHash != teamsHash(message) || mapping.Direction == Inbound || sent.Rest == "" {
		return sent.TeamsHash == teamsHash(message), nil
	}
	others, err := w.messagesBeside(ctx, mapping)
	return err == nil && besideHash(others) == sent.Rest, err
}

// notShown has a change sent again that did not arrive, or gives it up.
func (w *worker) notShown(ctx context.Context, event *OutboundEvent) error {
	return w.absent(ctx, event, "the change does not show in Teams although it was sent; it is sent again",
		"each try to change the message ended without an answer and changed nothing in Teams")
}
