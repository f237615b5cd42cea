// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// UpdatePost changes the text of a post and nothing else.
func (s *Server) UpdatePost(ctx context.Context, id bridge.PostID, text string) (bridge.Post, error) {
	doing := "edit post " + string(id)
	if err := inTime(ctx, doing); err != nil {
		return bridge.Post{}, err
	}
	post, e := s.api.GetPost(string(id))
	switch {
	case e != nil:
		return bridge.Post{}, failure(doing, e)
	case post == nil:
		return bridge.Post{}, gone(doing)
	}
	post.Message = text
	updated, e := s.api.UpdatePost(post)
	switch {
	case e != nil:
		return bridge.Post{}, failure(doing, e)
	case updated == nil:
		return bridge.Post{}, gone(doing)
	}
	return s.ToBridge(updated), nil
}

// DeletePost deletes a post, and with a root its replies.
func (s *Server) DeletePost(ctx context.Context, id bridge.PostID) error {
	doing := "delete post " + string(id)
	if err := inTime(ctx, doing); err != nil {
		return err
	}
	if e := s.api.DeletePost(string(id)); e != nil {
		return failure(doing, e)
	}
	return nil
}

// Reactions lists the reactions of the posts that have some.
func (s *Server) Reactions(ctx context.Context, posts []bridge.PostID) (map[bridge.PostID][]bridge.PostReaction, error) {
	if s.pool == nil {
		return nil, errors.New("there is no connection to the database")
	}
	rows, err := s.pool.Query(ctx, `SELECT postid, userid, emojiname FROM reactions
		WHERE postid = ANY ($1) AND coalesce(deleteat, 0) = 0 ORDER BY postid, createat, userid, emojiname`, posts)
	if err != nil {
		return nil, fmt.Errorf("read reactions: %w", err)
	}
	defer rows.Close()
	reactions := map[bridge.PostID][]bridge.PostReaction{}
	for rows.Next() {
		var post bridge.PostID
		var reaction bridge.PostReaction
		var name string
		if err := rows.Scan(&post, &reaction.User, &name); err != nil {
			return nil, fmt.Errorf("read reactions: %w", err)
		}
		reaction.Emoji = EmojiOf(name)
		reactions[post] = append(reactions[post], reaction)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read reactions: %w", err)
	}
	return reactions, nil
}

// AddReaction makes somebody react.
func (s *Server) AddReaction(ctx context.Context, post bridge.PostID, r bridge.PostReaction) error {
	doing := "add a reaction to post " + string(post)
	if err := inTime(ctx, doing); err != nil {
		return err
	}
	name, known := reactionName(r.Emoji)
	if !known {
		return fmt.Errorf("%w: %q", bridge.ErrUnknownEmoji, r.Emoji)
	}
	_, e := s.api.AddReaction(&model.Reaction{UserId: string(r.User), PostId: string(post), EmojiName: name})
	switch {
	case e != nil && (e.StatusCode == http.StatusNotFound || e.StatusCode == http.StatusNotImplemented):
		// An older server does not know every name and looks for an emoji of its users'; it may have switched those off.
		return fmt.Errorf("%w: %s: %s", bridge.ErrUnknownEmoji, name, e.Message)
	case e != nil:
		return failure(doing+": "+name, e)
	}
	return nil
}

// RemoveReaction takes somebody's reaction away, under each name that the emoji has.
func (s *Server) RemoveReaction(ctx context.Context, post bridge.PostID, r bridge.PostReaction) error {
	doing := "take a reaction from post " + string(post)
	if err := inTime(ctx, doing); err != nil {
		return err
	}
	all, e := s.api.GetReactions(string(post))
	if e != nil {
		return failure(doing, e)
	}
	for _, reaction := range all {
		if plain(EmojiOf(reaction.EmojiName)) != plain(r.Emoji) || reaction.UserId != string(r.User) {
			continue
		}
		if e := s.api.RemoveReaction(reaction); e != nil {
			return failure(doing, e)
		}
	}
	return nil
}
