// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// tokenFor is how long a validation token is used again: one lasts for a day, and signing takes time.
const tokenFor = time.Minute

// tokens makes the validation tokens that go beside resource data: one for each application in a request.
type tokens struct {
	clock    Clock
	make     func(appID string, version int) (string, error)
	withheld func(appID string) bool
	requests atomic.Int64

	mu   sync.Mutex
	made map[tokenName]madeToken
}

type tokenName struct {
	app     string
	version int
}

type madeToken struct {
	text string
	at   time.Time
}

// of returns the tokens for the items; nil when none of them carries resource data. Versions alternate when none is
// asked for.
func (t *tokens) of(items []item, version int) (*[]string, error) {
	var apps []string
	for _, it := range items {
		if it.app != "" && !slices.Contains(apps, it.app) {
			apps = append(apps, it.app)
		}
	}
	if len(apps) == 0 || t.make == nil {
		return nil, nil //nolint:nilnil // without resource data there are no tokens
	}
	if version == 0 {
		version = 1 + int(t.requests.Add(1)%2)
	}
	var texts []string
	for _, app := range apps {
		if t.withheld != nil && t.withheld(app) {
			continue
		}
		text, err := t.get(tokenName{app, version})
		if err != nil {
			return nil, fmt.Errorf("make a validation token: %w", err)
		}
		texts = append(texts, text)
	}
	return &texts, nil
}

func (t *tokens) get(name tokenName) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	if known, ok := t.made[name]; ok && now.Sub(known.at).Abs() < tokenFor {
		return known.text, nil
	}
	text, err := t.make(name.app, name.version)
	if err != nil {
		return "", err
	}
	t.made[name] = madeToken{text, now}
	return text, nil
}
