// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

func channelNames(listing links.Listing) []string {
	var names []string
	for _, x := range listing.Items {
		names = append(names, x.Channel.Name)
	}
	return names
}

func TestWhoSeesWhichLinks(t *testing.T) {
	w := newWorld()
	w.all = []bridge.Link{
		{Channel: "town", Conversation: bridge.Conversation{ID: "19:t", Team: "x"}},
		{Channel: "quiet", Conversation: bridge.Conversation{ID: "19:q", Team: "x"}},
	}
	w.requests = []store.LinkRequest{{ID: "r", Channel: "other", Conversation: bridge.Conversation{ID: "19:o", Team: "x"}}}
	w.known["19:q"] = store.TeamsName{Team: "Secret Team", Channel: "Plans", SeenAt: time.Now()}
	for user, want := range map[bridge.UserID][]string{
		"plain":  {"Other", "Town"},
		"member": {"Other", "Quiet", "Town"},
		"root":   {"Other", "Quiet", "Town"},
	} {
		listing, err := w.links().Visible(t.Context(), user, "", 0)
		if got := channelNames(listing); err != nil || !slices.Equal(got, want) || listing.Total != len(want) || listing.More {
			t.Errorf("%s sees %v of %d, want %v: %v", user, got, listing.Total, want, err)
		}
	}
	for text, want := range map[string][]string{"QUI": {"Quiet"}, "plans": {"Quiet"}, "secret": {"Quiet"}, "demo team": nil, "nothing": nil} {
		w.known["19:t"], w.known["19:o"] = store.TeamsName{SeenAt: time.Now()}, store.TeamsName{SeenAt: time.Now()}
		if listing, err := w.links().Visible(t.Context(), "root", text, 0); err != nil || !slices.Equal(channelNames(listing), want) {
			t.Errorf("%q finds %v, want %v: %v", text, channelNames(listing), want, err)
		}
	}
	listing, err := w.links().Visible(t.Context(), "chief", "", 0)
	if err != nil || listing.Items[0].State != links.StatePending || listing.Items[0].CanApprove || !listing.Items[0].CanManage {
		t.Errorf("a request to whoever may not approve it: %+v, %v", listing.Items, err)
	}
	if listing, err := w.links().Visible(t.Context(), "root", "", 0); err != nil || !listing.Items[0].CanApprove || listing.Items[1].CanApprove {
		t.Errorf("to a system admin: %+v, %v", listing.Items, err)
	}
}

func TestNamesAreAskedForWhenTheyAreMissingOrOld(t *testing.T) {
	w := newWorld()
	w.all = []bridge.Link{{Channel: "town", Conversation: bridge.Conversation{ID: "19:t", Team: "x"}}, {Channel: "other", Conversation: bridge.Conversation{ID: "19:o", Team: "x"}}}
	w.known["19:o"] = store.TeamsName{Team: "Was", Channel: "Old", SeenAt: time.Now().Add(-48 * time.Hour)}
	listing, err := w.links().Visible(t.Context(), "root", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range listing.Items {
		if x.TeamsTeam != "Demo Team" || x.TeamsName != "Bridge" {
			t.Errorf("%s is linked with %s of %s", x.Channel.Name, x.TeamsName, x.TeamsTeam)
		}
	}
	if len(w.known) != 2 || w.known["19:o"].Channel != "Bridge" {
		t.Errorf("kept %v", w.known)
	}
	w.unseen, w.known = true, map[bridge.ConversationID]store.TeamsName{"19:o": {Team: "Was", Channel: "Old"}}
	listing, err = w.links().Visible(t.Context(), "root", "", 0)
	if err != nil || listing.Items[0].TeamsName != "Old" || listing.Items[1].TeamsName != "" {
		t.Errorf("while Graph does not answer: %+v, %v", listing.Items, err)
	}
}

// TestNamesOfAWholePageAreAskedForAtATime: the answers come while others are still asked for.
func TestNamesOfAWholePageAreAskedForAtATime(t *testing.T) {
	w := newWorld()
	for i := range 20 {
		w.all = append(w.all, bridge.Link{Channel: "town", Conversation: bridge.Conversation{ID: bridge.ConversationID(fmt.Sprint("19:", i)), Team: "x"}})
	}
	listing, err := w.links().Visible(t.Context(), "root", "", 0)
	if err != nil || len(listing.Items) != 20 || len(w.known) != 20 {
		t.Fatalf("%d links, %d names: %v", len(listing.Items), len(w.known), err)
	}
	for _, x := range listing.Items {
		if x.TeamsName != "Bridge" {
			t.Errorf("%s has the name %q", x.Link.Conversation.ID, x.TeamsName)
		}
	}
}

func TestHowALinkDoes(t *testing.T) {
	now := time.Now()
	lane := func(change func(*bridge.LaneStatistics)) bridge.LinkHealth {
		h := bridge.LinkHealth{Link: bridge.Link{Conversation: conversation}}
		change(&h.Inbound)
		return h
	}
	for name, c := range map[string]struct {
		health    bridge.LinkHealth
		searching bool
		want      links.State
	}{
		"nothing waits":       {lane(func(*bridge.LaneStatistics) {}), false, links.StateOK},
		"it was just written": {lane(func(l *bridge.LaneStatistics) { l.Pending, l.Oldest = 1, now.Add(-time.Second) }), false, links.StateOK},
		"it waits for long":   {lane(func(l *bridge.LaneStatistics) { l.Pending, l.Oldest = 1, now.Add(-2*time.Minute) }), true, links.StateDelayed},
		"something is dead":   {lane(func(l *bridge.LaneStatistics) { l.Dead, l.DeadReason = 1, "too long" }), true, links.StateError},
		"the newest failed": {lane(func(l *bridge.LaneStatistics) {
			l.Pending, l.LastEventAt, l.LastErrorAt = 1, now.Add(-time.Minute), now
		}), false, links.StateError},
		"it has recovered": {lane(func(l *bridge.LaneStatistics) { l.LastEventAt, l.LastErrorAt = now, now.Add(-time.Minute) }), false, links.StateOK},
		"a search runs":    {lane(func(*bridge.LaneStatistics) {}), true, links.StateSearch},
	} {
		w := newWorld()
		w.all, w.health.Links = []bridge.Link{{Channel: "town", Conversation: conversation}}, []bridge.LinkHealth{c.health}
		w.searching = map[bridge.ConversationID]bool{conversation.ID: c.searching}
		listing, err := w.links().Visible(t.Context(), "root", "", 0)
		if err != nil || listing.Items[0].State != c.want {
			t.Errorf("%s: %+v, %v, want %s", name, listing.Items, err, c.want)
		}
		if c.health.Inbound.Dead > 0 && listing.Items[0].LastError != "too long" {
			t.Errorf("%s: the last error is %q", name, listing.Items[0].LastError)
		}
	}
}

func TestOneChannelIsDescribed(t *testing.T) {
	w := newWorld()
	state, err := w.links().OfChannel(t.Context(), "chief", "town")
	if err != nil || state.Link != nil || !state.CanManage || state.Refused != "" || state.NeedsApproval {
		t.Errorf("a channel that chief may link: %+v, %v", state, err)
	}
	if state, err = w.links().OfChannel(t.Context(), "plain", "town"); err != nil || state.CanManage || !strings.Contains(state.Refused, "channel admins") {
		t.Errorf("to a plain member: %+v, %v", state, err)
	}
	_, err = w.links().OfChannel(t.Context(), "plain", "quiet")
	refused(t, "a channel that plain cannot read", err, refusal.Forbidden, "read the channel")

	w.settings.LinkApprovalRequired = true
	if state, err = w.links().OfChannel(t.Context(), "chief", "town"); err != nil || !state.NeedsApproval {
		t.Errorf("with approval: %+v, %v", state, err)
	}
	w.all = []bridge.Link{{Channel: "town", Conversation: conversation}}
	if state, err = w.links().OfChannel(t.Context(), "plain", "town"); err != nil || state.Link == nil || state.Link.TeamsName != "Bridge" || state.Link.CanManage || state.Refused != "" {
		t.Errorf("a linked channel: %+v, %v", state, err)
	}
}

func TestTeamsAreSearchedAsThePersonSeesThem(t *testing.T) {
	w := newWorld()
	l := w.links()
	page, err := l.SearchTeams(t.Context(), "chief", "JOINED", 0)
	if err != nil || len(page.Items) != 1 || page.Items[0].DisplayName != "Joined by chief" {
		t.Errorf("chief's: %+v, %v", page, err)
	}
	first, err := l.SearchTeams(t.Context(), "chief", "many", 0)
	if err != nil || len(first.Items) != 20 || !first.More || first.Items[0].DisplayName != "many 00" {
		t.Errorf("the first page: %+v, %v", first, err)
	}
	if second, err := l.SearchTeams(t.Context(), "chief", "many", 1); err != nil || len(second.Items) != 5 || second.More || second.Items[0].DisplayName != "many 20" {
		t.Errorf("the second page: %+v, %v", second, err)
	}
	if beyond, err := l.SearchTeams(t.Context(), "chief", "many", 9); err != nil || len(beyond.Items) != 0 || beyond.More {
		t.Errorf("a page beyond: %+v, %v", beyond, err)
	}
	if page, err := l.SearchTeams(t.Context(), "root", "de", 1); err != nil || len(page.Items) != 0 {
		t.Errorf("a system admin's second page: %+v, %v", page, err)
	}
	if page, err := l.SearchTeams(t.Context(), "root", "de", 0); err != nil || page.Items[0].DisplayName != "de up to 21" {
		t.Errorf("a system admin's: %+v, %v", page, err)
	}
	_, err = l.SearchTeams(t.Context(), "stranger", "", 0)
	refused(t, "somebody without an account", err, refusal.NotConnected, "Connect")

	w.settings.LinkableTeams = "t-joined, many-3"
	for _, user := range []bridge.UserID{"chief", "root"} {
		page, err := l.SearchTeams(t.Context(), user, "", 0)
		if err != nil || len(page.Items) != 2 {
			t.Errorf("%s, with a policy: %+v, %v", user, page, err)
		}
	}
}

func TestTeamsChannelsNameWhatTheyAreLinkedWith(t *testing.T) {
	w := newWorld()
	w.all = []bridge.Link{{Channel: "quiet", Conversation: bridge.Conversation{ID: "19:b"}}}
	w.requests = []store.LinkRequest{{Channel: "town", Conversation: bridge.Conversation{ID: "19:a"}}}
	for user, want := range map[bridge.UserID]string{"chief": "[{Bridge true } {General true Town in team red}]", "root": "[{Bridge true Quiet in team red} {General true Town in team red}]"} {
		page, err := w.links().SearchTeamsChannels(t.Context(), user, "t1", "", 0)
		var got []struct {
			name   string
			linked bool
			with   string
		}
		for _, x := range page.Items {
			got = append(got, struct {
				name   string
				linked bool
				with   string
			}{x.Channel.DisplayName, x.Linked, x.LinkedWith})
		}
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s sees %v, want %s: %v", user, got, want, err)
		}
	}
	w.settings.LinkableTeams = "t2"
	_, err := w.links().SearchTeamsChannels(t.Context(), "root", "t1", "", 0)
	refused(t, "a team that may not be linked", err, refusal.Forbidden, "linkableTeams")
}

func TestChannelsAreSearchedThatMayBeLinked(t *testing.T) {
	w := newWorld()
	w.settings.EnabledTeams = "red"
	w.all = []bridge.Link{{Channel: "other"}}
	page, err := w.links().SearchChannels(t.Context(), "chief", "", 0)
	if err != nil || len(page.Items) != 2 || !page.Items[0].Linked || page.Items[1].Linked || page.Items[1].Channel.Name != "Town" {
		t.Errorf("chief's: %+v, %v", page, err)
	}
	if page, err := w.links().SearchChannels(t.Context(), "plain", "", 0); err != nil || len(page.Items) != 0 {
		t.Errorf("a plain member's: %+v, %v", page, err)
	}
}
