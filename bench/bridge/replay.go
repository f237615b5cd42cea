// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
)

// replay delivers envelopes as Graph would: on a few connections at a time, each until it is taken.
type replay struct {
	client *http.Client
	to     string // an address in the place of the envelopes' own; empty for those

	redelivered atomic.Int64 // attempts that did not take one
}

// deliveries is how many requests the emulator has on their way to one endpoint at a time.
const deliveries = 8

func (w *world) newReplay(to string) *replay {
	return &replay{to: to, client: &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: w.Emulator.RootCAs(), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 64,
	}}}
}

// asFast delivers as fast as it is taken, and returns when all is.
func (r *replay) asFast(ctx context.Context, envelopes []notify.Envelope) error {
	waiting := make(chan notify.Envelope, len(envelopes))
	for _, e := range envelopes {
		waiting <- e
	}
	close(waiting)
	group, ctx := errgroup.WithContext(ctx)
	for range deliveries {
		group.Go(func() error {
			for e := range waiting {
				if err := r.deliver(ctx, e); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// redeliverAfter is how long Graph waits at first when an endpoint has not taken a delivery.
const redeliverAfter = time.Second

func (r *replay) deliver(ctx context.Context, e notify.Envelope) error {
	to := e.Endpoint
	if r.to != "" {
		to = r.to
	}
	for {
		status, err := r.post(ctx, to, e.Body)
		if err == nil && status/100 == 2 {
			return nil
		}
		if err == nil && status < http.StatusInternalServerError {
			return fmt.Errorf("a delivery was answered with HTTP %d", status)
		}
		r.redelivered.Add(1)
		again := time.NewTimer(redeliverAfter)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return context.Cause(ctx)
		}
	}
}

func (r *replay) post(ctx context.Context, to string, body []byte) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := r.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // to use the connection again
	return resp.StatusCode, nil
}

// atRate calls f n times, so many times a second. A turn that comes late is not left out.
func atRate(ctx context.Context, rate float64, n int, f func(i int) error) error {
	began := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := range n {
		timer.Reset(time.Until(began.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := f(i); err != nil {
			return err
		}
	}
	return nil
}

// percentile is the smallest time that p percent of the times do not exceed, in milliseconds.
func percentile(p float64, times []time.Duration) float64 {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return float64(sorted[min(int(float64(len(sorted))*p/100), len(sorted)-1)].Microseconds()) / 1000
}
