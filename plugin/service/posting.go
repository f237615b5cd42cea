// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// PostWillBeMade is told of every post on the server before it is made, and says why it must not be; nothing when it may.
// The session is the author's, empty for what the server or a plugin makes. Whoever cannot be asked about is let through:
// the bridge carries the message all the same, under a bot's name.
func (s *Service) PostWillBeMade(session string, post *model.Post) string {
	u, r := s.used.Load(), s.rooms.Load()
	if u == nil || r == nil || !u.settings.EnforceConnectedPosting {
		return ""
	}
	link, linked := r.engine.Links().ByChannel(bridge.ChannelID(post.ChannelId))
	if !linked || link.Conversation.IsChat() || !writtenHere(session, post) {
		return ""
	}
	ctx, cancel := context.WithTimeout(s.life, hookTimeout)
	defer cancel()
	may, err := r.accounts.MayPost(ctx, bridge.UserID(post.UserId))
	if err != nil {
		s.log.Warn("could not tell whether somebody may post in a linked channel; the post is let through", "channel", post.ChannelId, "user", post.UserId, "error", err)
	}
	if may || err != nil {
		return ""
	}
	return texts.New("This channel is linked with Microsoft Teams, and your organization asks everybody who writes here to connect their Teams account first. Run the command /msteams-sync connect, or open %s, then send your message again.",
		catalog.PluginURL(u.settings.SiteURL, "/connect")).In(texts.OfLocale(r.mattermost.Locale(bridge.UserID(post.UserId))))
}

// writtenHere tells whether somebody is about to write a post here: the server's own notices, what webhooks bring and what the
// bridge brings from Teams are none.
func writtenHere(session string, post *model.Post) bool {
	if post.IsSystemMessage() {
		return false
	}
	if session != "" {
		return true
	}
	return post.GetProp(bridge.MappingProp) == nil && post.GetProp(model.PostPropsFromWebhook) == nil
}
