// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"fmt"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

func linked(channels, chats int) []bridge.Link {
	var links []bridge.Link
	for i := range channels {
		links = append(links, bridge.Link{Conversation: bridge.Conversation{Team: "t", ID: bridge.ConversationID(fmt.Sprintf("19:%d@thread.tacv2", i))}})
	}
	for i := range chats {
		links = append(links, bridge.Link{Conversation: bridge.Conversation{ID: bridge.ConversationID(fmt.Sprintf("19:%d@thread.v2", i))}})
	}
	return links
}

func connected(n int) (people []bridge.TeamsUserID) {
	for i := range n {
		people = append(people, bridge.TeamsUserID(fmt.Sprintf("p%d", i)))
	}
	return people
}

func TestScopes(t *testing.T) {
	all := []store.Subscription{{Resource: allChannels, State: store.SubscriptionActive}}
	for name, c := range map[string]struct {
		current  Current
		links    []bridge.Link
		people   []bridge.TeamsUserID
		existing []store.Subscription
		usedUp   bool
		want     []string // the first primary of each kind, with how many there are
		mayStep  bool     // of the first kind
	}{
		"nothing is linked":                   {Current{WideFrom: 1}, nil, nil, all, false, nil, false},
		"few channels":                        {Current{WideFrom: 20}, linked(19, 0), nil, nil, false, []string{"19 /teams/t/channels/19:0@thread.tacv2/messages"}, true},
		"many channels":                       {Current{WideFrom: 20}, linked(20, 0), nil, nil, false, []string{"1 " + allChannels}, true},
		"a few less than many":                {Current{WideFrom: 20}, linked(19, 0), nil, all, false, []string{"1 " + allChannels}, true},
		"enough less than many":               {Current{WideFrom: 20}, linked(18, 0), nil, all, false, []string{"18 /teams/t/channels/19:0@thread.tacv2/messages"}, true},
		"never":                               {Current{}, linked(50, 0), nil, all, false, []string{"50 /teams/t/channels/19:0@thread.tacv2/messages"}, true},
		"people count for themselves":         {Current{WideFrom: 5, Direct: true}, linked(4, 1), connected(5), nil, false, []string{"4 /teams/t/channels/19:0@thread.tacv2/messages", "1 " + allChats}, true},
		"few people":                          {Current{WideFrom: 5, Direct: true}, linked(5, 9), connected(4), nil, false, []string{"1 " + allChannels, "4 /users/p0/chats/getAllMessages"}, true},
		"people and no chats yet":             {Current{WideFrom: 5, Direct: true}, nil, connected(1), nil, false, []string{"1 /users/p0/chats/getAllMessages"}, true},
		"chats are switched off":              {Current{WideFrom: 5}, linked(0, 9), connected(4), nil, false, nil, false},
		"chats, the budget is used up":        {Current{WideFrom: 5, Direct: true, Evaluation: true}, linked(0, 2), connected(9), nil, true, []string{"2 /chats/19:0@thread.v2/messages"}, false},
		"evaluation":                          {Current{WideFrom: 5, Evaluation: true}, linked(5, 0), nil, nil, false, []string{"1 " + allChannels}, true},
		"evaluation, the budget is used up":   {Current{WideFrom: 5, Evaluation: true}, linked(5, 0), nil, all, true, []string{"5 /teams/t/channels/19:0@thread.tacv2/messages"}, false},
		"metered has no budget to be used up": {Current{WideFrom: 5}, linked(5, 0), nil, nil, true, []string{"1 " + allChannels}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := scopes(c.current, c.links, c.people, c.existing, c.usedUp)
			if len(got) != len(c.want) {
				t.Fatalf("%d kinds, want %d", len(got), len(c.want))
			}
			for i, s := range got {
				if is := fmt.Sprintf("%d %s", len(s.primary), s.primary[0].Resource); is != c.want[i] {
					t.Errorf("primary %s, want %s", is, c.want[i])
				}
				if len(s.cover) == 0 {
					t.Error("nothing covers it")
				}
			}
			if len(got) > 0 && got[0].mayStep != c.mayStep {
				t.Errorf("may be covered: %v, want %v", got[0].mayStep, c.mayStep)
			}
		})
	}
}

func TestModels(t *testing.T) {
	for resource, want := range map[string]string{allChannels: "B", allChats: "B", chatsOf("p"): "B", "/chats/c/messages": "", "/teams/t/channels/c/messages": ""} {
		if got := (Current{}).modelOf(resource); got != want {
			t.Errorf("metered %s: %q, want %q", resource, got, want)
		}
		if got := (Current{Evaluation: true}).modelOf(resource); got != "" {
			t.Errorf("evaluation %s: %q", resource, got)
		}
	}
}

// TestRenewalsAreSpread: a thousand subscriptions made together are renewed around half their life, not at one moment.
func TestRenewalsAreSpread(t *testing.T) {
	hours := map[time.Duration]int{}
	for i := range 1000 {
		before := renewBefore(fmt.Sprintf("subscription %d", i))
		if before < Life*45/100 || before > Life*55/100 {
			t.Fatalf("renewed %v before its end, of %v", before, Life)
		}
		hours[before.Truncate(time.Hour)]++
	}
	if len(hours) < 7 {
		t.Errorf("spread over %d hours: %v", len(hours), hours)
	}
}
