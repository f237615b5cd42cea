// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

func TestDescribePost(t *testing.T) {
	link := bridge.Link{CreatedAt: time.UnixMilli(1000)}
	there := store.Carried{Direction: bridge.Outbound, Ref: bridge.MessageRef{ID: "m"}, Confirmed: true}
	for name, c := range map[string]struct {
		linked                   bool
		createAt                 int64
		carried                  []store.Carried
		queued                   []store.Queued
		state, direction, reason string
		messages                 int
	}{
		"not linked":             {false, 2000, nil, nil, "not_bridged", "", "The channel is not linked.", 0},
		"older than the link":    {true, 500, nil, nil, "not_bridged", "", "The post is older than the link.", 0},
		"not seen":               {true, 2000, nil, nil, "not_bridged", "", "Nothing of the post is to be carried, or it has not been looked at yet.", 0},
		"synced":                 {true, 2000, []store.Carried{there}, nil, "synced", "outbound", "", 1},
		"synced, unlinked since": {false, 2000, []store.Carried{there}, nil, "synced", "outbound", "", 1},
		"one of two parts":       {true, 2000, []store.Carried{there, {Direction: bridge.Outbound}}, nil, "pending", "outbound", "", 1},
		"waits for an account": {true, 2000, nil, []store.Queued{{Direction: bridge.Outbound, State: "parked", ParkedFor: bridge.AccountConnected("u")}},
			"pending", "outbound", "It waits until its author has connected a Teams account.", 0},
		"an edit waits": {true, 2000, []store.Carried{there}, []store.Queued{{State: "parked", ParkedFor: "post:x"}}, "pending", "outbound", "It waits for the message that it belongs to.", 1},
		"an edit was given up": {true, 2000, []store.Carried{there}, []store.Queued{{State: "pending"}, {State: "dead", LastError: "too long"}},
			"failed", "outbound", "too long", 1},
		"its echo waits": {true, 2000, []store.Carried{there}, []store.Queued{{Direction: bridge.Inbound, State: "pending"}}, "synced", "outbound", "", 1},
		"what Teams changed was given up": {true, 2000, []store.Carried{there}, []store.Queued{{Direction: bridge.Inbound, State: "pending"}, {Direction: bridge.Inbound, State: "dead", LastError: "gone"}},
			"failed", "outbound", "gone", 1},
		"from Teams": {true, 2000, []store.Carried{{Direction: bridge.Inbound, Ref: bridge.MessageRef{ID: "m"}, Confirmed: true}}, nil, "synced", "inbound", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			got := describePost(bridge.Post{ID: "p", CreateAt: c.createAt}, c.linked, link, c.carried, c.queued)
			if got.State != c.state || got.Direction != c.direction || got.Reason != c.reason || len(got.Messages) != c.messages || len(got.Waiting) != len(c.queued) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
