// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"slices"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/primary"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// linkedChannels implements httpapi.LinkedChannels.
type linkedChannels struct{ rooms *rooms }

var _ httpapi.LinkedChannels = linkedChannels{}

// Of implements httpapi.LinkedChannels.
func (m linkedChannels) Of(ctx context.Context, user bridge.UserID) ([]bridge.Link, error) {
	index := m.rooms.engine.Links()
	var channels []bridge.ChannelID
	for _, link := range index.All() {
		channels = append(channels, link.Channel)
	}
	mine, err := m.rooms.store.MemberChannels(ctx, user, channels)
	if err != nil {
		return nil, err
	}
	var links []bridge.Link
	for _, channel := range mine {
		if link, linked := index.ByChannel(channel); linked {
			links = append(links, link)
		}
	}
	return links, nil
}

// muteTimeout bounds what follows from one change: everybody's memberships of a channel, or all memberships of somebody.
const muteTimeout = time.Minute

// linksChanged has the members of channels see that these are linked now or no longer, and mutes them for who reads in Teams.
// Every node does so by itself: servers without a licence hear of no events of others.
func (s *Service) linksChanged(r *rooms, added, removed []bridge.Link) {
	still := r.engine.Links()
	for _, link := range slices.Concat(added, removed) {
		current, linked := still.ByChannel(link.Channel)
		if linked {
			link = current // it may be linked with something else by now
		}
		r.mattermost.PublishHere(mattermost.Event{Name: "link_mark", Channel: link.Channel, Data: httpapi.LinkMark(link, linked)})
	}
	r.background.Go(func() {
		ctx, cancel := context.WithTimeout(s.life, muteTimeout)
		defer cancel()
		for _, link := range slices.Concat(added, removed) {
			s.mute(ctx, r, store.Whose{Channel: link.Channel})
		}
	})
}

// mute brings memberships in line with where their users read. What fails, the next sweep does.
func (s *Service) mute(ctx context.Context, r *rooms, scope store.Whose) {
	if err := r.mutes.Sweep(ctx, scope); err != nil && ctx.Err() == nil {
		s.log.Warn("could not bring notifications in line with where people read; it is tried again within a minute", "user", scope.User, "channel", scope.Channel, "error", err)
	}
}

// PreferencesChanged is told of every change of anybody's preferences.
func (s *Service) PreferencesChanged(preferences []model.Preference) {
	r := s.rooms.Load()
	if r == nil {
		return
	}
	for _, p := range preferences {
		if primary.Concerns(p.Category, p.Name) {
			ctx, cancel := context.WithTimeout(s.life, muteTimeout)
			s.mute(ctx, r, store.Whose{User: bridge.UserID(p.UserId)})
			cancel()
		}
	}
}

// discreet is the server for the engine: it writes to nobody about their messages who does not want that.
type discreet struct {
	*mattermost.Server
	mutes *primary.Mutes
}

// Notify implements bridge.Mattermost.
func (d discreet) Notify(ctx context.Context, user bridge.UserID, text string) error {
	if wanted, err := d.mutes.WantsNotices(ctx, user); err == nil && !wanted {
		return nil
	}
	return d.Server.Notify(ctx, user, text)
}
