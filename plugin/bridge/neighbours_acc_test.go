//go:build acc

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"testing"
	"time"
)

// A node is killed between a post's commit and its hook while it holds no lane: the post still goes before what is written later
// through another node.
func TestAPostThatAKilledNodeDidNotReportGoesFirst(t *testing.T) {
	s := newSite(t)
	alive := func(n *node, want int) {
		s.eventually("the nodes that are alive are known", func() bool {
			nodes, err := n.store.Nodes(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(nodes) == want
		})
	}
	doomed := s.start()
	s.eventually("the first scan", func() bool { return s.scanned(doomed).After(time.Unix(0, 0)) })
	alive(doomed, 1)
	before := s.scanned(doomed)
	survivor := s.start()
	s.eventually("the survivor has looked around, and scanned", func() bool { return s.scanned(survivor).After(before) })
	s.writePost("", alexMM, "one")
	s.quiet()
	alive(survivor, 2)
	s.mattermost.write(channel, "", alexMM, "two") // its hook dies with the node
	s.crash(doomed)
	alive(survivor, 1)
	s.writePost("", alexMM, "three")
	s.settle([]string{"alex: one", "alex: two", "alex: three"}, []string{"one", "two", "three"})
}
