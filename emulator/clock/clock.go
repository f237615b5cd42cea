// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package clock is the emulator's one clock. Everything that expires (tokens, secrets, subscriptions, deleted objects)
// asks it, so that a test shifts time instead of waiting.
package clock

import (
	"sync"
	"time"
)

// Clock is the system clock plus an offset. The zero value is ready and shows the system time.
type Clock struct {
	mu      sync.RWMutex
	offset  time.Duration
	shifted chan struct{} // closed and replaced by Shift; nil until somebody listens
}

// New returns a clock that shows the system time.
func New() *Clock { return &Clock{} }

// Now returns the emulator's time in UTC. It carries no monotonic reading: shifts must show in differences.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return time.Now().Add(c.offset).UTC().Round(0)
}

// Offset returns how far the clock is ahead of the system time.
func (c *Clock) Offset() time.Duration {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.offset
}

// Shift moves the clock by d, forwards or backwards, and wakes everybody who waits on Shifted.
func (c *Clock) Shift(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
	if c.shifted != nil {
		close(c.shifted)
		c.shifted = nil
	}
}

// Shifted returns a channel that is closed by the next Shift. A timer that was set for a moment on this clock must be
// set anew then.
func (c *Clock) Shifted() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shifted == nil {
		c.shifted = make(chan struct{})
	}
	return c.shifted
}
