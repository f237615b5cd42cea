// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// UserChange is a user as a list of changes shows it.
type UserChange struct {
	Cursor  uint64 // of the user's latest change
	User    User   // only the id when Removed is set
	Removed string // "changed": in the recycle bin; "deleted": gone for good; empty: there
}

// touch notes that a user was changed; the caller holds the lock.
func (s *State) touch(id string) {
	if s.userChanges == nil {
		s.userChanges = map[string]uint64{}
	}
	s.changes++
	s.userChanges[id] = s.changes
}

// UserChanges returns the users that were changed after a cursor, oldest change first. From 0 on it returns all users that
// are not deleted. cursor is that of the latest change.
func (s *State) UserChanges(after uint64) (list []UserChange, cursor uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for id, at := range s.userChanges {
		if at <= after {
			continue
		}
		change := UserChange{Cursor: at, User: User{ID: id}}
		switch record := s.users[id]; {
		case record == nil:
			change.Removed = "deleted"
		case record.DeletedDateTime != nil:
			change.Removed = "changed"
		default:
			change.User = record.User
		}
		if after > 0 || change.Removed == "" {
			list = append(list, change)
		}
	}
	slices.SortFunc(list, func(a, b UserChange) int { return cmp.Compare(a.Cursor, b.Cursor) })
	return list, s.changes
}

// SetPhoto gives a user a picture, or takes it away when it is empty.
func (s *State) SetPhoto(idOrUPN string, picture []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return err
	}
	if len(picture) > 0 && !strings.HasPrefix(http.DetectContentType(picture), "image/") {
		return invalid("The image is not in a format that is known.")
	}
	record.photo = slices.Clone(picture)
	return nil
}

// Photo returns a user's picture; empty when there is none.
func (s *State) Photo(idOrUPN string) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return nil
	}
	return record.photo
}
