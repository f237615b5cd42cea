// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import "time"

// Message returns one message.
func (s *State) Message(ref Ref) (*Message, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.channel(ref.Place)
	if err != nil {
		return nil, err
	}
	r, err := c.find(ref)
	if err != nil {
		return nil, err
	}
	return r.shown(), nil
}

// Messages returns the root messages of a conversation, newest first, deleted ones included.
func (s *State) Messages(at Place) ([]*Message, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.channel(at)
	if err != nil {
		return nil, err
	}
	return c.roots.newestFirst(), nil
}

// Replies returns the replies to a root message, newest first, deleted ones included.
func (s *State) Replies(at Place, root MessageID) ([]*Message, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.channel(at)
	if err != nil {
		return nil, err
	}
	r, err := c.find(Ref{ID: root})
	if err != nil {
		return nil, err
	}
	return r.replies.newestFirst(), nil
}

// Delta is what changed in a conversation up to a cursor.
type Delta struct {
	Messages []*Message // root messages, in the order of their latest change
	Cursor   uint64     // to be given to the next Changes
}

// Changes returns the root messages that changed after a cursor (0 = all there are). With replies, a root also counts
// as changed when one of its replies did. Messages older than since are left out.
func (s *State) Changes(at Place, cursor uint64, replies bool, since time.Time) (Delta, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.channel(at)
	if err != nil {
		return Delta{}, err
	}
	var also func(*record) bool
	if replies {
		also = func(root *record) bool { return len(root.replies.changedSince(cursor, nil)) > 0 }
	}
	delta := Delta{Cursor: s.sequence}
	for _, r := range c.roots.changedSince(cursor, also) {
		if r.touchedSince(since, replies) {
			delta.Messages = append(delta.Messages, r.shown())
		}
	}
	return delta, nil
}

func (r *record) touchedSince(since time.Time, replies bool) bool {
	if r.live.ModifiedAt.Time().After(since) {
		return true
	}
	if replies {
		for _, reply := range r.replies.records {
			if reply.touchedSince(since, false) {
				return true
			}
		}
	}
	return false
}
