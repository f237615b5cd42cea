// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"errors"
	"math/rand/v2"
	"time"
)

// Tuning holds the times and sizes of the engine. A zero value means the default.
type Tuning struct {
	// ReorderWindow is how long an event waits for earlier ones that arrive later. Default 1 s.
	ReorderWindow time.Duration
	// Lease is how long a lane stays ours after the last write. Default 30 s.
	Lease time.Duration
	// SendTimeout bounds a POST to Teams. It is cut to two thirds of the lease, so that the POST has ended before another
	// node may take the lane. Default 15 s.
	SendTimeout time.Duration
	// ParkFor is how long an event waits for its target before the target is fetched. Default 60 s.
	ParkFor time.Duration
	// AccountWait is how long a post waits for an account that can send it. Default 7 days.
	AccountWait time.Duration
	// Looks are the waits before each look for a send whose outcome is unknown. Default 5 s, 10 s, 15 s.
	Looks []time.Duration
	// EchoWait is the longest that an inbound message waits before it asks again whether its author's send has settled;
	// usually the settling wakes it. Default 2 s.
	EchoWait time.Duration
	// FirstBackoff and LastBackoff bound the wait after a failure; it doubles in between. Default 1 s and 5 minutes.
	FirstBackoff, LastBackoff time.Duration
	// MaxAttempts is after how many failures of its own an event is given up. Outages do not count. Default 12.
	MaxAttempts int
	// OutageFor is for how long an event is tried in an outage of the other side, AloneFor the same while others like it are
	// carried. Default 24 h and 1 h. LastOutageBackoff bounds the wait between two tries. Default 1 minute.
	OutageFor, AloneFor, LastOutageBackoff time.Duration
	// NotFoundAttempts is the same for a message that Graph announced and then does not know. Default 4.
	NotFoundAttempts int
	// ScanEvery is how often each channel's posts are scanned for what no hook reported, ScanOverlap how far the scan
	// reaches back, because UpdateAt is stamped before the commit. Default 5 minutes and 2 minutes.
	ScanEvery, ScanOverlap time.Duration
	// LiveFor is how old an event may be and still go before older ones when Microsoft's limits make them wait. Default 5
	// minutes.
	LiveFor time.Duration
	// PollEvery is how often the engine looks for work that no signal told it of. Default 5 s.
	PollEvery time.Duration
	// Workers is how many lanes are worked on at once. Default 16.
	Workers int
	// Batch is how many events a worker reads at once. Default 100.
	Batch int
	// ConfirmEvery bounds how long a post waits for its confirmation while others of the run are made: who changes the post
	// or replies to it waits for that. Default 1 s.
	ConfirmEvery time.Duration
}

func (t Tuning) withDefaults() Tuning {
	or(&t.ReorderWindow, time.Second)
	or(&t.Lease, 30*time.Second)
	or(&t.SendTimeout, 15*time.Second)
	t.SendTimeout = min(t.SendTimeout, t.Lease*2/3)
	or(&t.ParkFor, 60*time.Second)
	or(&t.AccountWait, 7*24*time.Hour)
	if len(t.Looks) == 0 {
		t.Looks = []time.Duration{5 * time.Second, 10 * time.Second, 15 * time.Second}
	}
	or(&t.EchoWait, 2*time.Second)
	or(&t.FirstBackoff, time.Second)
	or(&t.LastBackoff, 5*time.Minute)
	or(&t.MaxAttempts, 12)
	or(&t.OutageFor, 24*time.Hour)
	or(&t.AloneFor, time.Hour)
	or(&t.LastOutageBackoff, time.Minute)
	or(&t.NotFoundAttempts, 4)
	or(&t.ScanEvery, 5*time.Minute)
	or(&t.ScanOverlap, 2*time.Minute)
	or(&t.LiveFor, 5*time.Minute)
	or(&t.PollEvery, 5*time.Second)
	or(&t.Workers, 16)
	or(&t.Batch, 100)
	or(&t.ConfirmEvery, time.Second)
	return t
}

func or[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// backoff is how long to wait after the failure err of an event that has failed this often before. What the other side
// asks for counts; without that, the wait doubles and is spread, so that lanes do not come back all at once.
func (t Tuning) backoff(attempts int, err error) time.Duration {
	if f, ok := errors.AsType[*Failure](err); ok && f.RetryAfter > 0 {
		return f.RetryAfter
	}
	wait, last := t.FirstBackoff, t.LastBackoff
	if outage(err) {
		last = min(last, t.LastOutageBackoff) // when it ends, nobody says so
	}
	for ; attempts > 0 && wait < last; attempts-- {
		wait *= 2
	}
	wait = min(wait, last)
	return wait*3/4 + rand.N(wait/2+1)
}
