// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"cmp"
	"slices"
	"time"
)

// Message returns one message.
func (s *State) Message(ref Ref) (*Message, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.conversation(ref.Place)
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
	c, err := s.conversation(at)
	if err != nil {
		return nil, err
	}
	return c.roots.newestFirst(), nil
}

// Replies returns the replies to a root message, newest first, deleted ones included.
func (s *State) Replies(at Place, root MessageID) ([]*Message, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.conversation(at)
	if err != nil {
		return nil, err
	}
	r, err := c.find(Ref{ID: root})
	if err != nil {
		return nil, err
	}
	return r.replies.newestFirst(), nil
}

// Delta is a stretch of what changed in a conversation.
type Delta struct {
	Messages []*Message // root messages, in the order of their latest change
	Cursor   uint64     // to be given to the next Changes
	More     bool       // there is more right now
}

// Window says which changes are asked for.
type Window struct {
	Cursor  uint64    // 0 = all there are
	Replies bool      // a root also counts as changed when one of its replies did
	Since   time.Time // leave out what was last modified before
	Limit   int       // at most so many messages
}

// Changes returns the root messages of a conversation that changed after a cursor. A message that changes while
// somebody pages through moves to the end and may so be seen twice, never missed.
func (s *State) Changes(at Place, w Window) (Delta, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.conversation(at)
	if err != nil {
		return Delta{}, err
	}
	type change struct {
		root     *record
		sequence uint64
	}
	var changed []change
	for _, r := range c.roots.records {
		sequence, modified := r.latest(w.Replies)
		if sequence > w.Cursor && modified.After(w.Since) {
			changed = append(changed, change{r, sequence})
		}
	}
	slices.SortFunc(changed, func(a, b change) int { return cmp.Compare(a.sequence, b.sequence) })
	delta := Delta{Cursor: s.sequence}
	if len(changed) > w.Limit {
		changed = changed[:w.Limit]
		delta.More, delta.Cursor = true, changed[len(changed)-1].sequence
	}
	for _, each := range changed {
		delta.Messages = append(delta.Messages, each.root.shown())
	}
	return delta, nil
}

// latest returns sequence and time of a message's latest change, or of its replies' if those count.
func (r *record) latest(replies bool) (uint64, time.Time) {
	sequence, modified := r.sequence, r.live.ModifiedAt.Time()
	if replies {
		for _, reply := range r.replies.records {
			if reply.sequence > sequence {
				sequence, modified = reply.sequence, reply.live.ModifiedAt.Time()
			}
		}
	}
	return sequence, modified
}
