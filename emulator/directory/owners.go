// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"slices"
	"strings"
)

// ApplicationOwners returns the object ids of a registration's owners.
func (s *State) ApplicationOwners(id string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.application(id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(record.owners), nil
}

// AddApplicationOwner makes a user or a service principal an owner.
func (s *State) AddApplicationOwner(id, owner string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return err
	}
	record.owners, err = s.addOwner(record.owners, owner)
	return err
}

// RemoveApplicationOwner takes an owner away.
func (s *State) RemoveApplicationOwner(id, owner string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return err
	}
	record.owners, err = removeOwner(record.owners, owner)
	return err
}

func (s *State) addOwner(owners []string, owner string) ([]string, error) {
	if !s.exists(owner) {
		return owners, missing(owner)
	}
	if containsFold(owners, owner) {
		return owners, invalid("One or more added object references already exist for the following modified properties: 'owners'.")
	}
	return append(slices.Clone(owners), strings.ToLower(owner)), nil
}

func removeOwner(owners []string, owner string) ([]string, error) {
	if !containsFold(owners, owner) {
		return owners, missing(owner)
	}
	return without(owners, owner), nil
}

// exists says whether a user or service principal with this object id exists; the caller holds the lock.
func (s *State) exists(id string) bool {
	id = strings.ToLower(id)
	if u := s.users[id]; u != nil && u.DeletedDateTime == nil {
		return true
	}
	p := s.principals[id]
	return p != nil && p.DeletedDateTime == nil
}

func distinct(ids []string) []string {
	var out []string
	for _, id := range ids {
		if !containsFold(out, id) {
			out = append(out, strings.ToLower(id))
		}
	}
	return out
}
