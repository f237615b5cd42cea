// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/telemetry"
)

// TestNoHookWaitsForTheDatabase: the lock of the rooms is held while the database is asked whether settings are the newest.
func TestNoHookWaitsForTheDatabase(t *testing.T) {
	s := &Service{}
	s.metrics = telemetry.New("", s.health)
	r := &rooms{engine: bridge.New(bridge.Config{})}
	r.started.Store(true)
	s.rooms.Store(r)
	r.mu.Lock()
	defer r.mu.Unlock()
	post := &model.Post{Id: model.NewId(), ChannelId: model.NewId()}
	s.PostEdited(post, post) // it would wait for ever
	s.PostDeleted(post)
	s.PostReacted(&model.Reaction{PostId: post.Id, ChannelId: post.ChannelId})
	if !r.working() {
		t.Error("it does not work")
	}
}
