// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"time"
)

// comesBack settles the send that a message with an attempt key is of, whatever has become of the send meanwhile: in flight, taken
// for absent and waiting to be repeated, given up, or left out because its post was deleted. It is there, so it is not repeated.
func (w *worker) comesBack(ctx context.Context, event *InboundEvent, message TeamsMessage) (ours bool, err error) {
	send, found, err := w.Store.SendOf(ctx, event.Ref.Conversation.ID, message.Attempt)
	if err != nil || !found {
		return false, err
	}
	if ours, err := w.spokeFor(ctx, send, message.From.User); !ours || err != nil {
		return false, err
	}
	if send.State == Confirmed {
		// Another attempt of it was confirmed. What was written before that is one, too; later, people may have copied it.
		if message.CreatedAt.After(send.ConfirmedAt.Add(clockSkew)) {
			return false, nil
		}
		return true, w.ignore(ctx, event.Event, Echo)
	}
	sent := sentAs(event.Ref, message, send.Files)
	if err := w.noteChanges(ctx, message); err != nil {
		return false, err
	}
	if err := w.Store.SettleSend(ctx, event.Ref.Conversation.ID, send.OpenSend, sent); err != nil {
		return false, err
	}
	if send.State == Tombstone {
		if err := w.deleteAfterAll(ctx, send); err != nil {
			return false, err
		}
	}
	w.Observer.Carried(Outbound, Create, time.Since(message.CreatedAt))
	w.Moved(send.Post, send.Author)
	w.dispatcher.wake(Lane{w.lease.Conversation, Outbound}, 0)
	return true, w.ignore(ctx, event.Event, Echo)
}

// spokeFor tells whether an attempt of the send can be the user's: its author's account and the bots take turns.
func (w *worker) spokeFor(ctx context.Context, send KnownSend, user TeamsUserID) (bool, error) {
	if user == send.Sender {
		return true, nil
	}
	if account, connected, err := w.Accounts.OfUser(ctx, send.Author); err != nil || connected && account.TeamsUser == user {
		return err == nil, err
	}
	return w.Accounts.WasBot(ctx, user)
}

// deleteAfterAll has the message of a post deleted that is not there any more.
func (w *worker) deleteAfterAll(ctx context.Context, send KnownSend) error {
	post, err := w.Mattermost.Post(ctx, send.Post)
	if err != nil && ClassOf(err) != NotFound {
		return err
	}
	if err == nil && post.DeleteAt == 0 {
		return nil
	}
	_, err = w.Store.Depart(ctx, []Departure{deleteOf(Post{ID: send.Post, Root: post.Root, Author: post.Author}, w.link)}, 0)
	return err
}
