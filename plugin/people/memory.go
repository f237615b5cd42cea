// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package people

import (
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// known is who stands for somebody.
type known struct {
	user  bridge.UserID // empty: the plugin's bot
	joins bool          // a mirrored user, who becomes a member where it writes
}

// memory remembers who stands for whom: each inbound message asks.
type memory struct {
	mu      sync.Mutex
	entries map[bridge.TeamsUserID]*entry
	looks   map[bridge.TeamsUserID]chan struct{} // closed when the look has ended
	// changes counts what was told: a look that began before is not remembered.
	changes uint64
}

type entry struct {
	known
	unasked bool // nobody was found, and whose organisation it is was not said
	until   time.Time
	joined  map[bridge.ChannelID]bool
}

// longestMemory bounds the memory: then it begins anew.
const longestMemory = 20_000

// recall returns what is known; else what to wait for while somebody looks; else begin, to be called with what a look found.
//
// That nobody was found of whose organisation nothing was said counts only while nothing is said: the directory knows its own
// people alone.
func (m *memory) recall(who bridge.Sender) (found known, wait <-chan struct{}, begin func(found known, remember bool, atMost time.Duration)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	user := who.User
	if e, ok := m.entries[user]; ok && time.Now().Before(e.until) && !(e.unasked && who.Tenant != "") {
		return e.known, nil, nil
	}
	if look, ok := m.looks[user]; ok {
		return known{}, look, nil
	}
	if m.looks == nil {
		m.looks = map[bridge.TeamsUserID]chan struct{}{}
	}
	look, changes := make(chan struct{}), m.changes
	m.looks[user] = look
	return known{}, nil, func(found known, remember bool, atMost time.Duration) {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.looks, user)
		close(look)
		if !remember || m.changes != changes {
			return
		}
		if m.entries == nil || len(m.entries) >= longestMemory {
			m.entries = map[bridge.TeamsUserID]*entry{}
		}
		m.entries[user] = &entry{known: found, unasked: found.user == "" && who.Tenant == "", until: time.Now().Add(atMost), joined: map[bridge.ChannelID]bool{}}
	}
}

// forget drops what is known of a user; with an empty one, of everybody.
func (m *memory) forget(user bridge.TeamsUserID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changes++
	if user == "" {
		clear(m.entries)
		return
	}
	delete(m.entries, user)
}

func (m *memory) joined(user bridge.TeamsUserID, channel bridge.ChannelID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[user]
	return ok && e.joined[channel]
}

func (m *memory) noteJoined(user bridge.TeamsUserID, channel bridge.ChannelID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries[user]; ok {
		e.joined[channel] = true
	}
}
