// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

// Envelope is a delivery as it goes over the wire.
type Envelope struct {
	Endpoint string
	Body     []byte // JSON
	Items    int
}

// Hold keeps back what would be delivered from now on, until Withdraw.
func (s *Subscriptions) Hold() {
	s.sender.mu.Lock()
	defer s.sender.mu.Unlock()
	s.sender.held = true
}

// Withdraw ends a hold and returns what was kept back, as the requests that would have carried it, oldest first. They are
// not delivered any more: that is up to the caller, who may replay them to measure the receiver alone.
func (s *Subscriptions) Withdraw() ([]Envelope, error) {
	var envelopes []Envelope
	for _, b := range s.sender.withdraw() {
		body, err := s.sender.encode(b)
		if err != nil {
			return nil, err
		}
		envelopes = append(envelopes, Envelope{Endpoint: b.endpoint, Body: body, Items: len(b.items)})
	}
	return envelopes, nil
}

// withdraw empties the queues of what was never tried and lets the workers go on.
func (s *sender) withdraw() []*batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = false
	var all []*batch
	for address, e := range s.endpoints {
		for len(e.fresh) > 0 {
			b := s.fresh(address, e)
			s.settle(len(b.items))
			all = append(all, b)
		}
		for range e.repeats {
			s.employ(address, e)
		}
	}
	return all
}

// fresh takes as many items as fit into one request from an endpoint's queue; the caller holds the lock.
func (s *sender) fresh(address string, e *endpoint) *batch {
	n := min(len(e.fresh), s.settings().MaxBatch)
	b := &batch{endpoint: address, items: e.fresh[:n:n], epoch: s.epoch}
	e.fresh = e.fresh[n:]
	return b
}
