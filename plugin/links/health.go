// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

const (
	// healthAge is how long lists show the same numbers: the database counts all queues for them.
	healthAge = 5 * time.Second
	// countWithin bounds the count, which no single caller can end: others wait for it too.
	countWithin = 10 * time.Second
)

// healthMemory keeps how the links did a moment ago.
type healthMemory struct {
	reading singleflight.Group

	mu   sync.Mutex
	last bridge.Health
	at   time.Time
}

func (m *healthMemory) get(ctx context.Context, read func(context.Context) (bridge.Health, error)) (bridge.Health, error) {
	if health, fresh := m.fresh(); fresh {
		return health, nil
	}
	answer := m.reading.DoChan("", func() (any, error) {
		if health, fresh := m.fresh(); fresh { // another flight has just landed
			return health, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countWithin)
		defer cancel()
		health, err := read(ctx)
		if err == nil {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.last, m.at = health, time.Now()
		}
		return health, err
	})
	select {
	case got := <-answer:
		health, _ := got.Val.(bridge.Health)
		return health, got.Err
	case <-ctx.Done():
		return bridge.Health{}, ctx.Err()
	}
}

func (m *healthMemory) fresh() (bridge.Health, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last, !m.at.IsZero() && time.Since(m.at) < healthAge
}
