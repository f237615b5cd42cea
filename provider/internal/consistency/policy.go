// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package consistency

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// DefaultTimeout is how long replication lag is forgiven unless the user says otherwise.
const DefaultTimeout = 5 * time.Minute

const (
	firstPause = 100 * time.Millisecond
	longest    = 500 * time.Millisecond
	growth     = 1.6
)

// Policy says how long lag is forgiven. The zero value forgives DefaultTimeout.
type Policy struct {
	Timeout time.Duration // 0 = DefaultTimeout
	Clock   Clock         // nil = the machine's clock
}

// Clock is the time as this package needs it, so that tests need not wait.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or with the context's error when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

// Limit is the time that the policy grants.
func (p Policy) Limit() time.Duration {
	if p.Timeout > 0 {
		return p.Timeout
	}
	return DefaultTimeout
}

// Retry repeats op while its error is lag, i.e. while transient says so, within the policy's limit. The error that it
// gives up with is the last one that op returned.
func (p Policy) Retry(ctx context.Context, transient func(error) bool, op func(context.Context) error) error {
	return p.repeat(ctx, func(ctx context.Context) (bool, error) {
		err := op(ctx)
		return err == nil || !transient(err), err
	})
}

// Await repeats look until it reports true or returns an error. waitingFor completes "gave up waiting for …".
func (p Policy) Await(ctx context.Context, waitingFor string, look func(context.Context) (bool, error)) error {
	return p.repeat(ctx, func(ctx context.Context) (bool, error) {
		ok, err := look(ctx)
		if err == nil && !ok {
			err = fmt.Errorf("waiting for %s", waitingFor)
			return false, err
		}
		return true, err
	})
}

// Delayed is an error that says when trying again makes sense, as an answer 429 inside a batch does.
type Delayed interface {
	error
	RetryAfter() time.Duration // 0 = the error does not say
}

// repeat runs attempt until it is done, and returns the last attempt's error.
func (p Policy) repeat(ctx context.Context, attempt func(context.Context) (done bool, err error)) error {
	clock := clockOf(p.Clock)
	deadline := clock.Now().Add(p.Limit())
	for pause := firstPause; ; pause = min(time.Duration(float64(pause)*growth), longest) {
		done, err := attempt(ctx)
		if done {
			return err
		}
		wait := jitter(pause)
		if later, ok := errors.AsType[Delayed](err); ok {
			wait = max(wait, later.RetryAfter())
		}
		if clock.Now().Add(wait).After(deadline) {
			return fmt.Errorf("gave up after %s (consistency_timeout): %w", p.Limit(), err)
		}
		if interrupted := clock.Sleep(ctx, wait); interrupted != nil {
			return errors.Join(fmt.Errorf("interrupted: %w", err), interrupted)
		}
	}
}

// Finish returns a context that outlives the end of ctx by grace: an operation that has changed something remotely
// uses it to write down what it did when the user presses Ctrl-C.
func Finish(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	detached, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(detached, func() { timer.Stop() })
	})
	return detached, func() { stop(); cancel() }
}

// jitter spreads simultaneous retries: between 75 and 125 per cent of d.
func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.75 + rand.Float64()/2))
}

type machineClock struct{}

func clockOf(c Clock) Clock {
	if c == nil {
		return machineClock{}
	}
	return c
}

func (machineClock) Now() time.Time { return time.Now() }

func (machineClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
