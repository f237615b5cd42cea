// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
)

// room is a bus on which everybody hears everything, who speaks too.
type room struct {
	mu        sync.Mutex
	listeners []func(string, bool)
	said      int
}

func (b *room) Signal(_ context.Context, _, payload string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said++
	for _, f := range b.listeners {
		f(payload, false)
	}
	return nil
}

func (b *room) Subscribe(_ string, f func(string, bool)) func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners = append(b.listeners, f)
	return func() {}
}

// TestRelay: each other node publishes an event once, the one that it is of does not again.
func TestRelay(t *testing.T) {
	bus := &room{}
	published := make([]chan mattermost.Event, 3)
	nodes := make([]*relay, 3)
	for i := range nodes {
		published[i] = make(chan mattermost.Event, 10)
		nodes[i] = newRelay(bus, func(e mattermost.Event) { published[i] <- e }, slog.New(slog.DiscardHandler))
		nodes[i].start()
		t.Cleanup(nodes[i].stop)
	}
	toUser := mattermost.Event{Name: "open_link_dialog", User: "alex", Data: map[string]any{"channel_id": "town"}}
	toChannel := mattermost.Event{Name: "channel_linked", Channel: "town", Data: map[string]any{"linked": true}}
	large := mattermost.Event{Name: "post_sync", User: "alex", Data: map[string]any{"posts": strings.Repeat("x", relayLimit)}}
	for _, e := range []mattermost.Event{large, toUser, toChannel} {
		nodes[0].tell(e)
	}
	for i := 1; i < 3; i++ {
		for _, want := range []mattermost.Event{toUser, toChannel} {
			select {
			case got := <-published[i]:
				if !reflect.DeepEqual(got, want) {
					t.Errorf("node %d publishes %+v, want %+v", i, got, want)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("node %d does not publish %s", i, want.Name)
			}
		}
	}
	nodes[0].stop()
	if len(published[0]) > 0 || bus.said != 2 {
		t.Errorf("the node itself publishes %d, and %d were sent", len(published[0]), bus.said)
	}
	bus.listeners[0]("not JSON", false) // from something else
}

// TestRelayDropsWhatIsTooMuch: nobody who publishes waits.
func TestRelayDropsWhatIsTooMuch(t *testing.T) {
	r := newRelay(&room{}, func(mattermost.Event) {}, slog.New(slog.DiscardHandler))
	for range 2 * relayQueue {
		r.tell(mattermost.Event{Name: "x"})
	}
	if len(r.out) != relayQueue {
		t.Errorf("%d wait", len(r.out))
	}
}
