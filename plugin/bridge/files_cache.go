// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"maps"
	"sync"
	"time"
)

// transfers remembers files that were transferred a moment ago, for messages that are begun anew because something after that
// did not work or had to wait.
type transfers struct {
	mu   sync.Mutex
	done map[string]transfer
}

type transfer struct {
	file  CarriedFile
	until time.Time
}

// rememberTransfer is how long a transfer is remembered.
const rememberTransfer = 10 * time.Minute

func (t *transfers) find(key string) (CarriedFile, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.done[key]
	return found.file, ok && time.Now().Before(found.until)
}

// forget is for files that a post shows now: no other may show them, nor the same one again.
func (t *transfers) forget(keys ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys {
		delete(t.done, key)
	}
}

func (t *transfers) note(key string, file CarriedFile) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(t.done, func(_ string, d transfer) bool { return d.until.Before(now) })
	if t.done == nil {
		t.done = map[string]transfer{}
	}
	t.done[key] = transfer{file, now.Add(rememberTransfer)}
}
