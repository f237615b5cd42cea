// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

const (
	oneToOne = bridge.ConversationID("19:a_b@unq.gbl.spaces")
	ofThree  = bridge.ConversationID("19:three@thread.v2")
)

// linkChats links a channel, a one-to-one chat of a and b, and a group chat of a, b and c.
func linkChats(t *testing.T, s *store.Store) {
	t.Helper()
	for i, c := range []bridge.Conversation{{ID: "19:channel@thread.tacv2", Team: "team"}, {ID: oneToOne}, {ID: ofThree}} {
		id := string(rune('1' + i))
		if err := s.CreateLink(t.Context(), bridge.Link{ID: id, Channel: bridge.ChannelID("channel" + id), Conversation: c, CreatedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	for id, members := range map[bridge.ConversationID][]bridge.TeamsUserID{oneToOne: {"a", "b"}, ofThree: {"a", "b", "c"}} {
		if tell, err := s.KeepChat(t.Context(), store.Chat{Conversation: id, Kind: "group", Members: members}); err != nil || tell {
			t.Fatalf("tell %v, %v", tell, err)
		}
	}
}

func links(t *testing.T, s *store.Store) (list []bridge.ConversationID) {
	t.Helper()
	all, err := s.Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		list = append(list, l.Conversation.ID)
	}
	return list
}

func TestChatsThatAreSwitchedOffLoseTheirLinks(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	linkChats(t, s)
	if _, err := s.Depart(t.Context(), []bridge.Departure{{Conversation: oneToOne, Post: "p", Kind: bridge.Create, SourceAt: time.Now()}}, 0); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		direct, group bool
		left          int
	}{{true, true, 3}, {false, true, 2}, {true, false, 1}, {false, false, 1}} {
		if err := s.SwitchChats(t.Context(), step.direct, step.group); err != nil {
			t.Fatal(err)
		}
		if got := links(t, s); len(got) != step.left || got[0] != "19:channel@thread.tacv2" {
			t.Errorf("carried: direct %v, group %v: links %v, want %d", step.direct, step.group, got, step.left)
		}
	}
	first, err := s.ChatsSince(t.Context(), true)
	if err != nil || time.Since(first) > time.Minute {
		t.Errorf("carried since %v, %v", first, err)
	}
	if again, err := s.ChatsSince(t.Context(), true); err != nil || !again.Equal(first) {
		t.Errorf("carried since %v, %v, want %v still", again, err, first)
	}
	if _, queued, err := s.OutboundState(t.Context(), oneToOne, "p", bridge.Create); err != nil || queued {
		t.Errorf("a post of a chat that is not carried is queued: %v, %v", queued, err)
	}
}

func TestAGapConcernsTheChatsOfItsSubscription(t *testing.T) {
	for resource, want := range map[string]int{
		"/users/a/chats/getAllMessages": 2, "/users/c/chats/getAllMessages": 1, "/users/d/chats/getAllMessages": 0, "/chats/getAllMessages": 2, "/teams/getAllMessages": 1,
	} {
		s := storetest.Open(t, storetest.NewDatabase(t), "node")
		linkChats(t, s)
		if _, err := s.WantResync(t.Context(), store.Scope(store.Subscription{Resource: resource}), store.WantedMissed); err != nil {
			t.Fatal(err)
		}
		due, err := s.DueResyncs(t.Context())
		if err != nil || len(due) != want {
			t.Errorf("%s: %d conversations are searched, %v, want %d", resource, len(due), err, want)
		}
	}
}

func TestWhatWaitedMovesIntoTheLaneOfItsChat(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	linkChats(t, s)
	const waiting = bridge.ConversationID("channel:channel2")
	departure := func(c bridge.ConversationID, post bridge.PostID) bridge.Departure {
		return bridge.Departure{Conversation: c, Post: post, Kind: bridge.Create, SourceAt: time.Now()}
	}
	// The second is in both lanes: its hook ran before the link was known, a scan after.
	if _, err := s.Depart(t.Context(), []bridge.Departure{departure(waiting, "p1"), departure(waiting, "p2"), departure(oneToOne, "p2")}, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.MoveWaiting(t.Context(), waiting, oneToOne); err != nil {
		t.Fatal(err)
	}
	for _, post := range []bridge.PostID{"p1", "p2"} {
		if _, queued, err := s.OutboundState(t.Context(), oneToOne, post, bridge.Create); err != nil || !queued {
			t.Errorf("%s is not in the chat's lane: %v", post, err)
		}
		if _, queued, err := s.OutboundState(t.Context(), waiting, post, bridge.Create); err != nil || queued {
			t.Errorf("%s still waits: %v", post, err)
		}
	}
	if err := s.MoveLink(t.Context(), oneToOne, "elsewhere"); err != nil {
		t.Fatal(err)
	}
	if link, _, err := s.LinkOf(t.Context(), oneToOne); err != nil || link.Channel != "elsewhere" {
		t.Errorf("the chat is shown in %q, %v", link.Channel, err)
	}
}

func TestPeopleAreToldOnceWhyAChatIsNotCarried(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	for i, step := range []struct {
		why  string
		tell bool
	}{{"no team", true}, {"no team", false}, {"", false}, {"no team", true}, {"another reason", true}} {
		tell, err := s.KeepChat(t.Context(), store.Chat{Conversation: ofThree, Kind: "group", Topic: "plans", NotCarried: step.why})
		if err != nil || tell != step.tell {
			t.Errorf("step %d: tell %v, %v, want %v", i, tell, err, step.tell)
		}
	}
	if c, found, err := s.Chat(t.Context(), ofThree); err != nil || !found || c.NotCarried != "another reason" || c.Topic != "plans" {
		t.Errorf("kept %+v, %v, %v", c, found, err)
	}
}

func TestARequestForAGroupChat(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	if _, _, open, err := s.ChatAttempt(t.Context(), "c"); err != nil || open {
		t.Fatalf("open before it was made: %v, %v", open, err)
	}
	for _, step := range []func() error{
		func() error { return s.BeginChat(t.Context(), "c") }, func() error { return s.LookedForChat(t.Context(), "c") }, func() error { return s.LookedForChat(t.Context(), "c") },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	if at, looks, open, err := s.ChatAttempt(t.Context(), "c"); err != nil || !open || looks != 2 || time.Since(at) > time.Minute {
		t.Errorf("at %v, %d looks, open %v, %v", at, looks, open, err)
	}
	if err := s.EndChat(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if _, _, open, err := s.ChatAttempt(t.Context(), "c"); err != nil || open {
		t.Errorf("open after its end: %v, %v", open, err)
	}
}

func TestPromptsKeepTheirInterval(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	for i, step := range []struct {
		user  bridge.UserID
		every time.Duration
		want  bool
	}{{"u", time.Hour, true}, {"u", time.Hour, false}, {"v", time.Hour, true}, {"u", 0, true}} {
		if got, err := s.Prompt(t.Context(), step.user, "c", step.every); err != nil || got != step.want {
			t.Errorf("step %d: %v, %v, want %v", i, got, err, step.want)
		}
	}
}
