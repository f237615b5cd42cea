// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"maps"
	"testing"
)

// TestAccHighAvailability: with a second server behind the load balancer, Terraform has nothing to do, whichever of the two
// answers it. This file sorts last: the second server stays behind the balancer, dead.
func TestAccHighAvailability(t *testing.T) {
	pair := newTeams(t, "town")
	e := open(t, "examples/high-availability", map[string]any{"channel_links": map[string]any{"town": pair.link("town", "town")}})
	e.run("init")
	e.apply()
	e.unchanged()
	bridging(t)
	if err := shared.AddNode(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the balancer takes turns
		e.unchanged()
	}
	if links := pair.linked(); !maps.Equal(links, map[string]string{"town": "town"}) {
		t.Errorf("the links are %v", links)
	}
	// A node that goes is no drift either. What it was about to answer is lost.
	if err := shared.KillNode(2); err != nil {
		t.Fatal(err)
	}
	answers := 0
	eventually(t, func() bool {
		if _, _, err := shared.Mattermost.Client().GetPing(t.Context()); err != nil {
			answers = 0
			return false
		}
		answers++
		return answers == 4
	}, func() string { return "the balancer to pass the dead node over" })
	e.unchanged()
	e.end()
}
