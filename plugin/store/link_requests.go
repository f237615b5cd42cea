// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// LinkRequest is a link that somebody asks for.
type LinkRequest struct {
	ID             string
	Channel        bridge.ChannelID
	MattermostTeam string // team id
	Conversation   bridge.Conversation
	Creator        bridge.UserID
	Backfill       bridge.Backfill
	CreatedAt      time.Time
}

// RequestConflict says which request is in the way.
type RequestConflict struct{ Holder LinkRequest }

// Error implements error.
func (e *RequestConflict) Error() string {
	return fmt.Sprintf("channel %s already waits to be linked with Teams conversation %s", e.Holder.Channel, e.Holder.Conversation.ID)
}

const requestColumns = "id, channel_id, team_id, conversation, teams_team_id, creator_id, backfill_days, backfill_to_teams_days, created_at"

func scanRequest(row pgx.CollectableRow) (r LinkRequest, err error) {
	err = row.Scan(&r.ID, &r.Channel, &r.MattermostTeam, &r.Conversation.ID, &r.Conversation.Team, &r.Creator, &r.Backfill.FromTeams, &r.Backfill.ToTeams, &r.CreatedAt)
	return r, err
}

// RequestLink keeps a request until it is approved or refused. When either side is linked already the error is a
// *bridge.LinkConflict, when another request is about one of them a *RequestConflict. Asking for the same again changes
// nothing and returns the request that is there.
func (s *Store) RequestLink(ctx context.Context, wanted LinkRequest) (kept LinkRequest, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		holder, linked, err := s.findLink(ctx, tx, "channel_id = $1 OR conversation = $2", wanted.Channel, wanted.Conversation.ID)
		switch {
		case err != nil:
			return err
		case linked:
			return &bridge.LinkConflict{Holder: holder}
		}
		tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.link_requests (`+requestColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())
			ON CONFLICT DO NOTHING`, wanted.ID, wanted.Channel, wanted.MattermostTeam, wanted.Conversation.ID, wanted.Conversation.Team, wanted.Creator, wanted.Backfill.FromTeams, wanted.Backfill.ToTeams)
		if err != nil {
			return err
		}
		if tag.RowsAffected() > 0 {
			if err := auditNote(ctx, tx, wanted.Channel, wanted.Conversation, map[string]string{"request": wanted.ID}); err != nil {
				return err
			}
		}
		// A request about this channel comes first: it is the one that its admins can take back.
		rows, _ := tx.Query(ctx, "SELECT "+requestColumns+` FROM msteamssync.link_requests
			WHERE channel_id = $1 OR conversation = $2 ORDER BY channel_id <> $1 LIMIT 1`, wanted.Channel, wanted.Conversation.ID)
		kept, err = pgx.CollectExactlyOneRow(rows, scanRequest)
		if errors.Is(err, pgx.ErrNoRows) {
			return errors.New("another request was in the way and has gone; try again")
		}
		if err == nil && (kept.Channel != wanted.Channel || kept.Conversation != wanted.Conversation) {
			return &RequestConflict{Holder: kept}
		}
		return err
	})
	if _, linked := errors.AsType[*bridge.LinkConflict](err); linked {
		return LinkRequest{}, err
	}
	if _, asked := errors.AsType[*RequestConflict](err); asked {
		return LinkRequest{}, err
	}
	if err != nil {
		return LinkRequest{}, fmt.Errorf("keep the request to link channel %s: %w", wanted.Channel, err)
	}
	return kept, nil
}

// LinkRequests lists the requests, oldest first.
func (s *Store) LinkRequests(ctx context.Context) ([]LinkRequest, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+requestColumns+" FROM msteamssync.link_requests ORDER BY created_at, id")
	requests, err := pgx.CollectRows(rows, scanRequest)
	if err != nil {
		return nil, fmt.Errorf("read the requests for links: %w", err)
	}
	return requests, nil
}

// DropLinkRequest takes a request away and returns it; false when there is none.
func (s *Store) DropLinkRequest(ctx context.Context, id string) (dropped LinkRequest, found bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, "DELETE FROM msteamssync.link_requests WHERE id = $1 RETURNING "+requestColumns, id)
		if dropped, err = pgx.CollectExactlyOneRow(rows, scanRequest); err != nil {
			return err
		}
		return auditNote(ctx, tx, dropped.Channel, dropped.Conversation, map[string]string{"request": dropped.ID, "requested_by": string(dropped.Creator)})
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return LinkRequest{}, false, nil
	}
	if err != nil {
		return LinkRequest{}, false, fmt.Errorf("take the request %s away: %w", id, err)
	}
	return dropped, true, nil
}

// fulfil takes away the request that a new link fulfils: the one that was approved, which must still be there, or one for
// the same two sides.
func fulfil(ctx context.Context, tx pgx.Tx, l bridge.Link) error {
	if l.Request == "" {
		_, err := tx.Exec(ctx, "DELETE FROM msteamssync.link_requests WHERE channel_id = $1 AND conversation = $2", l.Channel, l.Conversation.ID)
		return err
	}
	tag, err := tx.Exec(ctx, "DELETE FROM msteamssync.link_requests WHERE id = $1", l.Request)
	if err == nil && tag.RowsAffected() == 0 {
		return bridge.ErrNoRequest
	}
	return err
}
