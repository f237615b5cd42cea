// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
)

// Retention is how long a deleted object can be restored. Source: Graph docs, "directory deletedItems".
const Retention = 30 * 24 * time.Hour

// Tenant is the organisation. There is one.
type Tenant struct {
	ID          string
	DisplayName string
	Domains     []string // verified domains; the first is the default one
	Created     time.Time
}

// Visibility hides objects that are younger than the replication lag that a test asked for.
type Visibility interface {
	// Hidden says that reading an object by its id does not find it yet.
	Hidden(collection string, createdAt time.Time) bool
	// HiddenInList says that lists do not hold it yet.
	HiddenInList(collection string, createdAt time.Time) bool
}

// State is the directory.
type State struct {
	clock  *clock.Clock
	tenant Tenant

	mu           sync.RWMutex
	applications map[string]*applicationRecord // by object id, as everything here; deleted ones included
	principals   map[string]*principalRecord
	users        map[string]*userRecord
	userChanges  map[string]uint64 // by user, the number of the latest change; users that are gone included
	changes      uint64            // counts changes of users
	grants       map[string]Grant
	assignments  map[string]Assignment
	skus         []SKU
}

// New returns a directory that holds what the seed says, and the service principals that every tenant has.
func New(c *clock.Clock, seed Seed) (*State, error) {
	s := &State{clock: c}
	if err := s.Reset(seed); err != nil {
		return nil, err
	}
	return s, nil
}

// Tenant returns the organisation.
func (s *State) Tenant() Tenant {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tenant
}

// IsTenant says whether a name from a URL means this tenant: its id or one of its domains.
func (s *State) IsTenant(name string) bool {
	tenant := s.Tenant()
	return strings.EqualFold(name, tenant.ID) || containsFold(tenant.Domains, name)
}

// now is the emulator's time as the directory stores it: whole seconds.
func (s *State) now() time.Time { return s.clock.Now().Truncate(time.Second) }

// gone says that a deleted object has left the recycle bin.
func (s *State) gone(deleted *time.Time) bool {
	return deleted != nil && s.clock.Now().After(deleted.Add(Retention))
}

func containsFold(list []string, name string) bool {
	for _, each := range list {
		if strings.EqualFold(each, name) {
			return true
		}
	}
	return false
}

func without(list []string, name string) []string {
	out := make([]string, 0, len(list))
	for _, each := range list {
		if !strings.EqualFold(each, name) {
			out = append(out, each)
		}
	}
	return out
}

func null() json.RawMessage { return json.RawMessage("null") }
