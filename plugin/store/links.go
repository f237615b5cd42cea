// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// It is the bridge's store.
var _ bridge.Store = (*Store)(nil)

const linkColumns = "id, channel_id, team_id, conversation, teams_team_id, creator_id, created_at"

func scanLink(row pgx.CollectableRow) (l bridge.Link, err error) {
	err = row.Scan(&l.ID, &l.Channel, &l.MattermostTeam, &l.Conversation.ID, &l.Conversation.Team, &l.Creator, &l.CreatedAt)
	return l, err
}

// Links returns all links, oldest first.
func (s *Store) Links(ctx context.Context) ([]bridge.Link, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+linkColumns+" FROM msteamssync.links ORDER BY created_at, id")
	links, err := pgx.CollectRows(rows, scanLink)
	if err != nil {
		return nil, fmt.Errorf("read the links: %w", err)
	}
	return links, nil
}

// LinkOf finds the link of a conversation.
func (s *Store) LinkOf(ctx context.Context, conversation bridge.ConversationID) (bridge.Link, bool, error) {
	return s.findLink(ctx, s.pool, "conversation = $1", conversation)
}

type querier interface {
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
}

func (s *Store) findLink(ctx context.Context, q querier, condition string, arguments ...any) (bridge.Link, bool, error) {
	rows, _ := q.Query(ctx, "SELECT "+linkColumns+" FROM msteamssync.links WHERE "+condition+" LIMIT 1", arguments...)
	link, err := pgx.CollectExactlyOneRow(rows, scanLink)
	if errors.Is(err, pgx.ErrNoRows) {
		return bridge.Link{}, false, nil
	}
	if err != nil {
		return bridge.Link{}, false, fmt.Errorf("find a link: %w", err)
	}
	return link, true, nil
}

// CreateLink makes the link with its two lanes and a cursor that starts at the link's creation, and takes away the request
// that it fulfils.
func (s *Store) CreateLink(ctx context.Context, l bridge.Link) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if err := s.insertLink(ctx, tx, l); err != nil {
			return err
		}
		if err := auditNote(ctx, tx, l.Channel, l.Conversation, nil); err != nil {
			return err
		}
		if err := wantBackfills(ctx, tx, l); err != nil {
			return err
		}
		if err := fulfil(ctx, tx, l); err != nil {
			return err
		}
		return notifyLinks(ctx, tx)
	})
	if _, conflict := errors.AsType[*bridge.LinkConflict](err); conflict || err == nil {
		return err
	}
	return fmt.Errorf("create the link of channel %s: %w", l.Channel, err)
}

func (s *Store) insertLink(ctx context.Context, tx pgx.Tx, l bridge.Link) error {
	tag, err := tx.Exec(ctx, `INSERT INTO msteamssync.links (`+linkColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, l.ID, l.Channel, l.MattermostTeam, l.Conversation.ID, l.Conversation.Team, l.Creator, l.CreatedAt)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		holder, found, err := s.findLink(ctx, tx, "channel_id = $1 OR conversation = $2", l.Channel, l.Conversation.ID)
		if err != nil {
			return err
		}
		if !found {
			return errors.New("another link was in the way and has gone; try again")
		}
		return &bridge.LinkConflict{Holder: holder}
	}
	if err := lanesFor([]string{string(l.Conversation.ID)}).exec(ctx, tx); err != nil {
		return err
	}
	// What happened before the link stays where it is: an older cursor of the same conversation is replaced.
	_, err = tx.Exec(ctx, `INSERT INTO msteamssync.cursors (conversation, direction, update_at) VALUES ($1, 'out', $2)
		ON CONFLICT (conversation, direction) DO UPDATE SET update_at = excluded.update_at, post_id = '', scanned_at = '-infinity'`,
		l.Conversation.ID, l.CreatedAt.UnixMilli())
	return err
}

// DeleteLink deletes the link, its cursor and what is queued for it. The mappings stay: what was carried was carried.
func (s *Store) DeleteLink(ctx context.Context, channel bridge.ChannelID) (link bridge.Link, found bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		if link, found, err = s.findLink(ctx, tx, "channel_id = $1", channel); err != nil || !found {
			return err
		}
		for _, statement := range []string{
			"DELETE FROM msteamssync.links WHERE conversation = $1",
			"DELETE FROM msteamssync.inbox WHERE conversation = $1",
			"DELETE FROM msteamssync.outbox WHERE conversation = $1",
			"DELETE FROM msteamssync.cursors WHERE conversation = $1",
			"UPDATE msteamssync.lanes SET last_error = '', last_error_at = NULL WHERE conversation = $1",
		} {
			if _, err := tx.Exec(ctx, statement, link.Conversation.ID); err != nil {
				return err
			}
		}
		if err := auditNote(ctx, tx, link.Channel, link.Conversation, nil); err != nil {
			return err
		}
		return notifyLinks(ctx, tx)
	})
	if err != nil {
		return bridge.Link{}, false, fmt.Errorf("delete the link of channel %s: %w", channel, err)
	}
	return link, found, nil
}

func notifyLinks(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_notify($1, '')", LinksChannel)
	return err
}

// OnLinks calls f when links may have changed on any node.
func (s *Store) OnLinks(f func()) (cancel func()) {
	return s.Subscribe(LinksChannel, func(string, bool) { f() })
}
