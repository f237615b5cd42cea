// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"errors"
	"net/http"
	"sync/atomic"
	"time"
)

// outage tells a failure that says nothing about the event: throttling, no connection, no answer, a service that is not well, a
// client secret that ran out, a consent that was withdrawn. Such failures are borne for as long as an outage may last, see spent.
func outage(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && (f.OfApplication || (f.Class == Retry || f.Class == Unknown) &&
		(f.Status == 0 || f.Status == http.StatusRequestTimeout || f.Status == http.StatusTooManyRequests || f.Status >= http.StatusInternalServerError))
}

// tokenPatience is how often a token that Entra has just issued may be refused before its account counts as of no use.
const tokenPatience = 3

// unknownToken tells that Graph refused a new token, perhaps because it does not know of it everywhere yet: the next one, a moment
// later, may do. Nobody would come back to a post that waits for its author to connect, who is connected.
func unknownToken(event Event, failure *Failure) bool {
	return failure.Class == UserAction && failure.Status == http.StatusUnauthorized && event.Attempts < tokenPatience
}

// counts is what a failure counts as.
func counts(err error) Count {
	if outage(err) {
		return CountsOutage
	}
	return CountsFailure
}

// throttled tells an outage that the other side means, and says the end of.
func throttled(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && (f.Status == http.StatusTooManyRequests || f.Status == 0 && f.RetryAfter > 0)
}

// spent tells whether an event that has failed once more is given up: for failures of its own after a number of them, for an
// outage only after a long time, sooner when other lanes of its direction work, because then it is the event after all.
func (w *worker) spent(event Event, err error) bool {
	if !outage(err) {
		limit := w.Tuning.MaxAttempts
		if ClassOf(err) == NotFound {
			limit = w.Tuning.NotFoundAttempts
		}
		return event.Attempts+1 >= limit
	}
	if throttled(err) || event.Outages+1 < w.Tuning.MaxAttempts {
		return false
	}
	return event.FailingFor >= w.Tuning.OutageFor ||
		event.FailingFor >= w.Tuning.AloneFor && w.works.within(event.Lane.Direction, w.Tuning.LastBackoff)
}

// backoff is how long an event waits after a failure.
func (w *worker) backoff(event Event, err error) time.Duration {
	if outage(err) {
		return w.Tuning.backoff(event.Outages, err)
	}
	return w.Tuning.backoff(event.Attempts, err)
}

// works is when something was last carried in each direction. A lane whose head fails carries nothing meanwhile, so that this
// is about the others.
type works struct{ in, out atomic.Int64 }

func (w *works) of(direction Direction) *atomic.Int64 {
	if direction == Inbound {
		return &w.in
	}
	return &w.out
}

func (w *works) within(direction Direction, lately time.Duration) bool {
	at := w.of(direction).Load()
	return at != 0 && time.Since(time.UnixMilli(at)) < lately
}

// watched is an observer that notes what works.
type watched struct {
	Observer
	works *works
}

// Carried implements Observer.
func (o watched) Carried(direction Direction, kind Kind, delay time.Duration) {
	o.works.of(direction).Store(time.Now().UnixMilli())
	o.Observer.Carried(direction, kind, delay)
}
