// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

const (
	// watchGather is how long changes are gathered before clients are told of them together.
	watchGather = 150 * time.Millisecond
	// watchFor is how long after somebody asked about posts they are told what becomes of theirs.
	watchFor = 15 * time.Minute
	// watchChunk is how many posts one notification names: PostgreSQL takes 8,000 bytes, two ids are 54.
	watchChunk = 140
)

// authored is a post of somebody.
type authored struct {
	author bridge.UserID
	post   bridge.PostID
}

// syncWatch tells people's clients what becomes of their posts on the way to Teams. Whichever node carries a post names it to all
// nodes; each tells those who asked it.
type syncWatch struct {
	service *Service
	rooms   *rooms

	mu       sync.Mutex
	watchers map[bridge.UserID]time.Time // until when
	here     map[authored]bool           // what moved on this node and is not told yet
	told     map[authored]bool           // what moved anywhere and watchers here are to hear of
	poked    chan struct{}
	end      func()
}

func (s *Service) newSyncWatch(r *rooms) *syncWatch {
	return &syncWatch{
		service: s, rooms: r, watchers: map[bridge.UserID]time.Time{}, here: map[authored]bool{}, told: map[authored]bool{}, poked: make(chan struct{}, 1), end: func() {},
	}
}

// follow has somebody told about their posts for a while.
func (w *syncWatch) follow(user bridge.UserID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	for watcher, until := range w.watchers {
		if until.Before(now) {
			delete(w.watchers, watcher)
		}
	}
	w.watchers[user] = now.Add(watchFor)
}

// moved notes that something became of a post on this node.
func (w *syncWatch) moved(post bridge.PostID, author bridge.UserID) {
	w.mu.Lock()
	w.here[authored{author, post}] = true
	w.mu.Unlock()
	w.poke()
}

func (w *syncWatch) poke() {
	select {
	case w.poked <- struct{}{}:
	default:
	}
}

// heard is told what moved on any node.
func (w *syncWatch) heard(payload string) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for entry := range strings.SplitSeq(payload, ",") {
		author, post, ok := strings.Cut(entry, ":")
		if until, watches := w.watchers[bridge.UserID(author)]; ok && watches && now.Before(until) {
			w.told[authored{bridge.UserID(author), bridge.PostID(post)}] = true
		}
	}
	if len(w.told) > 0 {
		w.poke()
	}
}

func (w *syncWatch) start() {
	ctx, cancel := context.WithCancel(context.Background())
	unsubscribe := w.rooms.store.Subscribe(store.PostsChannel, func(payload string, _ bool) { w.heard(payload) })
	var loop sync.WaitGroup
	loop.Go(func() { w.run(ctx) })
	w.end = func() {
		unsubscribe()
		cancel()
		loop.Wait()
	}
}

func (w *syncWatch) stop() { w.end() }

func (w *syncWatch) run(ctx context.Context) {
	gathered := time.NewTimer(0)
	gathered.Stop()
	defer gathered.Stop()
	waiting := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.poked:
			if !waiting {
				gathered.Reset(watchGather)
				waiting = true
			}
		case <-gathered.C:
			waiting = false
			limited, cancel := context.WithTimeout(ctx, hookTimeout)
			if err := w.tell(limited); err != nil && ctx.Err() == nil {
				w.service.log.Debug("could not tell clients what became of posts; they ask", "error", err)
			}
			cancel()
		}
	}
}

// tell names what moved here to all nodes, and tells watchers here what they are to hear.
func (w *syncWatch) tell(ctx context.Context) error {
	w.mu.Lock()
	here, told := w.here, w.told
	w.here, w.told = map[authored]bool{}, map[authored]bool{}
	w.mu.Unlock()

	var entries []string
	for a := range here {
		entries = append(entries, string(a.author)+":"+string(a.post))
	}
	for len(entries) > 0 {
		n := min(len(entries), watchChunk)
		if err := w.rooms.store.Signal(ctx, store.PostsChannel, strings.Join(entries[:n], ",")); err != nil {
			return err
		}
		entries = entries[n:]
	}
	if len(told) == 0 {
		return nil
	}
	ids := make([]bridge.PostID, 0, len(told))
	authors := map[bridge.PostID]bridge.UserID{}
	for a := range told {
		ids = append(ids, a.post)
		authors[a.post] = a.author
	}
	found, err := w.rooms.mattermost.Posts(ctx, ids)
	if err != nil {
		return err
	}
	syncs, err := w.rooms.howFar(ctx, found)
	if err != nil {
		return err
	}
	states := map[bridge.UserID][]httpapi.PostState{}
	for _, sync := range syncs {
		author := authors[sync.PostID]
		states[author] = append(states[author], httpapi.StateOf(sync))
	}
	for author, posts := range states {
		document, err := json.Marshal(posts)
		if err != nil {
			return err
		}
		w.rooms.mattermost.Publish("post_sync", author, map[string]any{"posts": string(document)})
	}
	return nil
}
