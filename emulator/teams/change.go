// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

// ChangeType is the kind of a change, as a subscription's changeType names it.
type ChangeType string

// The kinds of change.
const (
	Created ChangeType = "created"
	Updated ChangeType = "updated"
	Deleted ChangeType = "deleted"
)

// Change is something that happened to a message.
type Change struct {
	Type    ChangeType
	Ref     Ref
	Message *Message // as it is after the change
}

// Observe calls f after every change of a message, before the call that made the change returns. f must be quick and
// may read the state. Changes of one message by one caller arrive in their order; others may overtake each other.
func (s *State) Observe(f func(Change)) {
	s.observersMu.Lock()
	defer s.observersMu.Unlock()
	s.observers = append(s.observers, f)
}

func (s *State) announce(change Change) {
	s.observersMu.RLock()
	defer s.observersMu.RUnlock()
	for _, observe := range s.observers {
		observe(change)
	}
}
