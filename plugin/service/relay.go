// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

const (
	// relayQueue is how many events may wait to be sent or published; more are dropped: clients ask by themselves now and then.
	relayQueue = 256
	// relayLimit is how many bytes PostgreSQL takes in one notification, less one.
	relayLimit = 7999
)

// bus is what nodes tell each other over; *store.Store implements it.
type bus interface {
	Signal(ctx context.Context, channel, payload string) error
	Subscribe(channel string, f func(payload string, missed bool)) (cancel func())
}

// relay has websocket events reach clients that are connected with another node. A server without a licence delivers an event
// only to the connections that it has itself.
type relay struct {
	bus  bus
	here func(mattermost.Event) // publishes on this node
	log  *slog.Logger
	node string // of this run; host names need not differ

	out chan mattermost.Event
	in  chan mattermost.Event
	end func()
}

// relayed is the payload of a notification.
type relayed struct {
	Node string `json:"node"`
	mattermost.Event
}

func newRelay(over bus, here func(mattermost.Event), log *slog.Logger) *relay {
	return &relay{
		bus: over, here: here, log: log, node: rand.Text(), out: make(chan mattermost.Event, relayQueue), in: make(chan mattermost.Event, relayQueue), end: func() {},
	}
}

// tell has the other nodes publish an event. It returns at once.
func (r *relay) tell(e mattermost.Event) {
	select {
	case r.out <- e:
	default:
		r.log.Debug("other nodes are not told of an event, too many wait", "event", e.Name)
	}
}

func (r *relay) start() {
	ctx, cancel := context.WithCancel(context.Background())
	unsubscribe := r.bus.Subscribe(store.EventsChannel, func(payload string, missed bool) {
		if !missed {
			r.heard(payload)
		}
	})
	var loop sync.WaitGroup
	loop.Go(func() { r.run(ctx) })
	r.end = func() {
		unsubscribe()
		cancel()
		loop.Wait()
	}
}

func (r *relay) stop() { r.end() }

func (r *relay) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-r.in:
			r.here(e)
		case e := <-r.out:
			if err := r.send(ctx, e); err != nil && ctx.Err() == nil {
				r.log.Debug("could not tell other nodes of an event; clients ask by themselves later", "event", e.Name, "error", err)
			}
		}
	}
}

func (r *relay) send(ctx context.Context, e mattermost.Event) error {
	payload, err := json.Marshal(relayed{Node: r.node, Event: e})
	if err != nil {
		return err
	}
	if len(payload) > relayLimit {
		r.log.Debug("other nodes are not told of an event, it is too large", "event", e.Name, "bytes", len(payload))
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	return r.bus.Signal(limited, store.EventsChannel, string(payload))
}

// heard takes an event of another node; this node's own come back too.
func (r *relay) heard(payload string) {
	var e relayed
	if err := json.Unmarshal([]byte(payload), &e); err != nil || e.Node == r.node {
		return
	}
	select {
	case r.in <- e.Event:
	default:
	}
}
