// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"
)

// What the other side does not take of somebody's change is shown to whoever made it, once for each message: in a direct message,
// or, where nobody knows who edited a post and its author is nobody who reads, below the post. The change itself is a dead letter,
// or waits.

// tellRefused says that a change was given up.
func (w *worker) tellRefused(ctx context.Context, event *OutboundEvent, reason string) {
	w.tell(ctx, event, "refused", map[Kind]string{
		Edit:   "Your edit of this message was not carried to Microsoft Teams, which still shows what it showed before:",
		Delete: "This message, which was deleted in Mattermost, still stands in Microsoft Teams:",
	}[event.Kind], reason)
}

// tellWaiting says that a change waits for an account.
func (w *worker) tellWaiting(ctx context.Context, event *OutboundEvent) {
	w.tell(ctx, event, "waits", map[Kind]string{
		Edit:   "Your edit of this message has not been carried to Microsoft Teams yet:",
		Delete: "This message, which was deleted in Mattermost, has not been deleted in Microsoft Teams yet:",
	}[event.Kind], "Teams lets only the account that wrote a message change it, and that account is not connected now. Connect it with `/msteams-sync connect` within 7 days.")
}

// longestNotice is how many characters of a reason people are shown; the dead letter has all of it.
const longestNotice = 500

func (w *worker) tell(ctx context.Context, event *OutboundEvent, what, text, reason string) {
	if text == "" || event.Backfill {
		return
	}
	post, err := w.Mattermost.Post(ctx, event.Post)
	if err != nil {
		if ClassOf(err) != NotFound {
			w.Log.Warn("could not tell anybody about a change that Teams does not show", "post", event.Post, "error", err)
		}
		return
	}
	// Nobody knows who edited the post of somebody else; who deleted it is known.
	user, about := post.Author, event.Post
	if event.Kind == Delete && post.DeletedBy != "" {
		user = post.DeletedBy
		if post.Root != "" {
			about = post.Root // a thread that went as a whole is one notice
		}
	}
	reads, err := w.readsNotices(ctx, user)
	switch {
	case err != nil:
		w.Log.Warn("could not tell anybody about a change that Teams does not show", "post", event.Post, "error", err)
		return
	case !reads && (event.Kind != Edit || post.DeleteAt > 0):
		return
	}
	first, err := w.Store.Tell(ctx, strings.Join([]string{what, string(about), string(user)}, ":"))
	if err == nil && first {
		if utf8.RuneCountInString(reason) > longestNotice {
			reason = string([]rune(reason)[:longestNotice]) + "…"
		}
		if reads {
			err = w.Mattermost.Notify(ctx, user, text+"\n\n"+quoted("", said(post))+reason)
		} else {
			err = w.answer(ctx, post, strings.Replace(text, "Your edit", "An edit", 1)+" "+reason)
		}
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		w.Log.Warn("could not tell somebody about a change that Teams does not show", "user", user, "post", event.Post, "error", err)
	}
}

// readsNotices tells whether somebody reads what the plugin's bot writes to a user: no bot does, and nobody logs in as a user who
// mirrors a person of Teams.
func (w *worker) readsNotices(ctx context.Context, user UserID) (bool, error) {
	if user == "" || user == w.Mattermost.Bot() {
		return false, nil
	}
	person, err := w.Mattermost.User(ctx, user)
	if err != nil && ClassOf(err) == NotFound {
		return false, nil
	}
	return err == nil && !person.Bot && !person.Remote, err
}

// answer has the plugin's bot reply to a post, which stays in Mattermost: whoever changed the post reads that there.
func (w *worker) answer(ctx context.Context, post Post, text string) error {
	root := post.Root
	if root == "" {
		root = post.ID
	}
	_, err := w.Mattermost.CreatePost(ctx, NewPost{Channel: post.Channel, Root: root, Message: text})
	return err
}

// deleteReplies puts the deletes of a thread's replies on their way that went with its root, each of which is deleted in Teams
// as the account that wrote it. The server tells of the root only. Where the bridge deleted the root, because Teams did,
// Mattermost took the replies with it and nobody else: they stay in Teams.
func (w *worker) deleteReplies(ctx context.Context, event *OutboundEvent) error {
	root, err := w.Mattermost.Post(ctx, event.Post)
	switch {
	case err != nil && ClassOf(err) == NotFound:
		return nil
	case err != nil:
		return err
	case root.Root != "" || root.DeleteAt == 0 || root.DeletedBy == w.Mattermost.Bot():
		return nil
	}
	replies, err := w.Mattermost.Replies(ctx, root.ID)
	if err != nil {
		return err
	}
	var departures []Departure
	for _, reply := range replies {
		if reply.DeleteAt == root.DeleteAt && w.carries(reply, w.link) {
			departure := deleteOf(reply, w.link)
			departure.Found = true
			departures = append(departures, departure)
		}
	}
	if len(departures) == 0 {
		return nil
	}
	_, err = w.Store.Depart(ctx, departures, 0)
	return err
}
