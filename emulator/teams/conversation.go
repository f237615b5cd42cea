// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"strconv"
	"time"
)

// conversation is what is said in one channel or chat. It is guarded by the State's lock.
type conversation struct {
	place  Place
	roots  chain
	lastID int64 // the newest id given out in this conversation
}

// chain is a list of messages whose ids are unique: the roots of a conversation, or the replies to one root.
type chain struct {
	records []*record // in the order they were created
	byID    map[MessageID]*record
}

// record is one message in its present state.
type record struct {
	live      *Message // as it is while not deleted; replaced, never changed
	deletedAt *Timestamp
	etag      int64
	sequence  uint64 // of its latest change
	replies   chain
	hosted    []Hosted
}

func newConversation(at Place) conversation {
	return conversation{place: at, roots: newChain()}
}

func newChain() chain { return chain{byID: map[MessageID]*record{}} }

func (c *chain) add(r *record) {
	c.records = append(c.records, r)
	c.byID[r.live.ID] = r
}

// shown is the message as Graph shows it now: a deleted one keeps its place but loses author and content.
func (r *record) shown() *Message {
	if r.deletedAt == nil {
		return r.live
	}
	m := *r.live
	m.DeletedAt = r.deletedAt
	m.From = nil
	m.Subject = nil
	m.Body = Body{ContentType: "text"}
	m.Attachments, m.Mentions, m.Reactions = []Attachment{}, []Mention{}, []Reaction{}
	return &m
}

// newID chooses the id of a message that is created now in a chain: the time in milliseconds, moved on so far that it is
// new in the whole conversation. When ids are to be reused, a reply takes one that another reply chain holds already.
func (c *conversation) newID(now time.Time, in *chain, root *record, reuse bool) MessageID {
	if root != nil && reuse {
		for _, other := range c.roots.records {
			if other == root {
				continue
			}
			for _, r := range other.replies.records {
				if _, taken := in.byID[r.live.ID]; !taken {
					return r.live.ID
				}
			}
		}
	}
	for {
		c.lastID = max(now.UnixMilli(), c.lastID+1)
		id := MessageID(strconv.FormatInt(c.lastID, 10))
		if _, taken := in.byID[id]; !taken {
			return id
		}
	}
}

func (c *conversation) find(ref Ref) (*record, error) {
	in := &c.roots
	if ref.Root != "" {
		root, ok := c.roots.byID[ref.Root]
		if !ok {
			return nil, refuse(NotFound, "The message '%s' does not exist.", ref.Root)
		}
		in = &root.replies
	}
	r, ok := in.byID[ref.ID]
	if !ok {
		return nil, refuse(NotFound, "The message '%s' does not exist.", ref.ID)
	}
	return r, nil
}

// newestFirst returns the messages of a chain as Graph lists them.
func (c *chain) newestFirst() []*Message {
	list := make([]*Message, len(c.records))
	for i, r := range c.records {
		list[len(list)-1-i] = r.shown()
	}
	return list
}
