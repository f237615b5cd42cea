// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func lane(n int) Lane { return Lane{ConversationID(fmt.Sprint(n)), Inbound} }

func stopNow(t *testing.T, d *dispatcher) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if !d.stop(ctx) {
		t.Error("the dispatcher did not stop")
	}
}

func TestALaneRunsOnceAtATimeAndAgainWhenWoken(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	var running atomic.Int32
	d := newDispatcher(4, func(Lane) {
		if running.Add(1) > 1 {
			t.Error("a lane runs twice at the same time")
		}
		begun <- struct{}{}
		<-release
		running.Add(-1)
	})
	d.wake(lane(1), 0)
	<-begun
	for range 5 {
		d.wake(lane(1), 0)
	}
	release <- struct{}{}
	<-begun // once more for all five
	release <- struct{}{}
	stopNow(t, d)
	if len(d.lanes) != 0 {
		t.Errorf("%d idle lanes are remembered", len(d.lanes))
	}
}

func TestTheEarliestWakeUpCounts(t *testing.T) {
	woken := make(chan struct{}, 10)
	d := newDispatcher(1, func(Lane) { woken <- struct{}{} })
	d.wake(lane(1), time.Hour)
	d.wake(lane(1), time.Millisecond)
	d.wake(lane(1), time.Minute)
	<-woken
	stopNow(t, d)
	if len(woken) != 0 {
		t.Error("woken more than once")
	}
}

func TestWorkersAreLimited(t *testing.T) {
	const workers, lanes = 3, 20
	var mu sync.Mutex
	running, most := 0, 0
	enough := make(chan struct{})
	done := make(chan struct{}, lanes)
	d := newDispatcher(workers, func(Lane) {
		mu.Lock()
		running++
		most = max(most, running)
		if most == workers {
			select {
			case <-enough:
			default:
				close(enough)
			}
		}
		mu.Unlock()
		<-enough
		mu.Lock()
		running--
		mu.Unlock()
		done <- struct{}{}
	})
	for i := range lanes {
		d.wake(lane(i), 0)
	}
	for range lanes {
		<-done
	}
	stopNow(t, d)
	if most != workers {
		t.Errorf("%d lanes ran at once, want %d", most, workers)
	}
}

func TestAStoppedDispatcherStartsNothing(t *testing.T) {
	d := newDispatcher(1, func(Lane) { t.Error("ran") })
	d.wake(lane(1), time.Hour)
	stopNow(t, d)
	d.wake(lane(1), 0)
	stopNow(t, d)
}
