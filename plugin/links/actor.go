// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"maps"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Via is the way on which somebody links or unlinks.
type Via string

// The ways.
const (
	ViaAPI       Via = "api"
	ViaCommand   Via = "command"
	ViaTerraform Via = "terraform"
	ViaWebApp    Via = "web_app"
	ViaTakeOver  Via = "takeover" // a predecessor had made the link
)

// Actor is who links or unlinks, and how.
type Actor struct {
	User bridge.UserID
	Via  Via
}

// The actions that are written down. The subject of each is the Mattermost channel.
const (
	ActionLink     = "link"
	ActionUnlink   = "unlink"
	ActionRequest  = "link_request"
	ActionApprove  = "link_approve"
	ActionRefuse   = "link_refuse"
	ActionWithdraw = "link_withdraw"
)

// Actions are all of them.
func Actions() []string {
	return []string{ActionLink, ActionUnlink, ActionRequest, ActionApprove, ActionRefuse, ActionWithdraw}
}

// The websocket events, for the members of the channel.
const (
	EventLinked   = "channel_linked"
	EventUnlinked = "channel_unlinked"
	// EventRequests says that a request to link the channel was made, refused or taken back.
	EventRequests = "channel_link_requested"
)

// noting has the store write down who did what, along with the deed.
func noting(ctx context.Context, by Actor, action string, more map[string]string) context.Context {
	detail := map[string]string{"via": string(by.Via)}
	maps.Copy(detail, more)
	return store.Noting(ctx, store.Note{Actor: by.User, Action: action, Detail: detail})
}

// log writes into the server's log who did what.
func (l *Links) log(by Actor, action string, channel bridge.ChannelID, in bridge.Conversation) {
	l.Log.Info("a link was changed", "action", action, "channel", channel, "teams_channel", in.ID, "teams_team", in.Team, "by", by.User, "via", by.Via)
}

// announce tells the members of a channel.
func (l *Links) announce(event string, channel bridge.ChannelID, in bridge.Conversation) {
	l.Mattermost.PublishToChannel(event, channel, map[string]any{
		"channel_id": string(channel), "teams_team_id": string(in.Team), "teams_channel_id": string(in.ID),
	})
}
