// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// How often a node tells which settings it has, and how long nobody may have told of the newest ones until older ones take
// their place.
const (
	tellSettingsEvery = time.Minute
	settingsPatience  = 3 * time.Minute
)

// standing is where this node's settings stand among those of all nodes. Servers without a licence do not share their
// configuration; a node with older settings than another one would carry messages by rules that no longer hold.
type standing struct {
	store       *store.Store
	log         *slog.Logger
	host        string
	fingerprint func() string // of the settings in use; empty without

	mu       sync.Mutex // held while the store is asked
	reported string
	later    bool // the first settings are taken into use while the node runs

	behind atomic.Pointer[BehindState]
	poked  chan struct{}
	end    func()
}

// BehindState says that another node has newer settings than this one.
type BehindState struct {
	Since   time.Time `json:"since"` // when the newer ones were taken into use
	Node    string    `json:"node"`  // that did so
	Message string    `json:"message"`
}

func (s *Service) newStanding(db *store.Store) *standing {
	return &standing{store: db, log: s.log, host: s.host, poked: make(chan struct{}, 1), fingerprint: func() string {
		if u := s.used.Load(); u != nil {
			return u.settings.Fingerprint()
		}
		return ""
	}}
}

// configuredLater says that the first settings there will be are a change.
func (s *standing) configuredLater() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later = true
}

// look tells the other nodes which settings are in use and learns whether they are the newest.
func (s *standing) look(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	fingerprint := s.fingerprint()
	if fingerprint == "" {
		return nil
	}
	changed := s.later
	if s.reported != "" {
		changed = fingerprint != s.reported
	}
	now, err := s.store.ReportSettings(ctx, store.SettingsReport{Fingerprint: fingerprint, Server: s.host, Changed: changed, Patience: settingsPatience})
	if err != nil {
		return err
	}
	s.reported = fingerprint
	if !now.Behind() {
		if s.behind.Swap(nil) != nil {
			s.log.Info("this node's settings are the newest ones; it carries messages again")
		}
		return nil
	}
	state := &BehindState{Since: now.Since.UTC(), Node: now.NewestNode, Message: fmt.Sprintf(
		"This node carries nothing: node %s has newer settings since %s. Bring this server's settings up to date (the plugin's settings and Site URL of its configuration), e.g. by restarting the server if it shares a configuration with the other ones.",
		now.NewestNode, now.Since.UTC().Format(time.RFC3339))}
	if s.behind.Swap(state) == nil {
		s.log.Warn("another node has newer settings; this one carries nothing until its own are brought up to date", "node", now.NewestNode, "since", state.Since)
	}
	return nil
}

// isBehind tells whether another node has newer settings.
func (s *standing) isBehind() bool { return s.behind.Load() != nil }

// state is what the status shows; nil when the settings are the newest.
func (s *standing) state() *BehindState { return s.behind.Load() }

// poke has the settings compared soon.
func (s *standing) poke() {
	select {
	case s.poked <- struct{}{}:
	default:
	}
}

// follow calls compare from time to time, and when there may be newer settings.
func (s *standing) follow(compare func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	unsubscribe := s.store.Subscribe(store.SettingsChannel, func(string, bool) { s.poke() })
	var loop sync.WaitGroup
	loop.Go(func() {
		tick := time.NewTicker(tellSettingsEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			case <-s.poked:
			}
			limited, done := context.WithTimeout(ctx, openTimeout)
			if err := compare(limited); err != nil && ctx.Err() == nil {
				s.log.Warn("could not compare the settings with those of other nodes; it is tried again", "error", err)
			}
			done()
		}
	})
	s.end = func() {
		unsubscribe()
		cancel()
		loop.Wait()
	}
}

// stop ends following.
func (s *standing) stop() { s.end() }

// compareSettings has this node rest while another one has newer settings.
func (r *rooms) compareSettings(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started.Load() || r.stopped {
		return nil
	}
	if err := r.settings.look(ctx); err != nil {
		return err
	}
	behind := r.settings.isBehind()
	r.engine.Hold(behind)
	if behind == r.resting {
		return nil
	}
	if behind {
		if err := r.jobs.Stop(ctx); err != nil {
			return err
		}
		r.resting = true
		return nil
	}
	if err := r.jobs.Start(); err != nil {
		return err
	}
	r.resting = false
	r.keeper.Poke()
	return nil
}
