// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"sync"
	"time"
)

// recentFor is how long an answer counts as recent: the length of one plan, which reads everything at once.
const recentFor = 5 * time.Second

// recent keeps answers for a moment, so that a plan of many links asks for the links, and for each team, once. Errors are
// not kept. The zero value is ready for use.
type recent struct {
	mu      sync.Mutex
	answers map[string]*recentAnswer
}

type recentAnswer struct {
	mu    sync.Mutex // held while somebody asks; the others wait for the answer
	at    time.Time
	value any
}

// recently returns the answer that key had a moment ago, or asks.
func recently[T any](r *recent, key string, ask func() (T, error)) (T, error) {
	answer := r.of(key)
	answer.mu.Lock()
	defer answer.mu.Unlock()
	if value, ok := answer.value.(T); ok && time.Since(answer.at) < recentFor {
		return value, nil
	}
	value, err := ask()
	if err != nil {
		answer.value = nil
		return value, err
	}
	answer.value, answer.at = value, time.Now()
	return value, nil
}

func (r *recent) of(key string) *recentAnswer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers == nil {
		r.answers = map[string]*recentAnswer{}
	}
	if r.answers[key] == nil {
		r.answers[key] = &recentAnswer{}
	}
	return r.answers[key]
}

// forget drops an answer because it changed.
func (r *recent) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.answers, key)
}
