// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Old posts that a new link brings along to Teams are sent like new ones, after these. Teams takes no time but the present one
// (only a team that is being migrated does), so each message begins with the time at which its post was written.

// OlderPosts returns a page of the posts of a linked channel that were made in the window and are not in Teams, with the older ones
// that they reply to, and the name of the next page; empty is the first one, and none. They are in the order in which they were
// made.
func (e *Engine) OlderPosts(ctx context.Context, link Link, window Window, page string) ([]Departure, string, error) {
	after, err := readPage(page)
	if err != nil {
		return nil, "", err
	}
	posts, err := e.Mattermost.PostsBetween(ctx, link.Channel, window, after, scanPage)
	if err != nil || len(posts) == 0 {
		return nil, "", err
	}
	var next string
	if len(posts) == scanPage {
		last := posts[len(posts)-1]
		next = pageAfter(last)
	}
	ids := make([]PostID, len(posts))
	for i, post := range posts {
		ids[i] = post.ID
	}
	mappings, err := e.Store.MappingsOfPosts(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	posts = slices.DeleteFunc(posts, func(post Post) bool {
		_, known := mappings[post.ID]
		return known || !e.outward(post, link)
	})
	departures := make([]Departure, len(posts))
	for i, post := range posts {
		departures[i] = departure(post, link)
	}
	return departures, next, nil
}

// A page is named by the post before it.
func pageAfter(post Post) string { return fmt.Sprintf("%d %s", post.CreateAt, post.ID) }

func readPage(page string) (Cursor, error) {
	if page == "" {
		return Cursor{}, nil
	}
	at, id, _ := strings.Cut(page, " ")
	createAt, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return Cursor{}, fmt.Errorf("page %q names no post", page)
	}
	return Cursor{UpdateAt: createAt, ID: PostID(id)}, nil
}

// reactionsTo has the reactions to an old post carried after it: they were made before anybody reported them.
func (w *worker) reactionsTo(ctx context.Context, post Post) error {
	if !w.Reactions() {
		return nil
	}
	all, err := w.Mattermost.Reactions(ctx, []PostID{post.ID})
	if err != nil {
		return err
	}
	var departures []Departure
	for _, r := range all[post.ID] {
		if r.User != w.Mattermost.Bot() {
			departures = append(departures, reactionTo(post.ID, r, w.link))
		}
	}
	_, err = w.Store.Depart(ctx, departures, 0)
	return err
}

// backdated is the message of a post, with the time at which it was written if a backfill sends it.
func (w *worker) backdated(event *OutboundEvent, post Post, message Outgoing) Outgoing {
	if !event.Backfill {
		return message
	}
	return dating(post, message)
}

func dating(post Post, message Outgoing) Outgoing {
	message.HTML = writtenAt(post) + message.HTML
	return message
}

// writtenAt is the line that says when a post was written. It means the same in every language and time zone.
func writtenAt(post Post) string {
	return "<p><em>" + time.UnixMilli(post.CreateAt).UTC().Format("2006-01-02 15:04") + " UTC</em></p>"
}

func writtenAtInMarkdown(post Post) string {
	return strings.TrimSpace(markup.ToMarkdown(writtenAt(post)))
}

// showsWhenWritten tells whether a message begins with the time at which its post was written: an edit has to keep it.
func (w *worker) showsWhenWritten(ctx context.Context, mapping Mapping, post Post) (bool, error) {
	if !olderThan(w.link, post) {
		return false, nil
	}
	message, err := w.Teams.Message(ctx, mapping.Ref)
	if err != nil && ClassOf(err) == NotFound {
		return false, nil
	}
	return err == nil && strings.HasPrefix(markup.ToMarkdown(message.HTML), writtenAtInMarkdown(post)), err
}

// delay is how long the post has been on its way. An old post has been since it was found.
func (e OutboundEvent) delay() time.Duration {
	if e.Backfill {
		return time.Since(e.ReceivedAt)
	}
	return time.Since(e.SourceAt)
}
