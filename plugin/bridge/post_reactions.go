// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"slices"
)

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
