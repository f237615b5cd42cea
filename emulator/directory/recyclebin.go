// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"slices"
	"strings"
	"time"
)

// Deleted is an object in the recycle bin: exactly one field is set.
type Deleted struct {
	Application      *Application
	ServicePrincipal *ServicePrincipal
	User             *User
}

// DeleteApplication puts a registration and its service principal into the recycle bin.
func (s *State) DeleteApplication(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return err
	}
	now := s.now()
	if principal := s.principalByAppID(record.AppID); principal != nil {
		principal.DeletedDateTime = &now
	}
	record.DeletedDateTime = &now
	return nil
}

// DeleteServicePrincipal puts a service principal into the recycle bin.
func (s *State) DeleteServicePrincipal(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.principal(id)
	if err != nil {
		return err
	}
	if firstParty[record.AppID] != "" {
		return invalid("Specified App Principal ID is in the Microsoft tenant and cannot be deleted.")
	}
	now := s.now()
	record.DeletedDateTime = &now
	return nil
}

// DeletedObject finds an object in the recycle bin by its id.
func (s *State) DeletedObject(id string) (Deleted, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deleted(id)
}

// deleted also empties what has been in the bin for too long; the caller holds the lock for writing.
func (s *State) deleted(id string) (Deleted, bool) {
	s.empty()
	id = strings.ToLower(id)
	if r := s.applications[id]; r != nil && r.DeletedDateTime != nil {
		copied := r.Application
		return Deleted{Application: &copied}, true
	}
	if r := s.principals[id]; r != nil && r.DeletedDateTime != nil {
		copied := r.ServicePrincipal
		return Deleted{ServicePrincipal: &copied}, true
	}
	if r := s.users[id]; r != nil && r.DeletedDateTime != nil {
		copied := r.User
		return Deleted{User: &copied}, true
	}
	return Deleted{}, false
}

// DeletedApplications returns the registrations in the recycle bin.
func (s *State) DeletedApplications() []Application {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.empty()
	var out []Application
	for _, r := range s.applications {
		if r.DeletedDateTime != nil {
			out = append(out, r.Application)
		}
	}
	slices.SortFunc(out, func(a, b Application) int { return byAge(a.Born, b.Born, a.ID, b.ID) })
	return out
}

// DeletedServicePrincipals returns the service principals in the recycle bin.
func (s *State) DeletedServicePrincipals() []ServicePrincipal {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.empty()
	var out []ServicePrincipal
	for _, r := range s.principals {
		if r.DeletedDateTime != nil {
			out = append(out, r.ServicePrincipal)
		}
	}
	slices.SortFunc(out, func(a, b ServicePrincipal) int { return byAge(a.Born, b.Born, a.ID, b.ID) })
	return out
}

// DeletedUsers returns the users in the recycle bin.
func (s *State) DeletedUsers() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.empty()
	var out []User
	for _, r := range s.users {
		if r.DeletedDateTime != nil {
			out = append(out, r.User)
		}
	}
	slices.SortFunc(out, func(a, b User) int { return byAge(a.Born, b.Born, a.ID, b.ID) })
	return out
}

// Restore takes an object out of the recycle bin. Restoring a registration does not restore its service principal.
func (s *State) Restore(id string) (Deleted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.deleted(id)
	if !ok {
		return Deleted{}, missing(id)
	}
	id = strings.ToLower(id)
	switch {
	case found.Application != nil:
		s.applications[id].DeletedDateTime = nil
		found.Application.DeletedDateTime = nil
	case found.ServicePrincipal != nil:
		if s.principalByAppID(found.ServicePrincipal.AppID) != nil {
			return Deleted{}, &Error{Kind: Duplicate, Target: "servicePrincipalNames", Message: "The service principal cannot be created, updated, or restored because the service principal name " + found.ServicePrincipal.AppID + " is already in use."}
		}
		if app := s.applicationByAppID(found.ServicePrincipal.AppID); app == nil && firstParty[found.ServicePrincipal.AppID] == "" {
			return Deleted{}, invalid("The appId '%s' of the service principal does not reference a valid application object.", found.ServicePrincipal.AppID)
		}
		s.principals[id].DeletedDateTime = nil
		found.ServicePrincipal.DeletedDateTime = nil
	case found.User != nil:
		record := s.users[id]
		name := restoredUPN(record.User)
		for _, other := range s.users {
			if other.DeletedDateTime == nil && strings.EqualFold(other.UserPrincipalName, name) {
				return Deleted{}, taken("userPrincipalName")
			}
		}
		record.DeletedDateTime, record.UserPrincipalName = nil, name
		s.touch(record.ID)
		restored := record.User
		found.User = &restored
	}
	return found, nil
}

// Purge removes an object from the recycle bin for good, with its grants and assignments.
func (s *State) Purge(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.deleted(id); !ok {
		return missing(id)
	}
	s.purge(strings.ToLower(id))
	return nil
}

func (s *State) purge(id string) {
	delete(s.applications, id)
	delete(s.principals, id)
	if s.users[id] != nil {
		delete(s.users, id)
		s.touch(id)
	}
	for grantID, g := range s.grants {
		if g.ClientID == id || g.ResourceID == id || g.PrincipalID != nil && strings.EqualFold(*g.PrincipalID, id) {
			delete(s.grants, grantID)
		}
	}
	for assignmentID, a := range s.assignments {
		if a.PrincipalID == id || a.ResourceID == id {
			delete(s.assignments, assignmentID)
		}
	}
}

// PurgeAll removes everything from the recycle bin for good.
func (s *State) PurgeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purgeIf(func(deleted *time.Time) bool { return deleted != nil })
}

// empty purges what has been in the bin longer than Retention; the caller holds the lock for writing.
func (s *State) empty() { s.purgeIf(s.gone) }

// purgeIf purges the objects whose time of deletion is as asked for.
func (s *State) purgeIf(due func(deleted *time.Time) bool) {
	var old []string
	for id, r := range s.applications {
		if due(r.DeletedDateTime) {
			old = append(old, id)
		}
	}
	for id, r := range s.principals {
		if due(r.DeletedDateTime) {
			old = append(old, id)
		}
	}
	for id, r := range s.users {
		if due(r.DeletedDateTime) {
			old = append(old, id)
		}
	}
	for _, id := range old {
		s.purge(id)
	}
}
