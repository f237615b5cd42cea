// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Bounds of the search for chats that are not known: how far it reaches back before a gap, because clocks differ and lists lag,
// how far back at most, and how many pages are read of each person's messages.
const (
	missedOverlap = 5 * time.Minute
	missedSince   = 24 * time.Hour
	missedPages   = 100
)

// missedChats receives what was written since then in chats that have no link: a resync looks only into those that have one.
// Which of them concern anybody the lanes decide.
func (s *Service) missedChats(ctx context.Context, r *rooms, people []bridge.TeamsUserID, since time.Time) error {
	u, err := s.current()
	if err != nil || !r.chats.Active() {
		return err
	}
	if earliest := time.Now().Add(-missedSince); since.Before(earliest) {
		since = earliest
	}
	ctx = bridge.AsBackfill(ctx)
	for _, person := range people {
		page := ""
		for range missedPages {
			messages, next, err := u.graph.MessagesOf(ctx, person, since.Add(-missedOverlap), page)
			if err != nil {
				return err
			}
			if err := r.receiveUnknown(ctx, messages, since.Add(-missedOverlap)); err != nil {
				return err
			}
			if page = next; page == "" {
				break
			}
		}
	}
	return nil
}

// receiveUnknown receives new messages of chats that have no link.
func (r *rooms) receiveUnknown(ctx context.Context, messages []bridge.TeamsMessage, since time.Time) error {
	var arrivals []bridge.Arrival
	for _, m := range messages {
		if _, linked := r.engine.Links().ByConversation(m.Ref.Conversation.ID); linked || m.System || !m.DeletedAt.IsZero() || m.CreatedAt.Before(since) {
			continue
		}
		takes, err := r.engine.Takes(ctx, m.Ref.Conversation)
		if err != nil {
			return err
		}
		if takes {
			arrivals = append(arrivals, bridge.Arrival{Ref: m.Ref, Kind: bridge.Create, SourceAt: m.CreatedAt})
		}
	}
	if len(arrivals) == 0 {
		return nil
	}
	return r.engine.Receive(ctx, arrivals)
}
