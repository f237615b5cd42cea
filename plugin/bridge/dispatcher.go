// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"sync"
	"time"
)

// dispatcher decides when this process looks at a lane. It runs each lane at most once at a time and a limited number of
// lanes at once; who may really work on a lane in the cluster is decided by the lease.
type dispatcher struct {
	work  func(Lane)
	slots chan struct{}

	mu      sync.Mutex
	lanes   map[Lane]*laneClock
	stopped bool
	running sync.WaitGroup
}

// laneClock is when a lane is looked at next.
type laneClock struct {
	running bool
	again   bool // woken while it was running
	timer   *time.Timer
	at      time.Time // when the timer fires
}

func newDispatcher(workers int, work func(Lane)) *dispatcher {
	return &dispatcher{work: work, slots: make(chan struct{}, workers), lanes: map[Lane]*laneClock{}}
}

// wake has the lane looked at after a while, or earlier if that was asked for before.
func (d *dispatcher) wake(lane Lane, after time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return
	}
	c := d.lanes[lane]
	if c == nil {
		c = &laneClock{}
		d.lanes[lane] = c
	}
	if after <= 0 {
		d.start(lane, c)
		return
	}
	at := time.Now().Add(after)
	if c.timer != nil {
		if !at.Before(c.at) {
			return
		}
		c.timer.Stop()
	}
	c.at = at
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if c.timer != timer || d.stopped {
			return
		}
		c.timer = nil
		d.start(lane, c)
	})
	c.timer = timer
}

// start runs the lane now, or once more when it is running. The lock is held.
func (d *dispatcher) start(lane Lane, c *laneClock) {
	if c.running {
		c.again = true
		return
	}
	c.running = true
	d.running.Add(1)
	go func() {
		defer d.running.Done()
		for {
			d.slots <- struct{}{}
			d.work(lane)
			<-d.slots
			if d.finished(lane, c) {
				return
			}
		}
	}()
}

func (d *dispatcher) finished(lane Lane, c *laneClock) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.again && !d.stopped {
		c.again = false
		return false
	}
	c.running = false
	if c.timer == nil && d.lanes[lane] == c {
		delete(d.lanes, lane)
	}
	return true
}

// stop starts nothing more and waits for what runs. It reports whether all of it ended in time.
func (d *dispatcher) stop(ctx context.Context) bool {
	d.mu.Lock()
	d.stopped = true
	for _, c := range d.lanes {
		if c.timer != nil {
			c.timer.Stop()
		}
	}
	d.mu.Unlock()
	done := make(chan struct{})
	go func() {
		d.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
