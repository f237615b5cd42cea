// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"slices"
	"time"
)

// Window is which messages without a mapping count as missed: those made since From and, when it is set, before Until.
type Window struct{ From, Until time.Time }

func (w Window) holds(t time.Time) bool {
	return !t.Before(w.From) && (w.Until.IsZero() || t.Before(w.Until))
}

// Missed compares messages as Teams shows them with what was carried, and returns what is missing as events for the inbox:
// messages in the window that have no mapping, and changes of those that have one. The lane decides again when their turn
// comes: what is returned may have been carried meanwhile.
func (e *Engine) Missed(ctx context.Context, conversation Conversation, messages []TeamsMessage, window Window) ([]Arrival, error) {
	mappings, err := e.mappingsOf(ctx, conversation, messages)
	if err != nil {
		return nil, err
	}
	var missed []Arrival
	for _, m := range messages {
		mapping, known := mappings[nameOf(m.Ref)]
		var kind Kind
		var carry bool
		if known {
			kind, carry, err = e.differs(ctx, mapping, m)
		} else if kind, carry, err = e.partChanged(ctx, m); err == nil && !carry && window.holds(m.CreatedAt) {
			kind = Create
			carry, err = e.uncarried(ctx, m)
		}
		if err != nil {
			return nil, err
		}
		if !carry {
			continue
		}
		at := m.CreatedAt
		if kind != Create {
			at = m.ModifiedAt
		}
		missed = append(missed, Arrival{Ref: m.Ref, Kind: kind, SourceAt: at, Untouched: kind == Create && !m.ModifiedAt.After(m.CreatedAt)})
	}
	return missed, nil
}

// Older returns the messages in the window that have no mapping, with the older messages that they reply to.
func (e *Engine) Older(ctx context.Context, conversation Conversation, messages []TeamsMessage, window Window) ([]Arrival, error) {
	mappings, err := e.mappingsOf(ctx, conversation, messages)
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(slices.Clone(messages), func(m TeamsMessage) bool {
		_, known := mappings[nameOf(m.Ref)]
		return known
	})
	var older []Arrival
	roots := map[TeamsMessageID]bool{}
	add := func(which func(TeamsMessage) bool) error {
		for _, m := range missing {
			if !which(m) {
				continue
			}
			carry, err := e.uncarried(ctx, m)
			if err != nil {
				return err
			}
			if carry {
				older = append(older, Arrival{Ref: m.Ref, Kind: Create, SourceAt: m.CreatedAt})
				roots[m.Ref.Root] = true
			}
		}
		return nil
	}
	if err := add(func(m TeamsMessage) bool { return window.holds(m.CreatedAt) }); err != nil {
		return nil, err
	}
	return older, add(func(m TeamsMessage) bool {
		return m.CreatedAt.Before(window.From) && m.Ref.Root == "" && roots[m.Ref.ID]
	})
}

func (e *Engine) mappingsOf(ctx context.Context, conversation Conversation, messages []TeamsMessage) (map[MessageRef]Mapping, error) {
	refs := make([]MessageRef, len(messages))
	for i, m := range messages {
		refs[i] = nameOf(m.Ref)
	}
	return e.Store.MappingsOfMessages(ctx, conversation.ID, refs)
}

// nameOf is a message's name inside its conversation.
func nameOf(ref MessageRef) MessageRef {
	ref.Conversation.Team = ""
	return ref
}

// uncarried tells whether a message without a mapping is to be carried. What a bot of ours wrote is not, but it may be what a
// send in flight waits for.
func (e *Engine) uncarried(ctx context.Context, m TeamsMessage) (bool, error) {
	if m.System && e.eventHTML(ctx, m) == "" || !m.DeletedAt.IsZero() || m.Attempt.isPart() {
		return false, nil
	}
	if !m.EditedAt.IsZero() {
		if _, isPart, err := e.Store.MappingOfPart(ctx, m.Ref); isPart || err != nil {
			return false, err
		}
	}
	if m.From.User == "" {
		return true, nil
	}
	bot, err := e.Accounts.WasBot(ctx, m.From.User)
	if err != nil || !bot {
		return err == nil, err
	}
	if m.Attempt != "" {
		if send, found, err := e.Store.SendOf(ctx, m.Ref.Conversation.ID, m.Attempt); err != nil || found {
			return err == nil && send.State != Confirmed, err
		}
	}
	sends, err := e.Store.OpenSends(ctx, m.Ref.Conversation.ID, m.From.User)
	return len(sends) > 0, err
}

// partChanged tells whether a message without a mapping is part of a post and was changed. Whether the post says so is for the lane
// to find out: it takes reading all of its messages.
func (e *Engine) partChanged(ctx context.Context, m TeamsMessage) (Kind, bool, error) {
	kind := Edit
	if !m.DeletedAt.IsZero() {
		kind = Delete
	} else if m.EditedAt.IsZero() {
		return kind, false, nil
	}
	mapping, isPart, err := e.Store.MappingOfPart(ctx, m.Ref)
	return kind, isPart && !mapping.Record.Deleted, err
}

// differs compares a message with its mapping's record.
func (e *Engine) differs(ctx context.Context, mapping Mapping, m TeamsMessage) (Kind, bool, error) {
	record, deleted := mapping.Record, !m.DeletedAt.IsZero()
	switch {
	case mapping.State == Reserved:
		return Create, !deleted, nil
	case mapping.State == Tombstone, record.Deleted:
		// Brought back by its author, unless it was only ever deleted in Mattermost.
		return Edit, !deleted && record.PostHash != NeverShown, nil
	case deleted:
		return Delete, true, nil
	case record.TeamsHash != "" && record.teamsHash(m) != record.TeamsHash, record.TeamsForm != "" && teamsForm(m) != record.TeamsForm:
		return Edit, true, nil
	case !e.Reactions():
		return "", false, nil
	}
	for _, r := range m.Reactions {
		if r.User == "" || slices.ContainsFunc(record.Reactions, func(c CarriedReaction) bool { return c.isTeams(r.User, r.Emoji) && c.Pending == "" }) {
			continue
		}
		if bot, err := e.Accounts.WasBot(ctx, r.User); err != nil || !bot {
			return Edit, true, err
		}
	}
	for _, c := range record.Reactions {
		shown := slices.ContainsFunc(m.Reactions, func(r Reaction) bool { return c.isTeams(r.User, r.Emoji) })
		if c.TeamsUser != "" && c.Pending != Outbound && c.Pending != Recalled && !shown {
			return Edit, true, nil
		}
	}
	return "", false, nil
}

// Look has the lane looked at now: something was put into it.
func (e *Engine) Look(lane Lane) { e.dispatcher.wake(lane, 0) }

type backfillKey struct{}

// AsBackfill marks work that nobody waits for, like old messages that a new link brings along. It goes after live work wherever
// both wait for the same.
func AsBackfill(ctx context.Context) context.Context {
	return context.WithValue(ctx, backfillKey{}, true)
}

// IsBackfill tells whether AsBackfill marked the work.
func IsBackfill(ctx context.Context) bool {
	marked, _ := ctx.Value(backfillKey{}).(bool)
	return marked
}
