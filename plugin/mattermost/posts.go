// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// It is the bridge's Mattermost.
var _ bridge.Mattermost = (*Server)(nil)

// CreatePost creates the post with its mapping prop in one step.
func (s *Server) CreatePost(ctx context.Context, n bridge.NewPost) (bridge.Post, error) {
	doing := "create a post in channel " + string(n.Channel)
	if err := inTime(ctx, doing); err != nil {
		return bridge.Post{}, err
	}
	post := &model.Post{ChannelId: string(n.Channel), RootId: string(n.Root), UserId: string(n.Author), Message: n.Message}
	for _, id := range n.Files {
		post.FileIds = append(post.FileIds, string(id))
	}
	if !n.CreatedAt.IsZero() {
		post.CreateAt = n.CreatedAt.UnixMilli()
	}
	if n.Author == "" {
		post.UserId = string(s.bot)
	}
	if n.Mapping != "" {
		post.AddProp(bridge.MappingProp, string(n.Mapping))
	}
	prioritise(post, n.Priority)
	created, e := s.api.CreatePost(post)
	switch {
	case e != nil:
		return bridge.Post{}, failure(doing, e)
	case created == nil:
		return bridge.Post{}, gone(doing)
	}
	return s.ToBridge(created), nil
}

// Post reads one post, also a deleted one. The API hides deleted posts, so the database is asked.
func (s *Server) Post(ctx context.Context, id bridge.PostID) (bridge.Post, error) {
	found, err := s.posts(ctx, "id = $1", id)
	if err != nil {
		return bridge.Post{}, fmt.Errorf("read post %s: %w", id, err)
	}
	if len(found) == 0 {
		return bridge.Post{}, &bridge.Failure{Class: bridge.NotFound, Err: fmt.Errorf("there is no post %s", id)}
	}
	return found[0], nil
}

// Posts reads posts, also deleted ones. Those that do not exist are left out.
func (s *Server) Posts(ctx context.Context, ids []bridge.PostID) ([]bridge.Post, error) {
	found, err := s.posts(ctx, "id = ANY ($1)", ids)
	if err != nil {
		return nil, fmt.Errorf("read %d posts: %w", len(ids), err)
	}
	return found, nil
}

// FindByMapping looks among the channel's posts since then for the one with this mapping prop.
func (s *Server) FindByMapping(ctx context.Context, channel bridge.ChannelID, mapping bridge.MappingID, since time.Time) (bridge.Post, bool, error) {
	found, err := s.posts(ctx, "channelid = $1 AND createat >= $2 AND originalid = '' AND props ->> '"+bridge.MappingProp+"' = $3 ORDER BY createat LIMIT 1",
		channel, since.UnixMilli(), mapping)
	if err != nil {
		return bridge.Post{}, false, fmt.Errorf("look for the post of mapping %s: %w", mapping, err)
	}
	if len(found) == 0 {
		return bridge.Post{}, false, nil
	}
	return found[0], true, nil
}

// PostsAfter returns up to limit posts of the channel after the cursor, ordered by UpdateAt and id.
func (s *Server) PostsAfter(ctx context.Context, channel bridge.ChannelID, after bridge.Cursor, limit int) ([]bridge.Post, error) {
	found, err := s.posts(ctx, "channelid = $1 AND (updateat, id) > ($2, $3) AND originalid = '' ORDER BY updateat, id LIMIT $4",
		channel, after.UpdateAt, after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("read the posts of channel %s: %w", channel, err)
	}
	return found, nil
}

// PostsBetween returns up to limit posts of the channel that were made in the window and stand, and the roots of their threads,
// after the cursor, ordered by CreateAt and id.
func (s *Server) PostsBetween(ctx context.Context, channel bridge.ChannelID, window bridge.Window, after bridge.Cursor, limit int) ([]bridge.Post, error) {
	found, err := s.posts(ctx, `channelid = $1 AND originalid = '' AND deleteat = 0 AND createat < $3 AND (createat, id) > ($4, $5) AND (createat >= $2 OR id IN
		(SELECT rootid FROM posts WHERE channelid = $1 AND originalid = '' AND deleteat = 0 AND rootid <> '' AND createat >= $2 AND createat < $3
			AND NOT jsonb_exists(props, '`+bridge.MappingProp+`')))
		ORDER BY createat, id LIMIT $6`, channel, window.From.UnixMilli(), window.Until.UnixMilli(), after.UpdateAt, after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("read the old posts of channel %s: %w", channel, err)
	}
	return found, nil
}

// NewestPost returns when the channel's newest post was made. The server keeps that with the channel.
func (s *Server) NewestPost(ctx context.Context, channel bridge.ChannelID) (createAt int64, err error) {
	if s.pool == nil {
		return 0, errors.New("there is no connection to the database")
	}
	if err := s.pool.QueryRow(ctx, "SELECT lastpostat FROM channels WHERE id = $1", channel).Scan(&createAt); err != nil {
		return 0, fmt.Errorf("read channel %s: %w", channel, err)
	}
	return createAt, nil
}

// Replies lists the replies to a root, deleted ones included.
func (s *Server) Replies(ctx context.Context, root bridge.PostID) ([]bridge.Post, error) {
	found, err := s.posts(ctx, "rootid = $1 AND originalid = '' ORDER BY createat, id", root)
	if err != nil {
		return nil, fmt.Errorf("read the replies to post %s: %w", root, err)
	}
	return found, nil
}

func (s *Server) posts(ctx context.Context, condition string, arguments ...any) ([]bridge.Post, error) {
	if s.pool == nil {
		return nil, errors.New("there is no connection to the database")
	}
	rows, _ := s.pool.Query(ctx, `SELECT id, channelid, rootid, userid, message, createat, updateat, deleteat, type,
		coalesce(props ->> '`+bridge.MappingProp+`', ''), coalesce(props ->> 'from_webhook', ''), coalesce(props ->> 'override_username', ''),
		coalesce(jsonb_exists(props, '`+s.foreignProp()+`'), false), coalesce(nullif(fileids, ''), '[]'),
		props -> '`+attachmentsProp+`', coalesce(props ->> 'deleteBy', ''), coalesce((SELECT priority FROM postspriority WHERE postid = posts.id), '')
		FROM posts WHERE `+condition, arguments...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p bridge.Post, err error) {
		var kind, webhook, name, files, deletedBy, priority string
		var attachments []byte
		if err := row.Scan(&p.ID, &p.Channel, &p.Root, &p.Author, &p.Message, &p.CreateAt, &p.UpdateAt, &p.DeleteAt, &kind,
			&p.Mapping, &webhook, &name, &p.Foreign, &files, &attachments, &deletedBy, &priority); err != nil {
			return p, err
		}
		p.Cards, p.Priority = s.cards(p.ID, attachments), importanceOf(priority)
		p.DeletedBy = s.deleter(deletedBy)
		s.classify(&p, kind, webhook, name)
		if err := json.Unmarshal([]byte(files), &p.Files); err != nil {
			return p, fmt.Errorf("read the files of post %s: %w", p.ID, err)
		}
		return p, nil
	})
	for i := range found {
		found[i].Cards = s.withOriginal(found[i]) // not while a connection is held
	}
	return found, err
}

// ToBridge translates a post of the plugin API.
func (s *Server) ToBridge(post *model.Post) bridge.Post {
	p := bridge.Post{
		ID: bridge.PostID(post.Id), Channel: bridge.ChannelID(post.ChannelId), Root: bridge.PostID(post.RootId), Author: bridge.UserID(post.UserId),
		Message: post.Message, CreateAt: post.CreateAt, UpdateAt: post.UpdateAt, DeleteAt: post.DeleteAt,
	}
	for _, id := range post.FileIds {
		p.Files = append(p.Files, bridge.FileID(id))
	}
	text := func(prop string) string {
		value, _ := post.GetProp(prop).(string)
		return value
	}
	p.Mapping = bridge.MappingID(text(bridge.MappingProp))
	p.Foreign = post.GetProp(s.foreignProp()) != nil
	p.Cards = s.cards(p.ID, attachmentsOf(post))
	p.DeletedBy = s.deleter(text("deleteBy"))
	if priority := post.GetPriority(); priority != nil && priority.Priority != nil {
		p.Priority = importanceOf(*priority.Priority)
	}
	s.classify(&p, post.Type, text(model.PostPropsFromWebhook), text(model.PostPropsOverrideUsername))
	p.Cards = s.withOriginal(p)
	return p
}

// foreignProp is what the plugin's predecessor put on each post that it brought from Teams. It had the same bot.
func (s *Server) foreignProp() string { return "msteams_sync_" + string(s.bot) }

func (s *Server) classify(p *bridge.Post, kind, webhook, name string) {
	p.Ephemeral = kind == model.PostTypeEphemeral
	p.System = strings.HasPrefix(kind, model.PostSystemMessagePrefix)
	p.OfMirror = p.System && s.mirrors(p.Author)
	p.Own = p.Author == s.bot
	if webhook == "true" {
		p.AuthorName = name
	}
}

// mirrors tells whether a user mirrors somebody. The server keeps users in memory.
func (s *Server) mirrors(user bridge.UserID) bool {
	u, e := s.api.GetUser(string(user))
	return e == nil && u != nil && IsMirror(u)
}

// deleter is who deleted a post: its own bot when the plugin did, which the server knows by the plugin's id.
func (s *Server) deleter(id string) bridge.UserID {
	if id == catalog.PluginID {
		return s.bot
	}
	return bridge.UserID(id)
}
