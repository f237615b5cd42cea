// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// PageSize is how much a search or a list brings at a time.
const PageSize = 20

// Page is one page of what was found.
type Page[T any] struct {
	Items []T
	More  bool // there is another page
}

// pageOf cuts the page with a number, from 0 on, out of all that was found.
func pageOf[T any](all []T, page int) Page[T] {
	from := min(page*PageSize, len(all))
	to := min(from+PageSize, len(all))
	return Page[T]{Items: all[from:to], More: to < len(all)}
}

// FoundChannel is a channel of Mattermost or Teams that may be linked, or is.
type FoundChannel[T any] struct {
	Channel T
	// Linked: it is linked already, or waits to be. LinkedWith says with what, as far as the person may know.
	Linked     bool
	LinkedWith string
}

// SearchChannels finds the Mattermost channels that the person is in and may link, by a part of their name.
func (l *Links) SearchChannels(ctx context.Context, user bridge.UserID, text string, page int) (Page[FoundChannel[mattermost.Channel]], error) {
	current, err := l.Current()
	if err != nil {
		return Page[FoundChannel[mattermost.Channel]]{}, err
	}
	named, err := l.Mattermost.ChannelsNamed(ctx, user, strings.TrimSpace(text))
	if err != nil {
		return Page[FoundChannel[mattermost.Channel]]{}, err
	}
	requests, err := l.Requests.LinkRequests(ctx)
	if err != nil {
		return Page[FoundChannel[mattermost.Channel]]{}, err
	}
	enough := (page+1)*PageSize + 1
	var may []FoundChannel[mattermost.Channel]
	for _, channel := range named {
		if len(may) == enough {
			break
		}
		if current.Settings.TeamEnabled(channel.TeamName) && l.manages(user, channel.ID) {
			_, linked := l.Index.ByChannel(channel.ID)
			asked := slices.ContainsFunc(requests, func(r store.LinkRequest) bool { return r.Channel == channel.ID })
			may = append(may, FoundChannel[mattermost.Channel]{Channel: channel, Linked: linked || asked})
		}
	}
	return pageOf(may, page), nil
}

// SearchTeams finds the teams of Microsoft Teams that the person may see and that may be linked: by a part of their name among
// those that the person is in, for system admins by the name's beginning among all of the tenant.
func (l *Links) SearchTeams(ctx context.Context, user bridge.UserID, text string, page int) (Page[teams.Team], error) {
	current, err := l.Current()
	if err != nil {
		return Page[teams.Team]{}, err
	}
	account, err := l.seesAs(ctx, user)
	if err != nil {
		return Page[teams.Team]{}, err
	}
	text = strings.TrimSpace(text)
	linkable := current.Settings.TeamsLinkable()
	var found []teams.Team
	switch {
	case account != "":
		found, err = current.Graph.JoinedTeams(ctx, account)
	case len(linkable) > 0: // few, and Graph has no filter for them
		found, err = l.teamsByID(ctx, current.Graph, linkable)
	default:
		found, err = current.Graph.TeamsStarting(ctx, text, (page+1)*PageSize+1)
		if err != nil {
			return Page[teams.Team]{}, explainLookup(err, "Group.Read.All")
		}
		return pageOf(found, page), nil
	}
	if err != nil {
		return Page[teams.Team]{}, err
	}
	found = slices.DeleteFunc(found, func(t teams.Team) bool {
		return !holds(t.DisplayName, text) || !current.Settings.TeamLinkable(string(t.ID))
	})
	slices.SortStableFunc(found, func(a, b teams.Team) int {
		return strings.Compare(strings.ToLower(a.DisplayName), strings.ToLower(b.DisplayName))
	})
	return pageOf(found, page), nil
}

// teamsByID reads teams one by one; those that are not there are left out.
func (l *Links) teamsByID(ctx context.Context, graph Graph, ids []string) ([]teams.Team, error) {
	var found []teams.Team
	for _, id := range ids {
		team, err := graph.Team(ctx, bridge.TeamID(id))
		switch class := bridge.ClassOf(err); {
		case err == nil:
			found = append(found, team)
		case class != bridge.NotFound && class != bridge.Permanent:
			return nil, explainLookup(err, "Team.ReadBasic.All")
		}
	}
	return found, nil
}

// SearchTeamsChannels finds the channels of a team that the person may see, by a part of their name.
func (l *Links) SearchTeamsChannels(ctx context.Context, user bridge.UserID, team bridge.TeamID, text string, page int) (Page[FoundChannel[teams.Channel]], error) {
	current, err := l.Current()
	if err != nil {
		return Page[FoundChannel[teams.Channel]]{}, err
	}
	account, err := l.seesAs(ctx, user)
	if err != nil {
		return Page[FoundChannel[teams.Channel]]{}, err
	}
	if !current.Settings.TeamLinkable(string(team)) {
		return Page[FoundChannel[teams.Channel]]{}, refusal.New(refusal.Forbidden, "The team %s of Microsoft Teams is not among those that may be linked (setting linkableTeams).", team)
	}
	found, err := current.Graph.Channels(ctx, account, team)
	switch {
	case err != nil && account != "" && teams.Status(err) == 403:
		return Page[FoundChannel[teams.Channel]]{}, refusal.New(refusal.Forbidden, "You are not in the team %s of Microsoft Teams.", team)
	case err != nil:
		return Page[FoundChannel[teams.Channel]]{}, explainMissing(err, team, "Channel.ReadBasic.All")
	}
	text = strings.TrimSpace(text)
	found = slices.DeleteFunc(found, func(c teams.Channel) bool { return !holds(c.DisplayName, text) })
	slices.SortStableFunc(found, func(a, b teams.Channel) int {
		return strings.Compare(strings.ToLower(a.DisplayName), strings.ToLower(b.DisplayName))
	})
	requests, err := l.Requests.LinkRequests(ctx)
	if err != nil {
		return Page[FoundChannel[teams.Channel]]{}, err
	}
	shown := pageOf(found, page)
	marked := Page[FoundChannel[teams.Channel]]{More: shown.More}
	for _, c := range shown.Items {
		marked.Items = append(marked.Items, l.marked(ctx, user, c, requests))
	}
	return marked, nil
}

// marked says with which channel a Teams channel is linked, or shall be.
func (l *Links) marked(ctx context.Context, user bridge.UserID, c teams.Channel, requests []store.LinkRequest) FoundChannel[teams.Channel] {
	found := FoundChannel[teams.Channel]{Channel: c}
	for _, link := range l.Index.Channels() {
		if link.Conversation.ID == c.ID {
			found.Linked, found.LinkedWith = true, l.visibleName(ctx, user, link.Channel)
		}
	}
	for _, r := range requests {
		if r.Conversation.ID == c.ID {
			found.Linked, found.LinkedWith = true, l.visibleName(ctx, user, r.Channel)
		}
	}
	return found
}

func holds(name, text string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(text))
}
