// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"time"
)

// The plugin's predecessor posted some messages several times. One of the posts is the mapping's, the others are copies:
// what changes in Teams changes all of them. What somebody changes on a copy goes to Teams as if it had happened there, and
// comes back from there to the mapping's post.

// changeByCopy carries a change that somebody made on a copy. That one was deleted, or a reaction taken back from it, says
// nothing of the message: people tidy up.
func (w *worker) changeByCopy(ctx context.Context, event *OutboundEvent, mapping Mapping, post Post) error {
	if event.State == Sending {
		// Making it twice is as good as making it once.
		return w.notShown(ctx, event)
	}
	var account Account
	var call func(context.Context) error
	switch event.Kind {
	case Edit:
		if mapping.carries(mapping.Record.postHashOf(post)) {
			return w.ignore(ctx, event.Event, Echo)
		}
		var err error
		if account, err = w.accountOf(ctx, event, mapping, post); err != nil {
			return err
		}
		files, err := w.revisedFiles(ctx, event, mapping, account, post)
		if err != nil {
			return err
		}
		message, err := w.revisedMessage(ctx, mapping, account, post, nil, files)
		if errors.Is(err, errSeveral) {
			return tooLong
		}
		if err != nil {
			return err
		}
		call = func(ctx context.Context) error { return w.Teams.Edit(ctx, account, mapping.Ref, message) }
	case React:
		subject := reactionOf(event.Subject)
		all, err := w.Mattermost.Reactions(ctx, []PostID{post.ID})
		if err != nil {
			return err
		}
		reaction, wanted := onPost(all[post.ID], subject)
		found := false
		if wanted && subject.User != w.Mattermost.Bot() {
			if account, found, err = w.reactor(ctx, subject.User); err != nil {
				return err
			}
		}
		if !found {
			return w.ignore(ctx, event.Event, Duplicate)
		}
		call = func(ctx context.Context) error {
			return w.Teams.React(ctx, account, mapping.Ref, inTeams(reaction.Emoji), true)
		}
	default:
		return w.ignore(ctx, event.Event, Duplicate)
	}
	return w.call(ctx, event, mapping, Change{Account: account}, call, func() error {
		// Nothing is recorded: to the mapping, it is a change in Teams.
		if err := w.Receive(ctx, []Arrival{{Ref: mapping.Ref, Kind: Edit, SourceAt: event.SourceAt}}); err != nil {
			return err
		}
		if err := w.Store.Finish(ctx, w.lease, event.Event); err != nil {
			return err
		}
		w.Observer.Carried(Outbound, event.Kind, time.Since(event.SourceAt))
		return nil
	})
}

// updateCopies gives the copies the text of the mapping's post.
func (w *worker) updateCopies(ctx context.Context, mapping Mapping, text string) error {
	for _, id := range mapping.Copies {
		if id == mapping.Post {
			continue
		}
		if _, err := w.Mattermost.UpdatePost(ctx, id, text); err != nil && !w.postIsGone(ctx, id) {
			return err
		}
	}
	return nil
}

// deletePosts deletes the posts of a message. One that is gone already is no failure.
func (w *worker) deletePosts(ctx context.Context, posts []PostID) error {
	for _, id := range posts {
		if err := w.Mattermost.DeletePost(ctx, id); err != nil && !w.postIsGone(ctx, id) {
			return err
		}
	}
	return nil
}
