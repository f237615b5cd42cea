// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Links knows which channel is which conversation. Reading it is a look into memory: the hook asks it about every post
// on the server.
type Links struct {
	store   LinkStore
	index   atomic.Pointer[linkIndex]
	loading sync.Mutex // one load at a time, so that an older one never replaces a newer one
	loaded  bool       // once at least
	changed func(added, removed []Link)
}

type linkIndex struct {
	all            []Link
	byChannel      map[ChannelID]Link
	byConversation map[ConversationID]Link
}

func newLinks(store LinkStore) *Links {
	l := &Links{store: store}
	l.index.Store(&linkIndex{})
	return l
}

// ByChannel finds a channel's link.
func (l *Links) ByChannel(channel ChannelID) (Link, bool) {
	link, ok := l.index.Load().byChannel[channel]
	return link, ok
}

// ByConversation finds a conversation's link.
func (l *Links) ByConversation(conversation ConversationID) (Link, bool) {
	link, ok := l.index.Load().byConversation[conversation]
	return link, ok
}

// find asks the database when the index does not know the conversation: the link may be younger than the index.
func (l *Links) find(ctx context.Context, conversation ConversationID) (Link, bool, error) {
	if link, ok := l.ByConversation(conversation); ok {
		return link, true, nil
	}
	return l.store.LinkOf(ctx, conversation)
}

// All returns the links, oldest first. The slice must not be changed.
func (l *Links) All() []Link { return l.index.Load().all }

// Create links a channel with a conversation. A missing id or time is filled in. When either side is linked already the
// error is a *LinkConflict.
func (l *Links) Create(ctx context.Context, link Link) (Link, error) {
	if link.ID == "" {
		link.ID = uuid.NewString()
	}
	if link.CreatedAt.IsZero() {
		link.CreatedAt = time.Now()
	}
	// Posts carry milliseconds; PostgreSQL keeps microseconds.
	link.CreatedAt = link.CreatedAt.UTC().Truncate(time.Millisecond)
	if err := l.store.CreateLink(ctx, link); err != nil {
		return Link{}, err
	}
	return link, l.load(ctx)
}

// Move has another channel show a conversation.
func (l *Links) Move(ctx context.Context, link Link, to ChannelID) error {
	if err := l.store.MoveLink(ctx, link.Conversation.ID, to); err != nil {
		return err
	}
	return l.load(ctx)
}

// Channels returns the links of channels, oldest first: those that somebody made.
func (l *Links) Channels() []Link {
	return slices.DeleteFunc(slices.Clone(l.All()), func(link Link) bool { return link.Conversation.IsChat() })
}

// Delete unlinks the channel and returns the link; false when there was none. What was queued for it is dropped.
func (l *Links) Delete(ctx context.Context, channel ChannelID) (Link, bool, error) {
	link, found, err := l.store.DeleteLink(ctx, channel)
	if err != nil || !found {
		return Link{}, false, err
	}
	return link, true, l.load(ctx)
}

func (l *Links) load(ctx context.Context) error {
	l.loading.Lock()
	defer l.loading.Unlock()
	links, err := l.store.Links(ctx)
	if err != nil {
		return fmt.Errorf("load the links: %w", err)
	}
	index := &linkIndex{all: links, byChannel: map[ChannelID]Link{}, byConversation: map[ConversationID]Link{}}
	for _, link := range links {
		index.byChannel[link.Channel] = link
		index.byConversation[link.Conversation.ID] = link
	}
	before := l.index.Swap(index)
	if added, removed := missingIn(before, links), missingIn(index, before.all); l.loaded && l.changed != nil && len(added)+len(removed) > 0 {
		l.changed(added, removed)
	}
	l.loaded = true
	return nil
}

// missingIn returns those of the links that the index does not have.
func missingIn(index *linkIndex, links []Link) (missing []Link) {
	for _, link := range links {
		if known, ok := index.byChannel[link.Channel]; !ok || known.ID != link.ID {
			missing = append(missing, link)
		}
	}
	return missing
}
