// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"hash/fnv"
)

// senders are the accounts to try, in order: the author's own, then the bots. Which bot comes first depends on the
// conversation, so that conversations spread over the bots and each keeps its own.
func (w *worker) senders(ctx context.Context, post Post) ([]Account, error) {
	var senders []Account
	own, connected, err := w.Accounts.OfUser(ctx, post.Author)
	if err != nil {
		return nil, err
	}
	if connected {
		senders = append(senders, own)
	}
	bots, err := w.Accounts.Bots(ctx)
	if err != nil || len(bots) == 0 {
		return senders, err
	}
	spread := fnv.New32a()
	spread.Write([]byte(w.link.Conversation.ID))
	first := int(spread.Sum32() % uint32(len(bots)))
	return append(append(senders, bots[first:]...), bots[:first]...), nil
}

func (w *worker) authorName(ctx context.Context, post Post) (string, error) {
	if post.AuthorName != "" {
		return post.AuthorName, nil
	}
	user, err := w.Mattermost.User(ctx, post.Author)
	if err != nil && ClassOf(err) != NotFound {
		return "", err
	}
	for _, name := range []string{user.DisplayName, user.Username} {
		if name != "" {
			return name, nil
		}
	}
	return "Unknown author", nil
}

// awaitAccount parks a post that nobody can send now. Its author is told, once for all that wait.
func (w *worker) awaitAccount(ctx context.Context, event *OutboundEvent, refused error) error {
	target := AccountConnected(event.Author)
	if event.WaitedFor == target {
		return &Failure{Class: Permanent, Err: errors.New("nobody connected a Microsoft Teams account that could send it in time")}
	}
	reason := "waits for a connected Microsoft Teams account"
	if refused != nil {
		reason += ": " + explain(refused)
	}
	waiting, err := w.Store.Waiting(ctx, target)
	if err != nil {
		return err
	}
	err = w.park(ctx, event.Event, target, w.Tuning.AccountWait, reason)
	if !errors.Is(err, errWaiting) {
		return err
	}
	// An account that was connected while we were parking has woken nobody.
	if refused == nil {
		senders, lookErr := w.senders(ctx, Post{Author: event.Author})
		if lookErr != nil {
			return lookErr
		}
		if len(senders) > 0 {
			if wakeErr := w.AccountConnected(ctx, event.Author); wakeErr != nil {
				return wakeErr
			}
			return errWaiting
		}
	}
	if waiting == 0 {
		if notifyErr := w.Mattermost.Notify(ctx, event.Author, notSentYet); notifyErr != nil {
			w.Log.Warn("could not tell an author that a post waits", "user", event.Author, "error", notifyErr)
		}
	}
	return err
}

const notSentYet = "Your message in a channel that is linked with Microsoft Teams has not been sent to Teams yet: " +
	"there is no connected Teams account that could send it. Connect yours with `/msteams-sync connect`; " +
	"messages that wait are sent then, up to 7 days later."
