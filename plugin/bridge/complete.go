// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"slices"
	"time"
)

// complete finds out what the plugin's predecessor did not keep of a message, when that is first needed. The predecessor
// took the message's thread from the post's, which is not always right: then other names the message, and is another one
// when the message is where the mapping says. subject is a reaction that was taken back in Mattermost, if one was: both
// sides showed it until then.
func (w *worker) complete(ctx context.Context, mapping Mapping, other MessageRef, subject PostReaction) (Mapping, error) {
	message, err := w.Teams.Message(ctx, mapping.Ref)
	if err != nil && ClassOf(err) == NotFound && other != mapping.Ref {
		mapping.Ref = other
		message, err = w.Teams.Message(ctx, other)
	}
	if err != nil {
		return mapping, err
	}
	mapping.Sender = message.From.User
	if message.EditedAt.IsZero() || !message.EditedAt.After(mapping.SeenAt) {
		mapping.Record.TeamsHash = mapping.Record.teamsHash(message)
	}
	if w.Reactions() {
		if mapping.Record.Reactions, err = w.shared(ctx, message, mapping.Post, subject); err != nil {
			return mapping, err
		}
	}
	if err := w.Store.CompleteMapping(ctx, w.lease, mapping); err != nil {
		if errors.Is(err, ErrChanged) {
			return mapping, errWaiting // somebody was quicker; it is complete now
		}
		return mapping, err
	}
	mapping.SeenAt = time.Time{}
	mapping.Version++
	return mapping, nil
}

// shared is which reactions both sides show. Those of people without an account are told apart by their emoji only: the
// predecessor let a user of its own making stand for each.
func (w *worker) shared(ctx context.Context, message TeamsMessage, post PostID, subject PostReaction) ([]CarriedReaction, error) {
	if len(message.Reactions) == 0 {
		return nil, nil
	}
	all, err := w.Mattermost.Reactions(ctx, []PostID{post})
	if err != nil {
		return nil, err
	}
	left := slices.Clone(all[post])
	var shared []CarriedReaction
	var others []Reaction
	for _, r := range message.Reactions {
		account, connected, err := w.Accounts.OfTeamsUser(ctx, r.User)
		if err != nil {
			return nil, err
		}
		own := PostReaction{User: account.MattermostUser, Emoji: r.Emoji}
		at := slices.IndexFunc(left, func(o PostReaction) bool { return o.User == own.User && sameEmoji(o.Emoji, own.Emoji) })
		switch {
		case !connected:
			others = append(others, r)
		case at >= 0:
			left = slices.Delete(left, at, at+1)
			shared = append(shared, CarriedReaction{TeamsUser: r.User, User: own.User, Emoji: r.Emoji})
		case own.User == subject.User && sameEmoji(own.Emoji, subject.Emoji):
			shared = append(shared, CarriedReaction{TeamsUser: r.User, User: own.User, Emoji: r.Emoji})
		}
	}
	for _, r := range others {
		for i, o := range left {
			if !sameEmoji(o.Emoji, r.Emoji) {
				continue
			}
			if _, connected, err := w.Accounts.OfUser(ctx, o.User); err != nil {
				return nil, err
			} else if !connected {
				left = slices.Delete(left, i, i+1)
				shared = append(shared, CarriedReaction{TeamsUser: r.User, User: o.User, Emoji: r.Emoji})
				break
			}
		}
	}
	return shared, nil
}

// completeOutbound completes the mapping of a post that is changed or replied to. Where the message is not in the thread
// that the post is in, it became a root.
func (w *worker) completeOutbound(ctx context.Context, mapping Mapping, subject PostReaction) (Mapping, error) {
	if mapping.SeenAt.IsZero() {
		return mapping, nil
	}
	other := mapping.Ref
	other.Root = ""
	return w.complete(ctx, mapping, other, subject)
}
