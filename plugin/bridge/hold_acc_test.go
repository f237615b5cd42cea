// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// TestANodeThatIsHeldLeavesTheLanesToOthers, takes what arrives all the same, and goes on when it may.
func TestANodeThatIsHeldLeavesTheLanesToOthers(t *testing.T) {
	s := newSite(t)
	held := s.start()
	held.Hold(true)
	s.writeInTeams("", blake, "<p>from Teams</p>")
	s.writePost("", alexMM, "from Mattermost")
	other := storetest.Open(t, s.dsn, "other")
	for _, direction := range []bridge.Direction{bridge.Inbound, bridge.Outbound} {
		lane := bridge.Lane{Conversation: chat.ID, Direction: direction}
		var lease bridge.Lease
		s.eventually("the event is due", func() bool {
			var mine bool
			var err error
			if lease, mine, err = other.Claim(t.Context(), lane, time.Minute); err != nil {
				t.Fatal(err)
			}
			return mine
		})
		if lease.Fence != 1 {
			t.Errorf("%s: the held node had the lane, fence %d", direction, lease.Fence)
		}
		if err := other.Release(t.Context(), lease); err != nil {
			t.Fatal(err)
		}
	}
	if posts, messages := s.mattermost.texts(), s.teams.texts(); len(posts) != 1 || len(messages) != 1 {
		t.Errorf("it carried something: %q, %q", posts, messages)
	}
	held.Hold(false)
	s.quiet()
	if posts, messages := s.mattermost.texts(), s.teams.texts(); len(posts) != 2 || len(messages) != 2 {
		t.Errorf("Mattermost shows %q, Teams %q", posts, messages)
	}
	held.Hold(true)
	s.start()
	s.writePost("", alexMM, "second")
	s.eventually("the other node carries it", func() bool { return slices.Contains(s.teams.texts(), "second") })
}

// TestAHeldNodeGivesBackWhatItHas: the lane that waits for its turn, and in the middle of a backlog, which another node ends in order.
func TestAHeldNodeGivesBackWhatItHas(t *testing.T) {
	s := newSite(t)
	w := &warden{shut: map[bridge.ConversationID]bool{chat.ID: true}}
	s.warded(w)
	s.tuning.Lease, s.tuning.SendTimeout = time.Minute, 40*time.Second // longer than the test waits
	n := s.start()
	var want []string
	for i := range 20 {
		text := fmt.Sprint("held ", i)
		want = append(want, text)
		s.writePost("", alexMM, text)
	}
	s.eventually("the lane has asked", func() bool { return w.questions(chat.ID) > 0 })
	n.Hold(true)
	other := storetest.Open(t, s.dsn, "other")
	s.eventually("the lane is free", func() bool {
		lease, mine, err := other.Claim(t.Context(), bridge.Lane{Conversation: chat.ID, Direction: bridge.Outbound}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if mine {
			err = other.Release(t.Context(), lease)
		}
		return mine && err == nil
	})
	w.release(chat.ID)
	n.Hold(false)
	s.eventually("some are sent", func() bool { return len(s.teams.texts()) > 2 })
	n.Hold(true)
	s.start()
	s.eventually("all have been sent, in order", func() bool { return slices.Equal(s.teams.texts(), want) })
}
