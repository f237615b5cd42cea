// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"strconv"
	"time"
)

// thread finds the post that a reply belongs under. When there is none and none will come, the reply is to be posted as a
// root with the returned quote before it.
func (w *worker) thread(ctx context.Context, event *InboundEvent) (root PostID, quote string, err error) {
	if event.Ref.Root == "" {
		return "", "", nil
	}
	target := MessageRef{Conversation: event.Ref.Conversation, ID: event.Ref.Root}
	mapping, known, err := w.Store.MappingOf(ctx, target)
	if err != nil {
		return "", "", err
	}
	if !known {
		if mapping, known, err = w.Store.MappingOfPart(ctx, target); err != nil {
			return "", "", err
		}
	}
	switch {
	case known && mapping.State == Confirmed:
		return mapping.Thread(), "", nil
	case known && mapping.State == Tombstone:
		return "", quoted("", lostOriginal), nil
	}
	state, queued, err := w.Store.InboundState(ctx, target, Create)
	if err != nil {
		return "", "", err
	}
	wait := func() error {
		return w.park(ctx, event.Event, MessageMapped("", target.ID), w.Tuning.ParkFor, "waits for the message that it replies to")
	}
	// Without it, unless it was mapped while it was looked for elsewhere.
	without := func(quote string) (PostID, string, error) {
		mapping, known, err := w.Store.MappingOf(ctx, target)
		if err != nil || known && mapping.State == Confirmed {
			return mapping.Thread(), "", err
		}
		return "", quote, nil
	}
	switch {
	case queued && state == Dead:
		return without(quoted("", lostOriginal))
	case queued, !event.Waited && !w.beforeLink(target.ID):
		// Its turn is still to come, or it has not been announced yet.
		return "", "", wait()
	}
	original, err := w.Teams.Message(ctx, target)
	if err != nil && ClassOf(err) == NotFound {
		return without(quoted("", lostOriginal))
	}
	if err != nil {
		return "", "", err
	}
	var bot, sending bool
	if original.From.User != "" {
		if bot, err = w.Accounts.WasBot(ctx, original.From.User); err != nil {
			return "", "", err
		}
		sends, err := w.Store.OpenSends(ctx, target.Conversation.ID, original.From.User)
		if err != nil {
			return "", "", err
		}
		sending = len(sends) > 0
	}
	switch {
	case !original.DeletedAt.IsZero():
		return without(quoted("", lostOriginal))
	case sending:
		// It is ours and about to be mapped.
		return "", "", wait()
	case original.System && w.eventHTML(ctx, original) == "", bot, original.Attempt.isPart():
		// Never carried on its own.
		return without(quoted(original.From.Name, formless(original)))
	}
	// Nobody announced it: it is older than the link, or its notification is lost. Carry it first.
	if err := w.Receive(ctx, []Arrival{{Ref: target, Kind: Create, SourceAt: original.CreatedAt}}); err != nil {
		return "", "", err
	}
	return "", "", wait()
}

// teamsThread finds the Teams message that a reply belongs under. When there is none and none will come, the reply is to
// be sent as a root with the returned quote before it.
func (w *worker) teamsThread(ctx context.Context, event *OutboundEvent) (root TeamsMessageID, quote string, err error) {
	if event.Root == "" {
		return "", "", nil
	}
	mapping, known, err := w.Store.MappingOfPost(ctx, event.Root)
	if err != nil {
		return "", "", err
	}
	switch {
	case known && mapping.State == Confirmed:
		mapping, err = w.completeOutbound(ctx, mapping, PostReaction{})
		if err != nil && ClassOf(err) == NotFound {
			// It was taken over and is not in the thread that the post is in: Teams takes no reply to it there.
			quote, err = w.quoteOf(ctx, event.Root)
			return "", quote, err
		}
		return mapping.TeamsThread(), "", err
	case known && mapping.State == Tombstone:
		return "", quoted("", lostOriginal), nil
	}
	post, err := w.Mattermost.Post(ctx, event.Root)
	if err != nil && ClassOf(err) != NotFound {
		return "", "", err
	}
	if err != nil || post.DeleteAt > 0 {
		return "", quoted("", lostOriginal), nil //nolint:nilerr // a root that is gone is quoted as lost
	}
	state, queued, err := w.Store.OutboundState(ctx, w.lease.Conversation, event.Root, Create)
	if err != nil {
		return "", "", err
	}
	wait := func() error {
		return w.park(ctx, event.Event, PostMapped(event.Root), w.Tuning.ParkFor, "waits for the post that it replies to")
	}
	switch {
	case post.Mapping != "":
		// It came from Teams and is about to be confirmed.
		return "", "", wait()
	case queued && state != Dead && !event.Backfill:
		// Its turn is still to come. What is live does not wait for all the old posts that a new link brings along.
		if err := w.Store.BringForward(ctx, w.lease.Conversation, event.Root); err != nil {
			return "", "", err
		}
		return "", "", wait()
	case queued && state != Dead, !queued && w.outgoing(post, w.link) && !event.Waited:
		// Its turn is still to come, or its hook has not run yet.
		return "", "", wait()
	case !queued && w.outgoing(post, w.link):
		// No hook reported it. Carry it first.
		if _, err := w.Store.Depart(ctx, []Departure{departure(post, w.link)}, 0); err != nil {
			return "", "", err
		}
		return "", "", wait()
	}
	// It is older than the link, of a kind that is not carried, or given up.
	name, err := w.authorName(ctx, post)
	if err != nil {
		return "", "", err
	}
	return "", quoted(name, said(post)), nil
}

// beforeLink tells whether a message is older than the link: nobody will announce it. Message ids are creation times.
func (w *worker) beforeLink(id TeamsMessageID) bool {
	ms, err := strconv.ParseInt(string(id), 10, 64)
	return err == nil && time.UnixMilli(ms).Before(w.link.CreatedAt)
}
