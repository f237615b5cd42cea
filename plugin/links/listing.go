// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// State is how a link does, in one word.
type State string

// The states.
const (
	StateOK      State = "ok"
	StateDelayed State = "delayed"          // something has waited for longer than delayedAfter
	StateError   State = "error"            // something was given up, or the newest try failed
	StateSearch  State = "searching"        // what may have been missed in Teams is being looked for
	StatePending State = "pending_approval" // a system admin has to approve it first
)

// delayedAfter is how long something may wait before people see it.
const delayedAfter = time.Minute

// Shown is a link, or a request for one, with all that people want to know about it.
type Shown struct {
	Link        bridge.Link
	Channel     mattermost.Channel
	TeamsTeam   string // name; empty when it is not known
	TeamsName   string // of the channel; empty when it is not known
	State       State
	Lag         time.Duration // of the direction that is further behind
	Waiting     int
	Dead        int // given up
	LastEventAt time.Time
	LastError   string
	LastErrorAt time.Time
	CanManage   bool // the person may unlink and resync it
	CanApprove  bool // the person may approve and refuse it
}

// Listing is one page of links.
type Listing struct {
	Page[Shown]
	Total int
}

// Visible lists the links and requests of the channels that the person is in, for system admins all, by the channel's name;
// text is a part of one of the names.
func (l *Links) Visible(ctx context.Context, user bridge.UserID, text string, page int) (Listing, error) {
	all, err := l.everything(ctx)
	if err != nil {
		return Listing{}, err
	}
	ids := make([]bridge.ChannelID, 0, len(all))
	for _, x := range all {
		ids = append(ids, x.Link.Channel)
	}
	if !l.Mattermost.SystemAdmin(user) {
		member, err := l.Mattermost.MemberOf(ctx, user, ids)
		if err != nil {
			return Listing{}, err
		}
		all = slices.DeleteFunc(all, func(x Shown) bool { return !member[x.Link.Channel] })
	}
	channels, err := l.Mattermost.ChannelsOf(ctx, ids)
	if err != nil {
		return Listing{}, err
	}
	names, err := l.Names.TeamsNames(ctx)
	if err != nil {
		return Listing{}, err
	}
	for i := range all {
		all[i].Channel = channels[all[i].Link.Channel]
		all[i].TeamsTeam, all[i].TeamsName = names[all[i].Link.Conversation.ID].Team, names[all[i].Link.Conversation.ID].Channel
	}
	text = strings.TrimSpace(text)
	all = slices.DeleteFunc(all, func(x Shown) bool {
		return !holds(x.Channel.Name, text) && !holds(x.Channel.TeamText, text) && !holds(x.TeamsTeam, text) && !holds(x.TeamsName, text)
	})
	slices.SortStableFunc(all, func(a, b Shown) int {
		return strings.Compare(strings.ToLower(a.Channel.Name), strings.ToLower(b.Channel.Name))
	})
	listing := Listing{Page: pageOf(all, page), Total: len(all)}
	return listing, l.complete(ctx, user, listing.Items, names)
}

// ChannelState is a channel as somebody sees it who wants to link or unlink it.
type ChannelState struct {
	Channel   mattermost.Channel
	Link      *Shown // nil when it is neither linked nor asked for
	CanManage bool
	// Refused says why the person cannot link it; empty when they can, or when it is linked.
	Refused string
	// NeedsApproval: what the person links waits for a system admin.
	NeedsApproval bool
}

// NeedsApproval tells whether what the person links waits for a system admin.
func (l *Links) NeedsApproval(user bridge.UserID) bool {
	current, err := l.Current()
	return err == nil && current.Settings.LinkApprovalRequired && !l.Mattermost.SystemAdmin(user)
}

// OfChannel describes one channel to somebody who may read it.
func (l *Links) OfChannel(ctx context.Context, user bridge.UserID, id bridge.ChannelID) (ChannelState, error) {
	if !l.Mattermost.ChannelReader(user, id) && !l.Mattermost.SystemAdmin(user) {
		return ChannelState{}, refusal.New(refusal.Forbidden, "Only who may read the channel may do this.")
	}
	channel, err := l.Mattermost.Channel(ctx, id)
	if bridge.ClassOf(err) == bridge.NotFound {
		return ChannelState{}, refusal.New(refusal.NotFound, "There is no Mattermost channel %s.", id)
	}
	if err != nil {
		return ChannelState{}, err
	}
	state := ChannelState{Channel: channel, CanManage: l.manages(user, id), NeedsApproval: l.NeedsApproval(user)}
	all, err := l.everything(ctx)
	if err != nil {
		return ChannelState{}, err
	}
	for _, x := range all {
		if x.Link.Channel != id {
			continue
		}
		names, err := l.Names.TeamsNames(ctx)
		if err != nil {
			return ChannelState{}, err
		}
		x.Channel = channel
		one := []Shown{x}
		if err := l.complete(ctx, user, one, names); err != nil {
			return ChannelState{}, err
		}
		state.Link = &one[0]
		return state, nil
	}
	if err := l.MayLink(ctx, user, id); err != nil {
		r, refused := err.(*refusal.Refusal) //nolint:errorlint // MayLink wraps nothing
		if !refused {
			return ChannelState{}, err
		}
		state.Refused = r.Message
	}
	return state, nil
}

// everything is all links and requests, without what has to be looked up for each.
func (l *Links) everything(ctx context.Context) ([]Shown, error) {
	requests, err := l.Requests.LinkRequests(ctx)
	if err != nil {
		return nil, err
	}
	links := l.Index.Channels()
	all := make([]Shown, 0, len(links)+len(requests))
	for _, r := range requests {
		all = append(all, Shown{Link: asLinked(r).Link, State: StatePending})
	}
	for _, link := range links {
		all = append(all, Shown{Link: link, State: StateOK})
	}
	return all, nil
}

// complete adds what is shown of each: names, permissions, and how it does.
func (l *Links) complete(ctx context.Context, user bridge.UserID, shown []Shown, names map[bridge.ConversationID]store.TeamsName) error {
	conversations := make([]bridge.Conversation, 0, len(shown))
	for _, x := range shown {
		conversations = append(conversations, x.Link.Conversation)
	}
	l.refreshNames(ctx, names, conversations)
	health, err := l.health.get(ctx, l.Health)
	if err != nil {
		return err
	}
	searching, err := l.Searching(ctx)
	if err != nil {
		return err
	}
	healthOf := map[bridge.ConversationID]bridge.LinkHealth{}
	for _, h := range health.Links {
		healthOf[h.Link.Conversation.ID] = h
	}
	admin, now := l.Mattermost.SystemAdmin(user), time.Now()
	for i := range shown {
		x := &shown[i]
		id := x.Link.Conversation.ID
		x.TeamsTeam, x.TeamsName = names[id].Team, names[id].Channel
		x.CanManage = admin || l.Mattermost.ChannelAdmin(user, x.Link.Channel)
		x.CanApprove = admin && x.State == StatePending
		if x.State != StatePending {
			x.judge(healthOf[id], searching[id], now)
		}
	}
	return nil
}

// judge says how a link does. What was given up weighs more than what is late.
func (x *Shown) judge(h bridge.LinkHealth, searching bool, now time.Time) {
	failing := false
	for _, lane := range []bridge.LaneStatistics{h.Inbound, h.Outbound} {
		x.Lag = max(x.Lag, lane.Lag(now))
		x.Waiting += lane.Pending + lane.Parked
		x.Dead += lane.Dead
		if lane.LastEventAt.After(x.LastEventAt) {
			x.LastEventAt = lane.LastEventAt
		}
		if lane.LastErrorAt.After(x.LastErrorAt) {
			x.LastError, x.LastErrorAt = lane.LastError, lane.LastErrorAt
		}
		if lane.Dead > 0 && x.LastError == "" {
			x.LastError = lane.DeadReason
		}
		failing = failing || lane.Pending > 0 && lane.LastErrorAt.After(lane.LastEventAt)
	}
	switch {
	case x.Dead > 0 || failing:
		x.State = StateError
	case x.Lag > delayedAfter:
		x.State = StateDelayed
	case searching:
		x.State = StateSearch
	}
}

// Trail returns records of what was done to links, newest first, from the offset on, and how many there are. An empty channel
// stands for all.
func (l *Links) Trail(ctx context.Context, channel bridge.ChannelID, page int) ([]store.AuditRecord, int, error) {
	return l.Records(ctx, Actions(), string(channel), page*PageSize, PageSize)
}
