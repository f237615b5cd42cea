// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// The channels over which nodes wake each other. A notification may get lost (a dropped connection); who listens must
// look by itself from time to time, and at once when it is told that something may have been missed.
const (
	LanesChannel    = "msteamssync_lanes"    // payload: see lanes.go
	LinksChannel    = "msteamssync_links"    // payload: empty
	SettingsChannel = "msteamssync_settings" // payload: the version
	// CertificatesChannel says that there are other certificates; payload: empty.
	CertificatesChannel = "msteamssync_certificates"
	// DataKeysChannel says that there are other data keys, or that they are wrapped otherwise; payload: empty.
	DataKeysChannel = "msteamssync_data_keys"
	// PostsChannel names posts whose way to Teams went on, as <author>:<post>, comma-separated.
	PostsChannel = "msteamssync_posts"
	// EventsChannel carries websocket events to the nodes that have the clients' connections; payload: see the service's relay.
	EventsChannel = "msteamssync_events"
)

var channels = []string{LinksChannel, SettingsChannel, CertificatesChannel, DataKeysChannel, PeopleChannel, PostsChannel, EventsChannel, LanesChannel}

// signals is the one connection that listens.
type signals struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu        sync.Mutex
	listeners map[string]map[int]func(payload string, missed bool)
	next      int
}

// Subscribe calls f with each notification on the channel, and with missed = true each time the connection was lost and
// is back. Calls come one after the other, so f must be quick. The returned function ends the subscription.
func (s *Store) Subscribe(channel string, f func(payload string, missed bool)) (cancel func()) {
	g := s.signals
	g.mu.Lock()
	defer g.mu.Unlock()
	id := g.next
	g.next++
	if g.listeners[channel] == nil {
		g.listeners[channel] = map[int]func(string, bool){}
	}
	g.listeners[channel][id] = f
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.listeners[channel], id)
	}
}

// Signal tells all nodes, this one included.
func (s *Store) Signal(ctx context.Context, channel, payload string) error {
	_, err := s.pool.Exec(ctx, "SELECT pg_notify($1, $2)", channel, payload)
	return err
}

const (
	firstReconnect = 100 * time.Millisecond
	lastReconnect  = 5 * time.Second
)

func listen(config *pgx.ConnConfig, log *slog.Logger) *signals {
	// A peer that vanished without a word is noticed within a minute, not when somebody misses a wake-up.
	config.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 20 * time.Second, Interval: 10 * time.Second, Count: 3}}).DialContext
	ctx, cancel := context.WithCancel(context.Background())
	g := &signals{cancel: cancel, done: make(chan struct{}), listeners: map[string]map[int]func(string, bool){}}
	go func() {
		defer close(g.done)
		wait := firstReconnect
		for ctx.Err() == nil {
			connected, err := g.session(ctx, config)
			if ctx.Err() != nil {
				return
			}
			if connected {
				wait = firstReconnect
			}
			log.Warn("lost the connection that listens for other nodes; connecting again", "error", err, "wait", wait)
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
			case <-timer.C:
			}
			timer.Stop()
			wait = min(2*wait, lastReconnect)
		}
	}()
	return g
}

// session listens until the connection is lost. Its first act is to say that something may have been missed, which is
// true at every start.
func (g *signals) session(ctx context.Context, config *pgx.ConnConfig) (connected bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return false, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, channel := range channels {
		if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
			return false, err
		}
	}
	for _, channel := range channels {
		g.tell(channel, "", true)
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return true, err
		}
		g.tell(n.Channel, n.Payload, false)
	}
}

func (g *signals) tell(channel, payload string, missed bool) {
	g.mu.Lock()
	var listeners []func(string, bool)
	for _, f := range g.listeners[channel] {
		listeners = append(listeners, f)
	}
	g.mu.Unlock()
	for _, f := range listeners {
		f(payload, missed)
	}
}

func (g *signals) close() {
	g.cancel()
	<-g.done
}
