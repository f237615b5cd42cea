// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"sync"
	"time"
)

// PostCreated is told of every new post on the server. For a channel that is not linked it does nothing but look into
// memory; for a linked one it writes one outbox row. An error means that the row could not be written: the post is then
// found by the next scan of the channel, which is due at once.
func (e *Engine) PostCreated(ctx context.Context, post Post) error {
	e.hooked()
	link, linked := e.links.ByChannel(post.Channel)
	if !linked {
		return e.unlinkedPost(ctx, post)
	}
	e.newest.saw(post.Channel, post.CreateAt)
	if !e.outgoing(post, link) {
		return nil
	}
	return e.depart(ctx, link, departure(post, link))
}

// hooked notes that the server calls hooks from now on. What was written until then may have had none, and goes first.
func (e *Engine) hooked() { e.firstHook.Do(e.scanAll) }

func departure(post Post, link Link) Departure {
	return Departure{
		Conversation: link.Conversation.ID, Kind: Create,
		Post: post.ID, Root: post.Root, Author: post.Author, SourceAt: time.UnixMilli(post.CreateAt),
	}
}

// scans is which conversations are to be scanned at once instead of when their time has come.
type scans struct {
	poked chan struct{}
	mu    sync.Mutex
	soon  map[ConversationID]bool
}

func newScans() *scans {
	return &scans{poked: make(chan struct{}, 1), soon: map[ConversationID]bool{}}
}

// want has the conversation scanned with the next poll.
func (s *scans) want(conversation ConversationID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.soon[conversation] = true
}

// poke makes the next poll now.
func (s *scans) poke() { poke(s.poked) }

func (s *scans) take(conversation ConversationID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := s.soon[conversation]
	delete(s.soon, conversation)
	return wanted
}

// scan finds the posts of all links that no hook reported: those made while the plugin was off, those whose hook never
// ran, those whose outbox row could not be written. One node scans a link at a time.
func (e *Engine) scan(ctx context.Context) {
	for _, link := range e.links.All() {
		if e.isStopping() {
			return
		}
		age := e.Tuning.ScanEvery
		if e.scans.take(link.Conversation.ID) {
			age = 0
		}
		if err := e.scanLink(ctx, link, age); err != nil && ctx.Err() == nil {
			e.scans.want(link.Conversation.ID)
			e.Log.Warn("could not scan a channel for posts that no hook reported; it is tried again", "channel", link.Channel, "error", err)
		}
	}
}

// scanFirst makes a scan that is to be made soon before anything newer goes its way: what the scan finds is older. When it fails it is
// still to be made.
func (e *Engine) scanFirst(ctx context.Context, link Link) error {
	if !e.scans.take(link.Conversation.ID) {
		return nil
	}
	err := e.scanLink(ctx, link, 0)
	if err != nil {
		e.scans.want(link.Conversation.ID)
	}
	return err
}

// scanPage is how many posts a scan reads at once.
const scanPage = 200

func (e *Engine) scanLink(ctx context.Context, link Link, age time.Duration) error {
	cursor, due, err := e.Store.ClaimScan(ctx, link.Conversation.ID, age)
	if err != nil || !due {
		return err
	}
	from := Cursor{UpdateAt: cursor.UpdateAt - e.Tuning.ScanOverlap.Milliseconds()}
	found := 0
	for {
		posts, err := e.Mattermost.PostsAfter(ctx, link.Channel, from, scanPage)
		if err != nil {
			return err
		}
		if len(posts) == 0 {
			break
		}
		last := posts[len(posts)-1]
		from = Cursor{UpdateAt: last.UpdateAt, ID: last.ID}
		var departures []Departure
		for _, post := range posts {
			if e.outgoing(post, link) {
				departures = append(departures, departure(post, link))
			}
		}
		changes, err := e.changesOf(ctx, posts, link)
		if err != nil {
			return err
		}
		added, err := e.Store.Depart(ctx, append(departures, changes...), e.Tuning.ReorderWindow)
		if err != nil {
			return err
		}
		found += added
		if err := e.Store.AdvanceCursor(ctx, link.Conversation.ID, from); err != nil {
			return err
		}
		if len(posts) < scanPage {
			break
		}
	}
	if found > 0 {
		e.Observer.CaughtUp(found)
		e.dispatcher.wake(Lane{link.Conversation.ID, Outbound}, e.Tuning.ReorderWindow)
	}
	return nil
}

func (e *Engine) isStopping() bool {
	select {
	case <-e.stopping:
		return true
	default:
		return false
	}
}
