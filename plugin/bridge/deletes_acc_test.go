// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func TestDeletesCrossEachWay(t *testing.T) {
	for name, begin := range map[string]func(*site){
		"alex's post":          func(s *site) { s.writePost("", alexMM, "gone") },
		"alex's message":       func(s *site) { s.writeInTeams("", asAlex, "<p>gone</p>") },
		"a post under the bot": func(s *site) { s.writePost("", blakeMM, "gone") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			begin(s)
			post, _ := s.pair()
			s.deletePost(post.ID)
			s.stands(nil, nil)
			if s.teams.changes.count() != 1 || s.mattermost.changes.count() != 0 {
				t.Errorf("%d changes in Teams and %d in Mattermost, want the delete in Teams", s.teams.changes.count(), s.mattermost.changes.count())
			}
			begin(s)
			s.quiet()
			s.inTeams(s.teams.messages[1].Ref, setDeleted)
			s.stands(nil, nil)
			if s.teams.changes.count() != 1 || s.mattermost.changes.count() != 1 {
				t.Errorf("%d changes in Teams and %d in Mattermost, want one more in Mattermost", s.teams.changes.count(), s.mattermost.changes.count())
			}
			// Late edits and reactions of what is gone change nothing and leave nothing behind.
			if err := s.receive([]bridge.Arrival{{Ref: s.teams.messages[1].Ref, Kind: bridge.Edit, SourceAt: time.Now()}}); err != nil {
				t.Fatal(err)
			}
			s.stands(nil, nil)
			if s.tally.dead != 0 {
				t.Errorf("%d dead letters", s.tally.dead)
			}
		})
	}
}

// Graph tells of a deleted message as deleted, or as updated.
func TestADeleteThatIsToldAsAnUpdate(t *testing.T) {
	s := newSite(t)
	s.start()
	m := s.writeInTeams("", blake, "gone")
	s.quiet()
	s.teams.delete(m.Ref)
	if err := s.receive([]bridge.Arrival{{Ref: m.Ref, Kind: bridge.Edit, SourceAt: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	s.stands(nil, nil)
}

func TestADeleteOvertakesItsCreate(t *testing.T) {
	s := newSite(t)
	s.start()
	m := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "gone")
	s.inTeams(m.Ref, setDeleted)
	s.quiet()
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		t.Fatal(err)
	}
	p := s.mattermost.write(channel, "", alexMM, "gone")
	s.deletePost(p.ID)
	s.hook(p)
	s.stands(nil, nil)
	if n := len(s.mattermost.posts) + len(s.teams.messages); n != 2 {
		t.Errorf("%d posts and messages, want only the originals", n)
	}
}

// An admin deletes a post before the bridge has noted that it made it.
func TestADeleteBeforeItsPostIsConfirmed(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.people.accounts = append(s.people.accounts, bridge.Account{ID: "c", MattermostUser: blakeMM, TeamsUser: blake.User, DisplayName: blake.Name})
	s.mattermost.hook = func(p bridge.Post) {
		s.deletePost(p.ID)
		s.eventually("the delete has had its turn", func() bool {
			h, err := n.Health(t.Context())
			return err == nil && h.Outbound.Pending == 0
		})
	}
	s.writeInTeams("", blake, "hello")
	s.stands(nil, nil)
}

// Teams deletes a message before the bridge has heard that its send arrived.
func TestADeleteBeforeItsSendIsConfirmed(t *testing.T) {
	s := newSite(t)
	s.start()
	s.teams.notify = func([]bridge.Arrival) {}
	s.teams.sends.set(func(int) (verdict, error) {
		return failsAfter, &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the connection was dropped")}
	})
	s.teams.looks.set(func(call int) (verdict, error) {
		if call == 1 {
			// Before the first look, somebody deletes it.
			s.inTeams(s.teams.messages[0].Ref, func(m *bridge.TeamsMessage) bool { m.DeletedAt = time.Now(); return true })
			s.eventually("the delete is noted", func() bool { return s.tally.count(bridge.Deleted) > 0 })
		}
		return works, nil
	})
	s.writePost("", alexMM, "hello")
	s.stands(nil, nil)
}

func TestRootsAndTheirReplies(t *testing.T) {
	s := newSite(t)
	s.start()
	thread := func(n int) (root bridge.Post) {
		root = s.writePost("", alexMM, fmt.Sprint("root ", n))
		s.quiet()
		s.writePost(root.ID, alexMM, fmt.Sprint("reply ", n))
		s.quiet()
		return root
	}
	one := thread(1)
	two := thread(2)
	// A root takes its replies with it in Mattermost, and then they go in Teams; where it is deleted in Teams they stay there.
	s.deletePost(one.ID)
	s.stands([]string{"root 2", "reply 2"}, []string{"root 2", "reply 2"})
	s.inTeams(s.teams.messages[2].Ref, setDeleted)
	s.stands(nil, []string{"reply 2"})
	// A scan meets the replies that went with their root.
	s.start()
	s.stands(nil, []string{"reply 2"})
	if got, _ := s.mattermost.Post(t.Context(), two.ID); got.DeleteAt == 0 {
		t.Error("the second root stands")
	}
}

func TestADeleteThatTeamsDoesNotAllowIsShown(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.writeInTeams("", blake, "by somebody without an account")
	post, _ := s.pair()
	s.deletePost(post.ID) // by an admin: it is the bot's post
	s.eventually("the delete is a dead letter", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Dead == 1 && strings.Contains(h.Links[0].Outbound.DeadReason, "only its author")
	})
}

// A root takes replies with it that several people wrote. Each is deleted as the account that wrote it; what Teams does not let
// go stays, and whoever deleted the thread is told once.
func TestTheRepliesOfADeletedRootGoInTeams(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.writePost("", alexMM, "root")
	s.quiet()
	for i, author := range []bridge.UserID{alexMM, blakeMM} { // blake's goes through the bot
		s.writePost(root.ID, author, fmt.Sprint("reply ", i))
		s.quiet()
	}
	thread := s.teams.messages[0].Ref.ID
	for _, text := range []string{"theirs", "theirs too"} {
		s.writeInTeams(thread, blake, text) // by somebody without an account
		s.quiet()
	}
	s.deletePost(root.ID)
	s.stands(nil, []string{"theirs", "theirs too"})
	if s.tally.dead != 2 {
		t.Errorf("%d dead letters, want one for each message that stays", s.tally.dead)
	}
	if !slices.Equal(s.mattermost.told, []bridge.UserID{alexMM}) || !strings.Contains(s.mattermost.notices[0], "still stands in Microsoft Teams") {
		t.Errorf("told %q: %q, want alex once", s.mattermost.told, s.mattermost.notices)
	}
}

func TestAnEditThatTeamsRefusesIsTold(t *testing.T) {
	s := newSite(t)
	s.start()
	post := s.writePost("", alexMM, "one")
	s.quiet()
	s.teams.changes.set(func(int) (verdict, error) {
		return failsBefore, &bridge.Failure{Class: bridge.Permanent, Status: 403, Code: "Forbidden", Err: errors.New("editing is switched off")}
	})
	for _, text := range []string{"two", "three"} {
		s.editPost(post.ID, text)
		s.quiet()
	}
	if !slices.Equal(s.mattermost.told, []bridge.UserID{alexMM}) {
		t.Fatalf("told %q, want alex once", s.mattermost.told)
	}
	if got := s.mattermost.notices[0]; !strings.Contains(got, "> _two_") || !strings.Contains(got, "editing is switched off") {
		t.Errorf("the notice says %q", got)
	}
}

func TestADeleteWithAnUnknownOutcome(t *testing.T) {
	dropped := &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the connection was dropped")}
	for name, moment := range map[string]verdict{"it did not arrive": failsBefore, "it arrived": failsAfter} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			s.writePost("", alexMM, "one")
			post, _ := s.pair()
			s.teams.changes.set(once(moment, dropped))
			s.deletePost(post.ID)
			s.stands(nil, nil)

			m := s.writeInTeams("", asAlex, "two")
			s.quiet()
			s.mattermost.changes.set(once(moment, errors.New("the server did not answer")))
			s.inTeams(m.Ref, setDeleted)
			s.stands(nil, nil)
		})
	}
}

// A message that is said to be deleted may be read as it was a moment before.
func TestADeleteThatDoesNotShowYet(t *testing.T) {
	s := newSite(t)
	s.start()
	m := s.writeInTeams("", blake, "going")
	s.quiet()
	s.teams.reads.set(func(call int) (verdict, error) {
		if call == 2 {
			s.teams.delete(m.Ref)
		}
		return works, nil
	})
	s.teams.reads.calls = 0
	if err := s.receive([]bridge.Arrival{{Ref: m.Ref, Kind: bridge.Delete, SourceAt: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	s.stands(nil, nil)
}

func TestAMessageThatIsBroughtBack(t *testing.T) {
	undelete := func(text string) func(*bridge.TeamsMessage) bool {
		return func(m *bridge.TeamsMessage) bool {
			m.DeletedAt, m.HTML, m.From = time.Time{}, text, asAlex
			return true
		}
	}
	s := newSite(t)
	n := s.start()
	m := s.writeInTeams("", asAlex, "one")
	early := s.teams.write(bridge.MessageRef{Conversation: chat}, asAlex, "two")
	s.inTeams(early.Ref, setDeleted)
	post := s.writePost("", alexMM, "three")
	s.quiet()
	s.inTeams(m.Ref, setDeleted)
	s.deletePost(post.ID)
	s.stands(nil, nil)
	for i, message := range s.teams.messages {
		s.inTeams(message.Ref, undelete([]string{"one", "two", "three"}[i]))
		s.quiet()
	}
	s.stands([]string{"one", "two", "three"}, []string{"one", "two", "three"})
	s.inTeams(m.Ref, setText("edited"))
	s.stands([]string{"edited", "two", "three"}, []string{"edited", "two", "three"})

	// What only shows for a moment longer than it should is not brought back.
	s.inTeams(m.Ref, setDeleted)
	s.quiet()
	s.inTeams(m.Ref, undelete("edited"))
	s.eventually("it is looked at again later", func() bool { h, _ := n.Health(t.Context()); return h.Inbound.Parked == 1 })
	s.teams.delete(m.Ref)
	s.stands([]string{"two", "three"}, []string{"two", "three"})
}

// A reply that went with its root in Mattermost stands in Teams; what happens to it there does not bring it back, but its root does.
func TestAReplyThatWentWithItsRootStaysAwayUntilItComesBack(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.writePost("", alexMM, "root")
	s.quiet()
	reply := s.writePost(root.ID, alexMM, "reply")
	s.quiet()
	thread := s.teams.messages[0].Ref
	s.writeInTeams(thread.ID, asAlex, "from Teams")
	s.writePost(root.ID, blakeMM, "through the bot")
	s.quiet()
	earlier := s.writePost(root.ID, alexMM, "gone before")
	s.quiet()
	s.deletePost(earlier.ID)
	s.quiet()
	s.inTeams(thread, setDeleted)
	s.quiet()
	n := s.start() // its scan meets the reply
	s.eventually("the reply is seen to be gone", func() bool {
		m, _, err := n.store.MappingOfPost(t.Context(), reply.ID)
		return err == nil && m.Record.Deleted
	})
	edited := s.teams.messages[1].Ref
	s.inTeams(edited, setText("edited"))
	s.stands(nil, []string{"edited", "from Teams", "Blake Demo: through the bot"})

	s.inTeams(thread, func(m *bridge.TeamsMessage) bool {
		m.DeletedAt, m.HTML, m.From = time.Time{}, "root", asAlex
		return true
	})
	s.stands([]string{"root", "edited", "from Teams"}, []string{"root", "edited", "from Teams", "Blake Demo: through the bot"})
	var back bridge.Post
	for _, p := range s.mattermost.posts {
		if p.DeleteAt != 0 {
			continue
		}
		if p.Root == "" {
			back = p
		} else if p.Root != back.ID {
			t.Errorf("%q is in the thread %s, want %s", p.Message, p.Root, back.ID)
		}
	}
	s.inTeams(edited, setText("edited again"))
	s.stands([]string{"root", "edited again", "from Teams"}, []string{"root", "edited again", "from Teams", "Blake Demo: through the bot"})
}

// Nobody knows who edited the post of somebody else. Where its author is a bot, or mirrors a person of Teams, nobody would read a
// direct message: the bot answers the post, once, and its answer stays in Mattermost.
func TestARefusedEditOfSomebodyElsesPostIsToldBelowIt(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.writeInTeams("", blake, "by somebody without an account")
	s.quiet()
	s.writeInTeams(root.Ref.ID, blake, "their reply")
	s.quiet()
	posts := slices.Clone(s.mattermost.posts)
	for _, text := range []string{"two", "three"} {
		for _, post := range posts {
			s.editPost(post.ID, text)
			s.quiet()
		}
	}
	var answers []string
	for _, p := range s.mattermost.posts[len(posts):] {
		if p.Root != posts[0].ID || p.Author != "" && !p.Own {
			t.Errorf("the answer is %+v", p)
		}
		answers = append(answers, p.Message)
	}
	if len(answers) != 2 || !strings.HasPrefix(answers[0], "An edit of this message was not carried to Microsoft Teams") || !strings.Contains(answers[0], "an edit of it in Mattermost cannot be carried") {
		t.Errorf("the answers are %q, want one for each post", answers)
	}
	if len(s.mattermost.told) > 0 {
		t.Errorf("told %q", s.mattermost.told)
	}
	if texts := s.teams.texts(); len(texts) != 2 {
		t.Errorf("Teams shows %q", texts)
	}
}
