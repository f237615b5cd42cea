// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
	"time"
)

// TestReadinessWithoutASide: a side that is another team's is skipped, one that is not known yet is not in order.
func TestReadinessWithoutASide(t *testing.T) {
	for name, test := range map[string]struct {
		clients *clients
		skipped int
		says    string
	}{
		"nothing":                   {&clients{}, len(readinessChecks()), ""},
		"both not known yet":        {&clients{azureUnknown: []string{"client_secret"}, mattermostUnknown: []string{"mattermost.url"}}, 0, "not known yet"},
		"only Azure, not known yet": {&clients{azureUnknown: []string{"client_secret"}}, 5, "client_secret"}, // of the Mattermost side, and redirect_uri without an address
		"Mattermost, not known yet": {&clients{mattermostUnknown: []string{"mattermost.url"}}, 2, "mattermost.url"},
	} {
		t.Run(name, func(t *testing.T) {
			r := readiness{clients: test.clients, now: time.Now(), days: 30}
			skipped := 0
			for _, check := range readinessChecks() {
				f := check.look(t.Context(), &r)
				switch {
				case f.skipped:
					skipped++
				case f.ok:
					t.Errorf("%s is in order, and nobody could look: %s", check.name, f.detail)
				case !strings.Contains(f.detail, test.says) || f.fix == "":
					t.Errorf("%s: detail %q, fix %q; want something about %q", check.name, f.detail, f.fix, test.says)
				}
			}
			if skipped != test.skipped {
				t.Errorf("%d checks are skipped, want %d", skipped, test.skipped)
			}
		})
	}
}

func TestWhichBotIsMeant(t *testing.T) {
	reason := "The password was changed."
	bots := []botStatus{{Email: "old@demo.example", Reason: &reason}, {Email: "New@demo.example", Connected: true}}
	for _, test := range []struct {
		bots        []botStatus
		name, found string
		says        string
	}{
		{bots, "", "New@demo.example", ""},
		{bots, "new@demo.example", "New@demo.example", ""},
		{bots, "old@demo.example", "", reason},
		{bots[:1], "", "", reason},
		{bots, "other@demo.example", "", "No bot account other@demo.example"},
		{nil, "", "", "No bot account is connected"},
	} {
		bot, f, ok := connectedBot(test.bots, test.name)
		if ok != (test.says == "") || bot.Email != test.found || !strings.Contains(f.detail, test.says) {
			t.Errorf("%q among %d: %+v %+v", test.name, len(test.bots), bot, f)
		}
	}
}

func TestSubscriptionsByChannel(t *testing.T) {
	channels, chats := "/teams/getAllMessages", "/chats/getAllMessages"
	got := subscriptionsByChannel([]subscriptionStatus{
		{TeamsChannelID: "one", State: "active"}, {TeamsChannelID: "one", State: "wanted"}, {TeamsChannelID: "two", State: "removing"},
		{State: "active", Resource: &chats}, {State: "wanted", Resource: &channels},
	})
	if len(got) != 2 || got["one"].State != "active" || got[everyChannel].State != "wanted" {
		t.Errorf("got %+v; want the active one of channel one, and the one to all channels", got)
	}
}
