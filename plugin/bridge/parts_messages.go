// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// A post that stands in Teams in several messages is the mapping of one of them. Which the others are is written down when each is
// sent, before the next one is: once the mapping's message is there, all are known. They are in order by their ids, which are times.

// sendParts sends a message after those parts before it that are not in Teams yet. again tells whether some may be.
func (w *worker) sendParts(ctx context.Context, event *OutboundEvent, mapping MappingID, account Account, root TeamsMessageID, messages []Outgoing, since time.Time, again bool) (TeamsMessage, error) {
	last := len(messages) - 1
	there := map[AttemptKey]TeamsMessage{}
	if again && last > 0 {
		var err error
		if there, err = w.partsInTeams(ctx, root, event.Attempt, since); err != nil {
			// Nothing was sent, so nothing is unknown.
			return TeamsMessage{}, &Failure{Class: Retry, Err: err}
		}
	}
	for i, message := range messages[:last] {
		if err := w.sendPart(ctx, mapping, account, root, newPart{event.Attempt.part(i), message}, there); err != nil {
			return TeamsMessage{}, err
		}
	}
	message := messages[last]
	message.HTML = markup.Mark(message.HTML, string(event.Attempt))
	return w.Teams.Send(ctx, account, w.link.Conversation, root, message)
}

// newPart is a message that shows a part of a post and is to be sent, with the key that it carries.
type newPart struct {
	key     AttemptKey
	message Outgoing
}

// sendPart sends a part, unless it is there, and writes down that it is one.
func (w *worker) sendPart(ctx context.Context, mapping MappingID, account Account, root TeamsMessageID, part newPart, there map[AttemptKey]TeamsMessage) error {
	message, is := there[part.key]
	if !is {
		var err error
		part.message.HTML = markup.Mark(part.message.HTML, string(part.key))
		if message, err = w.Teams.Send(ctx, account, w.link.Conversation, root, part.message); err != nil {
			return err
		}
	}
	return w.Store.NotePart(ctx, w.lease, mapping, message.Ref)
}

// partsInTeams finds the parts of a send, as far as they stand.
func (w *worker) partsInTeams(ctx context.Context, root TeamsMessageID, attempt AttemptKey, since time.Time) (map[AttemptKey]TeamsMessage, error) {
	recent, err := w.Teams.Recent(ctx, w.link.Conversation, root, since.Add(-clockSkew))
	if err != nil {
		return nil, err
	}
	found := map[AttemptKey]TeamsMessage{}
	for _, m := range recent {
		if key := string(m.Attempt); strings.HasPrefix(key, string(attempt)+"/") && m.DeletedAt.IsZero() {
			found[m.Attempt] = m
		}
	}
	return found, nil
}

// beside are the messages that show parts of a post, without the mapping's, in their order.
type beside struct {
	before, after []TeamsMessage
	ever          bool // there are some, or were until they were deleted
	missing       bool // Teams does not know one of them; it may have been deleted for good, or be too new
}

func (b beside) all() []TeamsMessage { return slices.Concat(b.before, b.after) }

func (b beside) none() bool { return len(b.before)+len(b.after) == 0 }

// messagesBeside reads the messages beside the mapping's that stand.
func (w *worker) messagesBeside(ctx context.Context, mapping Mapping) (b beside, err error) {
	if mapping.Direction != Outbound {
		return b, nil
	}
	refs, err := w.Store.PartsOf(ctx, mapping)
	if err != nil {
		return b, err
	}
	b.ever = len(refs) > 0
	slices.SortFunc(refs, func(a, b MessageRef) int { return byTime(a.ID, b.ID) })
	for _, ref := range refs {
		message, err := w.Teams.Message(ctx, ref)
		switch {
		case err != nil && ClassOf(err) == NotFound:
			b.missing = true
		case err != nil:
			return beside{}, err
		case !message.DeletedAt.IsZero():
		case byTime(ref.ID, mapping.Ref.ID) < 0:
			b.before = append(b.before, message)
		default:
			b.after = append(b.after, message)
		}
	}
	return b, nil
}

// byTime compares ids, which are milliseconds since the epoch.
func byTime(a, b TeamsMessageID) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func (w *worker) deleteMessages(ctx context.Context, account Account, messages []TeamsMessage) error {
	for _, m := range messages {
		if err := w.Teams.Delete(ctx, account, m.Ref); err != nil && ClassOf(err) != NotFound {
			return err
		}
	}
	return nil
}
