// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// The Mattermost plugin com.mattermost.msteams-sync. This package is hooks only: it translates what the server says,
// calls package service, and returns.
package main

import (
	"context"
	_ "embed"
	"net/http"
	"os"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/service"
)

//go:embed plugin.json
var manifest []byte

// Plugin is what the server calls.
type Plugin struct {
	plugin.MattermostPlugin
	service *service.Service
}

func main() { plugin.ClientMain(&Plugin{}) }

// stopWithin is less than the 10 s after which the server kills the plugin.
const stopWithin = 8 * time.Second

// abandonWithin is short: without its server the plugin can finish nothing, only give back.
const abandonWithin = 2 * time.Second

// OnConfigurationChange is called after each change of any of the server's settings, and once before OnActivate.
func (p *Plugin) OnConfigurationChange() error {
	if p.service == nil {
		made, err := service.New(p.API, manifest)
		if err != nil {
			return err
		}
		p.service = made
	}
	return p.service.Reload()
}

// OnActivate starts the plugin.
func (p *Plugin) OnActivate() error {
	if err := p.service.Start(); err != nil {
		return err
	}
	service.WhenOrphaned(func() {
		_ = p.stop(abandonWithin) // nobody is left to be told
		os.Exit(1)
	})
	return nil
}

// OnDeactivate stops it.
func (p *Plugin) OnDeactivate() error { return p.stop(stopWithin) }

func (p *Plugin) stop(within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	return p.service.Stop(ctx)
}

// ServeHTTP answers requests below /plugins/com.mattermost.msteams-sync.
func (p *Plugin) ServeHTTP(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	caller := httpapi.Caller{User: bridge.UserID(r.Header.Get("Mattermost-User-Id")), Session: c.SessionId, Address: c.IPAddress, RequestID: c.RequestId}
	if r.Header.Get("Mattermost-Plugin-ID") != "" {
		// Another plugin: the server does not check whom it claims to speak for.
		caller.User, caller.Session = "", ""
	}
	p.service.ServeHTTP(caller, w, r)
}

// ServeMetrics answers Prometheus on the server's metrics port (servers from 9.2 on; GET /api/v1/metrics works on all).
func (p *Plugin) ServeMetrics(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	p.service.ServeMetrics(w, r)
}

// ExecuteCommand answers /msteams-sync.
func (p *Plugin) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) { //nolint:unparam // the hook's signature
	answer := p.service.Execute(args.UserId, args.ChannelId, args.Command)
	return &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: answer}, nil
}

// UserWillLogIn is called before somebody logs in; an answer refuses it.
func (p *Plugin) UserWillLogIn(_ *plugin.Context, user *model.User) string {
	return p.service.UserWillLogIn(user)
}

// UserHasBeenDeactivated is called after somebody was deactivated.
func (p *Plugin) UserHasBeenDeactivated(_ *plugin.Context, user *model.User) {
	p.service.UserDeactivated(user)
}

// MessageWillBePosted is called before a post is made, of any channel and by anybody; an answer refuses it.
func (p *Plugin) MessageWillBePosted(c *plugin.Context, post *model.Post) (*model.Post, string) { //nolint:unparam // the server's shape
	return nil, p.service.PostWillBeMade(c.SessionId, post)
}

// MessageHasBeenPosted is called after a post was committed.
func (p *Plugin) MessageHasBeenPosted(_ *plugin.Context, post *model.Post) {
	p.service.PostCreated(post)
}

// MessageHasBeenUpdated is called after a change of a post was committed, also of its pin or its props.
func (p *Plugin) MessageHasBeenUpdated(_ *plugin.Context, after, before *model.Post) {
	p.service.PostEdited(after, before)
}

// MessageHasBeenDeleted is called after a post was deleted.
func (p *Plugin) MessageHasBeenDeleted(_ *plugin.Context, post *model.Post) {
	p.service.PostDeleted(post)
}

// UserHasJoinedChannel is called after somebody became a member of a channel.
func (p *Plugin) UserHasJoinedChannel(_ *plugin.Context, member *model.ChannelMember, by *model.User) {
	actor := member.UserId
	if by != nil {
		actor = by.Id
	}
	p.service.MemberJoined(member.ChannelId, member.UserId, actor)
}

// PreferencesHaveChanged is called after users changed preferences, the plugin's user settings among them.
func (p *Plugin) PreferencesHaveChanged(_ *plugin.Context, preferences []model.Preference) {
	p.service.PreferencesChanged(preferences)
}

// ReactionHasBeenAdded is called after a reaction was committed.
func (p *Plugin) ReactionHasBeenAdded(_ *plugin.Context, reaction *model.Reaction) {
	p.service.PostReacted(reaction)
}

// ReactionHasBeenRemoved is called after a reaction was taken back.
func (p *Plugin) ReactionHasBeenRemoved(_ *plugin.Context, reaction *model.Reaction) {
	p.service.PostReacted(reaction)
}
