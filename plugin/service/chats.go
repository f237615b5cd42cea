// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// ChatState is one chat's state.
type ChatState struct {
	ChannelID   string       `json:"channel_id"` // empty when it is not carried
	TeamsChatID string       `json:"teams_chat_id"`
	Kind        string       `json:"kind"` // oneOnOne, group or meeting; empty when it was taken over and not looked at yet
	Members     int          `json:"members"`
	NotCarried  string       `json:"not_carried,omitempty"` // why, although somebody here is in it
	Inbound     *LaneState   `json:"inbound"`
	Outbound    *LaneState   `json:"outbound"`
	Resync      *ResyncState `json:"resync"`
}

// chatStates are the chats that are carried and those that concern somebody here and are not.
func (r *rooms) chatStates(ctx context.Context, links []bridge.LinkHealth, resyncs resyncStates, now time.Time) ([]ChatState, error) {
	known, err := r.store.Chats(ctx)
	if err != nil {
		return nil, err
	}
	states := []ChatState{}
	for _, l := range links {
		id := l.Link.Conversation.ID
		if !l.Link.Conversation.IsChat() {
			continue
		}
		in, out := laneState(l.Inbound, now), laneState(l.Outbound, now)
		states = append(states, ChatState{
			ChannelID: string(l.Link.Channel), TeamsChatID: string(id), Kind: known[id].Kind, Members: len(known[id].Members),
			Inbound: &in, Outbound: &out, Resync: resyncs[id][store.Catchup],
		})
		delete(known, id)
	}
	var others []ChatState
	for id, c := range known {
		if c.NotCarried != "" {
			others = append(others, ChatState{TeamsChatID: string(id), Kind: c.Kind, Members: len(c.Members), NotCarried: c.NotCarried})
		}
	}
	slices.SortFunc(others, func(a, b ChatState) int { return cmp.Compare(a.TeamsChatID, b.TeamsChatID) })
	return append(states, others...), nil
}

// joinTimeout bounds what becomes of a new member of a chat's channel.
const joinTimeout = 30 * time.Second

// MemberJoined is told of everybody who became a member of a channel.
func (s *Service) MemberJoined(channel, user, by string) {
	r := s.rooms.Load()
	if r == nil || !r.working() {
		return
	}
	link, linked := r.engine.Links().ByChannel(bridge.ChannelID(channel))
	if !linked || bridge.UserID(user) == r.mattermost.Bot() {
		return
	}
	ctx, cancel := context.WithTimeout(s.life, joinTimeout)
	defer cancel()
	s.mute(ctx, r, store.Whose{User: bridge.UserID(user), Channel: bridge.ChannelID(channel)})
	if !link.Conversation.IsChat() {
		return
	}
	if err := r.chats.Joined(ctx, link, bridge.UserID(user), bridge.UserID(by)); err != nil && s.life.Err() == nil {
		s.log.Warn("could not bring the members of a chat in line with those of its channel", "channel", channel, "user", user, "error", err)
	}
}
