// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"slices"
	"time"
)

// PostEdited is told of every change of a post on the server. Like PostCreated it does nothing but look into memory when
// the channel is not linked. Edits that the bridge itself makes are queued too and turn out to be carried already.
func (e *Engine) PostEdited(ctx context.Context, after, before Post) error {
	link, linked := e.links.ByChannel(after.Channel)
	if !linked || !e.carries(after, link) || said(after) == said(before) && slices.Equal(after.Files, before.Files) {
		return nil
	}
	return e.depart(ctx, link, editOf(after, link))
}

// PostDeleted is told of every deleted post on the server, but not of the replies that a root takes with it.
func (e *Engine) PostDeleted(ctx context.Context, post Post) error {
	link, linked := e.links.ByChannel(post.Channel)
	if !linked || !e.carries(post, link) {
		return nil
	}
	return e.depart(ctx, link, deleteOf(post, link))
}

// PostReacted is told of every reaction on the server that was added or taken back. Not every server names the channel.
func (e *Engine) PostReacted(ctx context.Context, channel ChannelID, post PostID, reaction PostReaction) error {
	if len(e.links.All()) == 0 || !e.Reactions() || reaction.User == e.Mattermost.Bot() {
		return nil
	}
	if channel == "" {
		mapping, known, err := e.Store.MappingOfPost(ctx, post)
		if err != nil || !known {
			return err
		}
		channel = mapping.Channel
	}
	link, linked := e.links.ByChannel(channel)
	if !linked {
		return nil
	}
	return e.depart(ctx, link, reactionTo(post, reaction, link))
}

func (e *Engine) depart(ctx context.Context, link Link, d Departure) error {
	e.hooked()
	if err := e.scanFirst(ctx, link); err != nil {
		return err
	}
	if _, err := e.Store.Depart(ctx, []Departure{d}, e.Tuning.ReorderWindow); err != nil {
		e.scans.want(link.Conversation.ID)
		return err
	}
	e.dispatcher.wake(Lane{link.Conversation.ID, Outbound}, e.Tuning.ReorderWindow)
	return nil
}

// Changes are ordered by when they are seen: what changed last is what counts, and they must not overtake their target.
func editOf(post Post, link Link) Departure {
	return Departure{Conversation: link.Conversation.ID, Kind: Edit, Post: post.ID, Root: post.Root, Author: post.Author, SourceAt: time.Now()}
}

func deleteOf(post Post, link Link) Departure {
	return Departure{Conversation: link.Conversation.ID, Kind: Delete, Post: post.ID, Root: post.Root, Author: post.Author, SourceAt: time.Now()}
}

func reactionTo(post PostID, reaction PostReaction, link Link) Departure {
	return Departure{Conversation: link.Conversation.ID, Kind: React, Post: post, Subject: reactionSubject(reaction), Author: reaction.User, SourceAt: time.Now()}
}

// changesOf compares scanned posts with what both sides showed when they last agreed.
func (e *Engine) changesOf(ctx context.Context, posts []Post, link Link) ([]Departure, error) {
	ids := make([]PostID, len(posts))
	for i, post := range posts {
		ids[i] = post.ID
	}
	mappings, err := e.Store.MappingsOfPosts(ctx, ids)
	if err != nil {
		return nil, err
	}
	var reactions map[PostID][]PostReaction
	if e.Reactions() {
		if reactions, err = e.Mattermost.Reactions(ctx, ids); err != nil {
			return nil, err
		}
	}
	var departures []Departure
	for _, post := range posts {
		mapping, known := mappings[post.ID]
		if !known && post.Mapping.isPart() {
			if post.UpdateAt > post.CreateAt || post.DeleteAt > 0 {
				departures = append(departures, editOf(post, link))
			}
			continue
		}
		if !known {
			// It is not carried yet, or not confirmed; what happened to it meanwhile waits for that.
			if post.Mapping != "" && post.UpdateAt > post.CreateAt && post.DeleteAt == 0 {
				departures = append(departures, editOf(post, link))
			}
			if e.outgoing(post, link) || post.Mapping != "" && post.DeleteAt == 0 {
				for _, r := range reactions[post.ID] {
					if r.User != e.Mattermost.Bot() {
						departures = append(departures, reactionTo(post.ID, r, link))
					}
				}
			}
			continue
		}
		departures = append(departures, changesSince(mapping, post, reactions, link, e.Mattermost.Bot())...)
	}
	for i := range departures {
		departures[i].Found = true
	}
	return departures, nil
}

// changesSince says what of a post differs from the record. A nil map of reactions leaves them out; what the plugin's bot
// shows is never carried. Of a post that is being written too: what differs waits for the writing and is compared again.
func changesSince(mapping Mapping, post Post, reactions map[PostID][]PostReaction, link Link, bot UserID) (departures []Departure) {
	switch {
	case mapping.State == Tombstone, mapping.Record.Deleted:
		return nil
	case post.DeleteAt > 0:
		return []Departure{deleteOf(post, link)}
	case mapping.Record.PostHash != "" && !mapping.carries(mapping.Record.postHashOf(post)):
		departures = append(departures, editOf(post, link))
	}
	if reactions == nil {
		return departures
	}
	shown := reactions[post.ID]
	for _, r := range shown {
		if !slices.ContainsFunc(mapping.Record.Reactions, func(c CarriedReaction) bool { return c.isPost(r) && c.Pending != Outbound && c.Pending != Recalled }) && r.User != bot {
			departures = append(departures, reactionTo(post.ID, r, link))
		}
	}
	for _, c := range mapping.Record.Reactions {
		r := c.onPost()
		if _, there := onPost(shown, r); !there && c.User != "" && c.User != bot && !c.beingWritten() && c.Pending != Recalled {
			departures = append(departures, reactionTo(post.ID, r, link))
		}
	}
	return departures
}
