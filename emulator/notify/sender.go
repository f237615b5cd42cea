// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

// sender delivers items: each endpoint has a queue that a few workers empty, as many items in one request as wait.
type sender struct {
	ctx      context.Context
	clock    Clock
	client   *http.Client
	settings func() Settings
	tokens   *tokens
	record   deliveries

	mu        sync.Mutex
	endpoints map[string]*endpoint
	pending   int           // items that wait, are in flight, or are to be repeated
	idle      chan struct{} // closed when pending is 0; nil if nobody waits
	epoch     int           // moved by clear; what belongs to an older one is dropped
	closed    bool          // no more workers are employed
	held      bool          // nor while deliveries are held back
	workers   sync.WaitGroup
}

type endpoint struct {
	fresh   []item
	repeats []*batch // due for another attempt
	workers int
}

// batch is what goes out in one request.
type batch struct {
	endpoint string
	items    []item
	attempt  int
	epoch    int
}

func newSender(ctx context.Context, clock Clock, roots *x509.CertPool, settings func() Settings) *sender {
	return &sender{
		ctx: ctx, clock: clock, settings: settings, endpoints: map[string]*endpoint{},
		client: &http.Client{
			Transport: &http.Transport{
				TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
				ForceAttemptHTTP2:   true,
				MaxIdleConnsPerHost: 64,
				IdleConnTimeout:     30 * time.Second,
			},
			// A redirect is not a 2xx, so not a delivery.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// close waits for the workers; the sender's context has been cancelled.
func (s *sender) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.workers.Wait()
	s.client.CloseIdleConnections()
}

// clear drops all that is still to be delivered.
func (s *sender) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	for _, e := range s.endpoints {
		e.fresh, e.repeats = nil, nil
	}
	s.settle(s.pending)
	s.record.reset()
}

// send queues an item after a delay.
func (s *sender) send(it item, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending++
	if delay <= 0 {
		s.queue(it)
		return
	}
	epoch := s.epoch
	time.AfterFunc(delay, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.epoch == epoch {
			s.queue(it)
		}
	})
}

func (s *sender) queue(it item) {
	e := s.endpoint(it.endpoint)
	e.fresh = append(e.fresh, it)
	s.employ(it.endpoint, e)
}

func (s *sender) repeat(b *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch != b.epoch {
		return
	}
	e := s.endpoint(b.endpoint)
	e.repeats = append(e.repeats, b)
	s.employ(b.endpoint, e)
}

func (s *sender) endpoint(address string) *endpoint {
	e, ok := s.endpoints[address]
	if !ok {
		e = &endpoint{}
		s.endpoints[address] = e
	}
	return e
}

// employ starts a worker for an endpoint unless enough of them are busy; the caller holds the lock.
func (s *sender) employ(address string, e *endpoint) {
	if e.workers >= s.settings().Concurrency || s.closed || s.held {
		return
	}
	e.workers++
	s.workers.Go(func() {
		for b := s.next(address, e); b != nil; b = s.next(address, e) {
			s.attempt(b)
		}
	})
}

// next takes a batch from an endpoint's queue; without one the worker is done.
func (s *sender) next(address string, e *endpoint) *batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ctx.Err() != nil || s.held:
	case len(e.repeats) > 0:
		b := e.repeats[0]
		e.repeats = e.repeats[1:]
		return b
	case len(e.fresh) > 0:
		return s.fresh(address, e)
	}
	e.workers--
	return nil
}

// attempt sends a batch once and plans the next attempt if it was not taken.
func (s *sender) attempt(b *batch) {
	b.attempt++
	settings := s.settings()
	limit := settings.AnswerLimit
	if b.attempt > 1 {
		limit = settings.RetryLimit
	}
	began := time.Now()
	status, err := s.post(b, limit)
	delivered := err == nil && status/100 == 2
	delivery := Delivery{At: s.clock.Now(), Endpoint: b.endpoint, Items: len(b.items), Attempt: b.attempt, Status: status, Took: time.Since(began)}
	if err != nil {
		delivery.Error = unwrapURL(err).Error()
	}
	if !delivered {
		// An endpoint may keep a notification waiting for hours, but not for ever.
		b.items = keepYoung(b.items, s.clock.Now().Add(-settings.RetryFor))
		delivery.GivenUp = delivery.Items - len(b.items)
	}
	s.record.add(delivery)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch != b.epoch {
		return
	}
	if delivered {
		s.settle(delivery.Items)
		return
	}
	s.settle(delivery.GivenUp)
	if len(b.items) > 0 {
		time.AfterFunc(backOff(settings, b.attempt), func() { s.repeat(b) })
	}
}

func backOff(settings Settings, attempt int) time.Duration {
	wait := settings.RetryBase
	for range attempt - 1 {
		if wait *= 2; wait >= settings.RetryMax {
			return settings.RetryMax
		}
	}
	return wait
}

func keepYoung(items []item, since time.Time) []item {
	var young []item
	for _, it := range items {
		if it.born.After(since) {
			young = append(young, it)
		}
	}
	return young
}

// encode is the body of the request that carries a batch.
func (s *sender) encode(b *batch) (data []byte, err error) {
	body := collection{Value: make([]json.RawMessage, len(b.items))}
	for i, it := range b.items {
		body.Value[i] = it.body
	}
	if body.ValidationTokens, err = s.tokens.of(b.items, s.settings().TokenVersion); err != nil {
		return nil, err
	}
	return json.Marshal(body)
}

func (s *sender) post(b *batch, limit time.Duration) (status int, err error) {
	data, err := s.encode(b)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.endpoint, bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := s.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // to use the connection again; the answer says nothing
	return response.StatusCode, nil
}

// settle counts items that nothing will be done about any more; the caller holds the lock.
func (s *sender) settle(items int) {
	s.pending -= items
	if s.pending == 0 && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
}

// settled returns a channel that is closed once nothing is to be delivered.
func (s *sender) settled() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == 0 {
		closed := make(chan struct{})
		close(closed)
		return closed
	}
	if s.idle == nil {
		s.idle = make(chan struct{})
	}
	return s.idle
}
