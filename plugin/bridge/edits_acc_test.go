// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// pair waits for the only post and the only message.
func (s *site) pair() (bridge.Post, bridge.TeamsMessage) {
	s.t.Helper()
	s.quiet()
	if len(s.mattermost.posts) != 1 || len(s.teams.messages) != 1 {
		s.t.Fatalf("%q and %q, want one on each side", s.mattermost.texts(), s.teams.texts())
	}
	return s.mattermost.posts[0], s.teams.messages[0]
}

func TestEditsCrossEachWay(t *testing.T) {
	for name, begin := range map[string]func(*site){
		"alex's post":          func(s *site) { s.writePost("", alexMM, "hello") },
		"alex's message":       func(s *site) { s.writeInTeams("", asAlex, "<p>hello</p>") },
		"a post under the bot": func(s *site) { s.writePost("", blakeMM, "hello") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			begin(s)
			post, message := s.pair()
			prefix := ""
			if post.Author == blakeMM {
				prefix = "Blake Demo: "
			}
			s.editPost(post.ID, "hello **Teams**")
			s.stands([]string{"hello **Teams**"}, []string{prefix + "hello Teams"})
			if got, _ := s.teams.read(message.Ref); got.From != message.From || !strings.Contains(got.HTML, "<strong>Teams</strong>") {
				t.Errorf("the message is %+v", got)
			}
			html := "<p>hello <i>Mattermost</i></p>"
			if prefix != "" {
				html = "<p><strong>Blake Demo:</strong> hello <i>Mattermost</i></p>"
			}
			s.inTeams(message.Ref, setText(html))
			s.stands([]string{"hello *Mattermost*"}, []string{prefix + "hello Mattermost"})
			// Only the form.
			s.inTeams(message.Ref, setText(strings.NewReplacer("<i>", "<b>", "</i>", "</b>").Replace(html)))
			s.stands([]string{"hello **Mattermost**"}, []string{prefix + "hello Mattermost"})
			s.editPost(post.ID, "hello Mattermost")
			s.stands([]string{"hello Mattermost"}, []string{prefix + "hello Mattermost"})
			if got, _ := s.teams.read(message.Ref); strings.Contains(got.HTML, "<b>") {
				t.Errorf("the message is %q", got.HTML)
			}
			if sent := s.teams.changes.count(); sent != 2 {
				t.Errorf("%d changes were sent to Teams, want the two of Mattermost", sent)
			}
			if s.tally.dead != 0 {
				t.Errorf("%d dead letters", s.tally.dead)
			}
		})
	}
}

func TestAnEditKeepsTheNameOfItsAuthor(t *testing.T) {
	s := newSite(t)
	s.start()
	m := s.writeInTeams("", blake, "<p>hello</p>")
	s.quiet()
	s.inTeams(m.Ref, setText("<ul><li>one</li></ul>"))
	s.stands([]string{"**Blake Demo:**\n- one"}, []string{"one"})
}

func TestAnEditOfAReplyThatLostItsThread(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.writeInTeams("", blake, "root")
	s.teams.delete(root.Ref)
	reply := s.writeInTeams(root.Ref.ID, blake, "reply")
	s.quiet()
	s.inTeams(reply.Ref, setText("<p>better reply</p>"))
	s.stands([]string{"> _a message that is no longer there_\n\n**Blake Demo:** better reply"}, []string{"better reply"})

	post := s.mattermost.write(channel, "", alexMM, "root")
	s.mattermost.delete(post.ID)
	answer := s.writePost(post.ID, alexMM, "answer")
	s.quiet()
	s.editPost(answer.ID, "better answer")
	s.quiet()
	sent := s.teams.messages[len(s.teams.messages)-1]
	if got := markup.Canonical(sent.HTML); got != "a message that is no longer there better answer" {
		t.Errorf("Teams shows %q", got)
	}
	s.inTeams(sent.Ref, setText("<blockquote><p><em>a message that is no longer there</em></p></blockquote><p>best answer</p>"))
	s.quiet()
	if got, _ := s.mattermost.Post(t.Context(), answer.ID); got.Message != "best answer" {
		t.Errorf("Mattermost shows %q", got.Message)
	}
}

// An edit that comes before its create waits for it and does not hold up what comes after.
func TestAnEditOvertakesItsCreate(t *testing.T) {
	s := newSite(t)
	s.tuning.ParkFor, s.tuning.PollEvery = time.Minute, time.Hour // only the confirm can wake it
	s.start()
	m := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "<p>first</p>")
	s.inTeams(m.Ref, setText("<p>second</p>"))
	s.writeInTeams("", blake, "another")
	s.eventually("the lane goes on past the edit", func() bool { return len(s.mattermost.texts()) == 1 })
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		t.Fatal(err)
	}
	s.stands([]string{"**Blake Demo:** another", "**Blake Demo:** second"}, []string{"second", "another"})

	// The hook of an edit runs before the hook of its post.
	p := s.mattermost.write(channel, "", alexMM, "third")
	s.editPost(p.ID, "fourth")
	s.writePost("", alexMM, "fifth")
	s.eventually("the lane goes on past the edit", func() bool { return slices.Contains(s.teams.texts(), "fifth") })
	s.hook(p)
	s.quiet()
	// A scan may have found the post before its hook ran.
	if _, messages := s.standing(); len(messages) != 4 || !slices.Contains(messages, "fourth") {
		t.Errorf("Teams shows %q", messages)
	}
}

func TestManyEditsCollapse(t *testing.T) {
	s := newSite(t)
	s.tuning.ReorderWindow = 200 * time.Millisecond
	s.start()
	s.writePost("", alexMM, "0")
	post, message := s.pair()
	for i := range 20 {
		s.editPost(post.ID, fmt.Sprint("out ", i))
	}
	s.stands([]string{"out 19"}, []string{"out 19"})
	if n := s.teams.changes.count(); n > 3 {
		t.Errorf("20 edits in a row took %d PATCHes", n)
	}
	for i := range 20 {
		s.inTeams(message.Ref, setText(fmt.Sprint("<p>in ", i, "</p>")))
	}
	s.stands([]string{"in 19"}, []string{"in 19"})
	if n := s.mattermost.changes.count(); n > 3 {
		t.Errorf("20 edits in a row took %d updates", n)
	}
}

// Five edits within a second on each side at once: both sides end with the same text, whichever it is.
func TestEditsOnBothSidesAtOnce(t *testing.T) {
	s := newSite(t)
	s.start()
	s.start()
	const pairs = 12
	for i := range pairs {
		s.writePost("", alexMM, fmt.Sprint("post ", i))
	}
	s.quiet()
	var writers sync.WaitGroup
	for i := range pairs {
		post, message := s.mattermost.posts[i], s.teams.messages[i]
		writers.Go(func() {
			for n := range 5 {
				s.editPost(post.ID, fmt.Sprintf("post %d, Mattermost %d", i, n))
				waitABit(n)
			}
		})
		writers.Go(func() {
			for n := range 5 {
				s.inTeams(message.Ref, setText(fmt.Sprintf("<p>post %d, Teams %d</p>", i, n)))
				waitABit(n + i)
			}
		})
	}
	writers.Wait()
	s.quiet()
	posts, messages := s.standing()
	for i := range pairs {
		if posts[i] != messages[i] || !strings.HasSuffix(posts[i], " 4") {
			t.Errorf("Mattermost shows %q, Teams %q; want one of the last edits on both", posts[i], messages[i])
		}
	}
}

// waitABit spreads edits over a second without all writers keeping step.
func waitABit(n int) { <-time.After(time.Duration(20+37*(n%7)) * time.Millisecond) }

func TestAnEditWithAnUnknownOutcome(t *testing.T) {
	dropped := &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the connection was dropped")}
	for name, test := range map[string]struct {
		moment  verdict
		patches int
	}{"it did not arrive": {failsBefore, 2}, "it arrived": {failsAfter, 1}} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			s.writePost("", alexMM, "one")
			post, _ := s.pair()
			s.teams.changes.set(once(test.moment, dropped))
			s.editPost(post.ID, "two")
			s.stands([]string{"two"}, []string{"two"})
			if n := s.teams.changes.count(); n != test.patches {
				t.Errorf("%d PATCHes, want %d", n, test.patches)
			}
		})
	}
}

func TestACrashAroundAnEdit(t *testing.T) {
	for name, moment := range map[string]verdict{"before it took effect": failsBefore, "after it took effect": failsAfter} {
		for _, direction := range []bridge.Direction{bridge.Inbound, bridge.Outbound} {
			t.Run(fmt.Sprint(name, " ", direction), func(t *testing.T) {
				s := newSite(t)
				doomed := s.start()
				s.writePost("", alexMM, "one")
				post, message := s.pair()
				var missed []bridge.Arrival
				s.teams.notify = func(a []bridge.Arrival) { missed = append(missed, a...) }
				side := &s.teams.changes
				if direction == bridge.Inbound {
					side = &s.mattermost.changes
				}
				side.set(func(call int) (verdict, error) {
					if call == 1 {
						s.crash(doomed)
						return moment, errors.New("the process is gone")
					}
					return works, nil
				})
				if direction == bridge.Inbound {
					s.inTeams(message.Ref, setText("<p>two</p>"))
				} else {
					s.editPost(post.ID, "two")
				}
				s.eventually("the crash", func() bool { return s.any() == nil })
				s.start()
				if err := s.receive(missed); err != nil {
					t.Fatal(err)
				}
				s.stands([]string{"two"}, []string{"two"})
			})
		}
	}
}

// What happens to posts while no node runs is found by comparing.
func TestChangesWhileNobodyWasThere(t *testing.T) {
	s := newSite(t)
	n := s.start()
	for _, text := range []string{"one", "two", "three"} {
		s.writePost("", alexMM, text)
	}
	s.quiet()
	s.stop(n)
	posts := s.mattermost.posts
	s.editPost(posts[0].ID, "edited")
	s.deletePost(posts[1].ID)
	s.reactToPost(posts[2].ID, alexMM, "👍", true)
	s.start()
	s.eventually("all three cross", func() bool {
		_, messages := s.standing()
		return len(messages) == 2 && messages[0] == "edited" && len(s.teams.shown(s.teams.messages[2].Ref)) == 1
	})
	s.quiet()
	if n := s.teams.changes.count(); n != 3 {
		t.Errorf("%d changes were sent, want 3", n)
	}
}

func TestAnEditThatTeamsRefuses(t *testing.T) {
	s := newSite(t)
	s.tuning.PollEvery = time.Hour // the second scan after the start would give the edit another chance
	n := s.start()
	s.writePost("", alexMM, "one")
	post, message := s.pair()
	s.teams.changes.set(once(failsBefore, &bridge.Failure{Class: bridge.UserAction, Status: 403, Code: "Forbidden", RequestID: "request-7", Err: errors.New("the scope is missing")}))
	s.editPost(post.ID, "two")
	s.eventually("the edit is a dead letter", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Dead == 1 && strings.Contains(h.Links[0].Outbound.DeadReason, "request-7")
	})
	// A later one is tried again, and an edit in Teams is not held up for ever.
	s.editPost(post.ID, "three")
	s.stands([]string{"three"}, []string{"three"})
	s.teams.changes.set(func(int) (verdict, error) {
		return failsBefore, &bridge.Failure{Class: bridge.Permanent, Status: 413, Err: errors.New("too large")}
	})
	s.editPost(post.ID, "four")
	s.eventually("the edit is a dead letter", func() bool { h, _ := n.Health(t.Context()); return h.Outbound.Dead == 1 })
	s.inTeams(message.Ref, setText("<p>five</p>"))
	s.stands([]string{"five"}, []string{"five"})
}

func TestAnEditOfAPostOfTheBotIsShown(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.writeInTeams("", blake, "hello")
	post, _ := s.pair()
	s.editPost(post.ID, "changed by an admin")
	s.eventually("the edit is a dead letter", func() bool { h, _ := n.Health(t.Context()); return h.Outbound.Dead == 1 })
}

// The message belongs to an account that has lost its token: the edit waits for it.
func TestAnEditWaitsForItsAccount(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.writePost("", alexMM, "one")
	post, _ := s.pair()
	s.people.accounts = nil
	s.editPost(post.ID, "two")
	s.eventually("the edit waits", func() bool { h, _ := n.Health(t.Context()); return h.Outbound.Parked == 1 })
	s.people.connect(alex)
	if err := n.AccountConnected(t.Context(), alexMM); err != nil {
		t.Fatal(err)
	}
	s.stands([]string{"two"}, []string{"two"})
}

// The post is edited again while the outcome of the first edit is not known; the first turns out to have arrived.
func TestAnEditDuringAnUnknownOutcome(t *testing.T) {
	s := newSite(t)
	s.start()
	s.writePost("", alexMM, "one")
	post, _ := s.pair()
	s.teams.changes.set(func(call int) (verdict, error) {
		if call > 1 {
			return works, nil
		}
		s.editPost(post.ID, "three")
		return failsAfter, &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the connection was dropped")}
	})
	s.editPost(post.ID, "two")
	s.stands([]string{"three"}, []string{"three"})
}

// A node dies between posting and confirming, and the post is edited before anybody confirms it. No hook tells of it.
func TestAnEditBeforeThePostIsConfirmed(t *testing.T) {
	s := newSite(t)
	doomed := s.start()
	s.mattermost.creates.set(func(call int) (verdict, error) {
		if call == 1 {
			s.crash(doomed)
			return failsAfter, errors.New("the process is gone")
		}
		return works, nil
	})
	m := s.writeInTeams("", asAlex, "one")
	s.eventually("the post and the crash", func() bool { return len(s.mattermost.texts()) == 1 && s.any() == nil })
	s.mattermost.change(s.mattermost.posts[0].ID, setMessage("two"))
	s.start()
	s.stands([]string{"two"}, []string{"two"})
	if got, _ := s.teams.read(m.Ref); got.From != asAlex {
		t.Errorf("the message is by %v", got.From)
	}
}

// Teams shows an older edit of ours: a PATCH that timed out took effect late. The newest is sent again.
func TestAnEditThatTakesEffectLate(t *testing.T) {
	s := newSite(t)
	s.start()
	s.teams.silent = true
	s.writePost("", alexMM, "one")
	post, message := s.pair()
	for _, text := range []string{"two", "three"} {
		s.editPost(post.ID, text)
		s.quiet()
	}
	s.inTeams(message.Ref, setText("<p>two</p>"))
	s.eventually("the newest is sent again", func() bool { return s.teams.changes.count() == 3 })
	s.stands([]string{"three"}, []string{"three"})
}

// An edit in Mattermost that Teams does not have yet goes first, whether or not a hook told of it.
func TestAnEditInMattermostGoesFirst(t *testing.T) {
	for name, hooked := range map[string]bool{"its hook ran": true, "its hook did not run": false} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			n := s.start()
			s.writePost("", alexMM, "one")
			post, message := s.pair()
			throttling := true
			s.teams.changes.set(func(int) (verdict, error) {
				if throttling {
					return failsBefore, throttled
				}
				return works, nil
			})
			after, before, _ := s.mattermost.change(post.ID, setMessage("Mattermost"))
			if hooked {
				s.hookChange(after, before)
			}
			s.inTeams(message.Ref, setText("<p>Teams</p>"))
			s.eventually("the edit in Teams waits", func() bool { h, _ := n.Health(t.Context()); return h.Inbound.Parked == 1 })
			throttling = false
			s.stands([]string{"Mattermost"}, []string{"Mattermost"})
			// A later one in Teams counts again.
			s.inTeams(message.Ref, setText("<p>later</p>"))
			s.stands([]string{"later"}, []string{"later"})
		})
	}
}
