// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// posts implements httpapi.Posts.
type posts struct{ rooms *rooms }

var _ httpapi.Posts = posts{}

// Channel implements httpapi.Posts.
func (p posts) Channel(ctx context.Context, id bridge.PostID) (bridge.ChannelID, error) {
	post, err := p.rooms.mattermost.Post(ctx, id)
	switch {
	case err != nil && bridge.ClassOf(err) == bridge.NotFound:
		return "", refusal.New(refusal.NotFound, "There is no such post.")
	case err != nil:
		return "", err
	}
	return post.Channel, nil
}

// Sync implements httpapi.Posts.
func (p posts) Sync(ctx context.Context, id bridge.PostID) (httpapi.PostSync, error) {
	post, err := p.rooms.mattermost.Post(ctx, id)
	if err != nil {
		return httpapi.PostSync{}, err
	}
	syncs, err := p.rooms.howFar(ctx, []bridge.Post{post})
	if err != nil {
		return httpapi.PostSync{}, err
	}
	return syncs[0], nil
}

// States implements httpapi.Posts.
func (p posts) States(ctx context.Context, by bridge.UserID, ids []bridge.PostID) ([]httpapi.PostSync, error) {
	found, err := p.rooms.mattermost.Posts(ctx, ids)
	if err != nil {
		return nil, err
	}
	readable := map[bridge.ChannelID]bool{}
	for _, post := range found {
		if _, asked := readable[post.Channel]; !asked {
			readable[post.Channel] = p.rooms.mattermost.ChannelReader(by, post.Channel)
		}
	}
	p.rooms.watch.follow(by)
	return p.rooms.howFar(ctx, slices.DeleteFunc(found, func(post bridge.Post) bool { return !readable[post.Channel] }))
}

// Retry implements httpapi.Posts.
func (p posts) Retry(ctx context.Context, by bridge.UserID, id bridge.PostID) (int, error) {
	post, err := p.rooms.mattermost.Post(ctx, id)
	if err != nil {
		return 0, err
	}
	if post.Author != by && !p.rooms.mattermost.SystemAdmin(by) {
		return 0, refusal.New(refusal.Forbidden, "Only a post's author and system admins may have it sent again.")
	}
	return p.rooms.store.RevivePost(ctx, p.rooms.engine.LaneOf(post.Channel), id)
}

// howFar says how far posts are.
func (r *rooms) howFar(ctx context.Context, posts []bridge.Post) ([]httpapi.PostSync, error) {
	var ids []bridge.PostID
	var lanes []bridge.ConversationID
	for _, post := range posts {
		ids = append(ids, post.ID)
		if lane := r.engine.LaneOf(post.Channel); !slices.Contains(lanes, lane) {
			lanes = append(lanes, lane)
		}
	}
	ways, err := r.store.PostsSync(ctx, lanes, ids)
	if err != nil {
		return nil, err
	}
	syncs := make([]httpapi.PostSync, 0, len(posts))
	for _, post := range posts {
		link, linked := r.engine.Links().ByChannel(post.Channel)
		syncs = append(syncs, describePost(post, linked, link, ways[post.ID].Carried, ways[post.ID].Queued))
	}
	return syncs, nil
}

// describePost sums up: what was given up weighs more than what waits, and that more than what is there. Of a post that goes to
// Teams nothing waits that Teams tells: mostly it tells what it was sent.
func describePost(post bridge.Post, linked bool, link bridge.Link, carried []store.Carried, queued []store.Queued) httpapi.PostSync {
	sync := httpapi.PostSync{PostID: post.ID, ChannelID: post.Channel, Messages: []httpapi.TeamsMessage{}, Waiting: []httpapi.WaitingEvent{}}
	confirmed := 0
	for _, c := range carried {
		sync.Direction = directionName(c.Direction)
		if c.Confirmed {
			confirmed++
		}
		if c.Ref.ID != "" {
			sync.Messages = append(sync.Messages, httpapi.TeamsMessage{TeamID: c.Ref.Conversation.Team, ChannelID: c.Ref.Conversation.ID, RootID: c.Ref.Root, ID: c.Ref.ID, Part: c.Part})
		}
	}
	for _, q := range queued {
		if sync.Direction == "" {
			sync.Direction = directionName(q.Direction)
		}
		sync.Waiting = append(sync.Waiting, httpapi.WaitingEvent{Kind: q.Kind, State: q.State, Reason: reasonOf(q), Attempts: q.Attempts, Since: q.Since})
	}
	dead := slices.IndexFunc(queued, func(q store.Queued) bool { return q.State == "dead" })
	queued = slices.DeleteFunc(slices.Clone(queued), func(q store.Queued) bool {
		return q.State != "dead" && sync.Direction == directionName(bridge.Outbound) && q.Direction == bridge.Inbound
	})
	switch {
	case dead >= 0:
		sync.State, sync.Reason = httpapi.PostFailed, sync.Waiting[dead].Reason
	case len(queued) > 0:
		sync.State, sync.Reason = httpapi.PostPending, reasonOf(queued[0])
	case len(carried) > 0 && confirmed == len(carried):
		sync.State = httpapi.PostSynced
	case len(carried) > 0:
		sync.State = httpapi.PostPending
	case !linked:
		sync.State, sync.Reason = httpapi.PostNotBridged, "The channel is not linked."
	case post.CreateAt < link.CreatedAt.UnixMilli():
		sync.State, sync.Reason = httpapi.PostNotBridged, "The post is older than the link."
	default:
		sync.State, sync.Reason = httpapi.PostNotBridged, "Nothing of the post is to be carried, or it has not been looked at yet."
	}
	return sync
}

func directionName(d bridge.Direction) string {
	if d == bridge.Inbound {
		return "inbound"
	}
	return "outbound"
}

// reasonOf says why an event has not been carried.
func reasonOf(q store.Queued) string {
	switch {
	case q.LastError != "":
		return q.LastError
	case strings.HasPrefix(string(q.ParkedFor), "account:"):
		return "It waits until its author has connected a Teams account."
	case q.ParkedFor != "":
		return "It waits for the message that it belongs to."
	}
	return ""
}
