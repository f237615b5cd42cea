// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
)

// hookTimeout bounds what a hook does; what it could not write is found by a scan.
const hookTimeout = 5 * time.Second

// PostCreated is told of every new post on the server.
func (s *Service) PostCreated(post *model.Post) {
	s.hook(postCreated, "a post", post.ChannelId, post.Id, func(ctx context.Context, r *rooms) error {
		written := r.mattermost.ToBridge(post)
		if _, linked := r.engine.Links().ByChannel(written.Channel); linked && isOwn(written) {
			r.accounts.Active(written.Author)
		}
		return r.engine.PostCreated(ctx, written)
	})
}

// isOwn tells whether the author wrote the post here, under the own name.
func isOwn(post bridge.Post) bool {
	return post.Mapping == "" && !post.System && !post.Own && !post.Foreign && !post.Ephemeral && post.AuthorName == ""
}

// PostEdited is told of every changed post on the server.
func (s *Service) PostEdited(after, before *model.Post) {
	s.hook("post_edited", "an edit", after.ChannelId, after.Id, func(ctx context.Context, r *rooms) error {
		return r.engine.PostEdited(ctx, r.mattermost.ToBridge(after), r.mattermost.ToBridge(before))
	})
}

// PostDeleted is told of every deleted post on the server.
func (s *Service) PostDeleted(post *model.Post) {
	s.hook("post_deleted", "a delete", post.ChannelId, post.Id, func(ctx context.Context, r *rooms) error {
		return r.engine.PostDeleted(ctx, r.mattermost.ToBridge(post))
	})
}

// PostReacted is told of every reaction that was added or taken back.
func (s *Service) PostReacted(reaction *model.Reaction) {
	s.hook("post_reacted", "a reaction", reaction.ChannelId, reaction.PostId, func(ctx context.Context, r *rooms) error {
		return r.engine.PostReacted(ctx, bridge.ChannelID(reaction.ChannelId), bridge.PostID(reaction.PostId),
			bridge.PostReaction{User: bridge.UserID(reaction.UserId), Emoji: mattermost.EmojiOf(reaction.EmojiName)})
	})
}

// postCreated is the only call that an unlinked channel may be concerned by: a direct message may be the first one.
const postCreated = "post_created"

// hook does what a call of the server about a post asks for. The metrics call it by its name, the log by what it is.
func (s *Service) hook(name, what, channel, post string, f func(context.Context, *rooms) error) {
	began := time.Now()
	defer func() { s.metrics.Hook(name, time.Since(began)) }()
	r := s.rooms.Load()
	if r == nil || !r.working() {
		return // a scan finds it
	}
	// Most posts of a server are in channels that are not linked. A timer would cost more than the look into memory.
	if _, linked := r.engine.Links().ByChannel(bridge.ChannelID(channel)); !linked && channel != "" && (name != postCreated || !r.engine.Watches(bridge.ChannelID(channel))) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), hookTimeout)
	defer cancel()
	if err := f(ctx, r); err != nil {
		s.log.Warn("could not queue "+what+"; a scan finds it", "post", post, "error", err)
	}
}

// reactions tells whether reactions are carried.
func (s *Service) reactions() bool {
	u := s.used.Load()
	return u == nil || u.settings.SyncReactions
}

// systemMessages tells whether system messages are carried.
func (s *Service) systemMessages() bool {
	u := s.used.Load()
	return u != nil && u.settings.SyncSystemMessages
}

// Edit implements bridge.Teams.
func (g graph) Edit(ctx context.Context, as bridge.Account, ref bridge.MessageRef, message bridge.Outgoing) error {
	c, err := g.client()
	if err != nil {
		return err
	}
	return c.Edit(ctx, as, ref, message)
}

// Delete implements bridge.Teams.
func (g graph) Delete(ctx context.Context, as bridge.Account, ref bridge.MessageRef) error {
	c, err := g.client()
	if err != nil {
		return err
	}
	return c.Delete(ctx, as, ref)
}

// React implements bridge.Teams.
func (g graph) React(ctx context.Context, as bridge.Account, ref bridge.MessageRef, emoji string, on bool) error {
	c, err := g.client()
	if err != nil {
		return err
	}
	return c.React(ctx, as, ref, emoji, on)
}
