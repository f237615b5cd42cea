// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

var (
	throttled = &bridge.Failure{Class: bridge.Retry, Status: 429, Code: "TooManyRequests", RetryAfter: 30 * time.Millisecond, Err: errors.New("too many requests")}
	dropped   = &bridge.Failure{Class: bridge.Unknown, Err: errors.New("connection reset")}
	revoked   = &bridge.Failure{Class: bridge.UserAction, Status: 400, Code: "invalid_grant", Err: errors.New("token revoked")}
	notKnown  = &bridge.Failure{Class: bridge.UserAction, Status: 401, Code: "InvalidAuthenticationToken", Err: errors.New("a new token is not known")}
	refused   = &bridge.Failure{Class: bridge.Permanent, Status: 400, Code: "BadRequest", Err: errors.New("refused")}
)

func TestThrottledSendsArriveInOrder(t *testing.T) {
	s := newSite(t)
	s.teams.sends.set(func(call int) (verdict, error) {
		if call%2 == 1 {
			return failsBefore, throttled
		}
		return works, nil
	})
	s.start()
	var posts, messages []string
	for i := range 10 {
		s.writePost("", alexMM, fmt.Sprint(i))
		posts, messages = append(posts, fmt.Sprintf("alex: %d", i)), append(messages, fmt.Sprint(i))
	}
	s.settle(posts, messages)
	if s.tally.dead != 0 {
		t.Error("throttling led to a dead letter")
	}
}

func TestThrottlingNeverGivesUp(t *testing.T) {
	s := newSite(t)
	s.teams.sends.set(func(call int) (verdict, error) {
		if call <= 3*s.tuning.MaxAttempts {
			return failsBefore, throttled
		}
		return works, nil
	})
	s.start()
	s.writePost("", alexMM, "patience")
	s.settle([]string{"alex: patience"}, []string{"patience"})
}

// An answer that never came is looked for, not sent again.
func TestUnknownOutcome(t *testing.T) {
	for name, test := range map[string]struct {
		fault fault
		setup func(*teamsSide)
		sends int
	}{
		"it arrived, the echo tells":       {once(failsAfter, dropped), func(*teamsSide) {}, 1},
		"it arrived, a look tells":         {once(failsAfter, dropped), func(s *teamsSide) { s.silent = true }, 1},
		"it arrived without its mark":      {once(failsAfter, dropped), func(s *teamsSide) { s.silent, s.unmarked = true, true }, 1},
		"it did not arrive":                {once(failsBefore, dropped), func(*teamsSide) {}, 2},
		"an error that nobody classified":  {once(failsAfter, errors.New("strange")), func(s *teamsSide) { s.silent = true }, 1},
		"an echo with another one's marks": {once(failsAfter, dropped), func(s *teamsSide) { s.unmarked = true }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.teams.sends.set(test.fault)
			test.setup(s.teams)
			s.start()
			first := s.writePost("", alexMM, "first *post*")
			s.writePost(first.ID, blakeMM, "a reply")
			s.settle([]string{"alex: first *post*", "→ blake: a reply"}, []string{"first post", "→ Blake Demo: a reply"})
			if got := s.teams.sends.count() - 1; got != test.sends {
				t.Errorf("%d POSTs for the first post, want %d", got, test.sends)
			}
		})
	}
}

func TestALostMarkSettlesNoForeignMessage(t *testing.T) {
	s := newSite(t)
	s.teams.silent, s.teams.unmarked = true, true
	s.teams.sends.set(once(failsBefore, dropped))
	s.tuning.Looks = []time.Duration{100 * time.Millisecond, 30 * time.Millisecond, 30 * time.Millisecond}
	s.start()
	s.writePost("", alexMM, "same words")
	s.eventually("the send is under way", func() bool { return s.teams.sends.count() == 1 })
	// Blake writes the same words in Teams meanwhile; the notification is late.
	foreign := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "same words")
	s.eventually("it is sent again", func() bool { return s.teams.sends.count() == 2 })
	if err := s.receive([]bridge.Arrival{created(foreign)}); err != nil {
		t.Fatal(err)
	}
	s.settle([]string{"alex: same words", "**Blake Demo:** same words"}, []string{"same words", "same words"})
}

// The echo settles a send at once, however far away the next look is.
func TestTheEchoSettlesASend(t *testing.T) {
	s := newSite(t)
	s.teams.sends.set(once(failsAfter, dropped))
	s.tuning.Looks = []time.Duration{time.Hour}
	s.start()
	s.writePost("", alexMM, "hello")
	s.settle([]string{"alex: hello"}, []string{"hello"})
}

// A message may become visible long after its POST was cut off; only three looks make it absent.
func TestAMessageThatAppearsLate(t *testing.T) {
	s := newSite(t)
	s.teams.silent = true
	var late bridge.TeamsMessage
	s.teams.sends.set(once(failsAfter, dropped))
	s.teams.looks.set(func(call int) (verdict, error) {
		s.teams.mu.Lock()
		defer s.teams.mu.Unlock()
		switch call {
		case 1:
			late, s.teams.messages = s.teams.messages[0], nil
		case 3:
			s.teams.messages = append(s.teams.messages, late)
		}
		return works, nil
	})
	s.start()
	s.writePost("", alexMM, "hello")
	s.settle([]string{"alex: hello"}, []string{"hello"})
	if got := s.teams.sends.count(); got != 1 {
		t.Errorf("%d POSTs", got)
	}
}

// A look that fails tells nothing.
func TestALookThatFails(t *testing.T) {
	s := newSite(t)
	s.teams.silent = true
	s.teams.sends.set(once(failsAfter, dropped))
	s.teams.looks.set(func(call int) (verdict, error) {
		if call <= 5 {
			return failsBefore, throttled
		}
		return works, nil
	})
	s.start()
	s.writePost("", alexMM, "hello")
	s.settle([]string{"alex: hello"}, []string{"hello"})
	if got := s.teams.sends.count(); got != 1 {
		t.Errorf("%d POSTs", got)
	}
}

// A send that can neither be confirmed nor denied is given up, so that it holds nobody else, and looked for again when
// somebody retries it: it is not sent twice.
func TestASendThatCannotBeLookedFor(t *testing.T) {
	s := newSite(t)
	s.teams.silent = true
	s.teams.sends.set(once(failsAfter, dropped))
	s.teams.looks.set(func(int) (verdict, error) { return failsBefore, refused })
	n := s.start()
	s.writePost("", alexMM, "lost from sight")
	s.eventually("it is a dead letter", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Dead == 1
	})
	s.writeInTeams("", asAlex, "life goes on")
	s.eventually("others pass", func() bool { return len(s.mattermost.texts()) == 2 })
	s.teams.looks.set(nil)
	if revived, err := n.Retry(t.Context(), chat.ID, bridge.Outbound); err != nil || revived != 1 {
		t.Fatal(revived, err)
	}
	s.settle([]string{"alex: lost from sight", "alex: life goes on"}, []string{"lost from sight", "life goes on"})
	if got := s.teams.sends.count(); got != 1 {
		t.Errorf("%d POSTs", got)
	}
}

// A list that does not go back to the send does not tell that it is absent.
func TestALookThatIsCutShort(t *testing.T) {
	for name, hidden := range map[string]bool{"the message is in it": false, "it is not": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.teams.silent = true
			s.teams.sends.set(once(failsAfter, dropped))
			s.governor = func(*store.Store) (bridge.Governor, bridge.Teams) { return nil, &cutShort{s.teams, hidden} }
			n := s.start()
			s.writePost("", alexMM, "hello")
			dead := 0
			if hidden {
				dead = 1
			}
			s.eventually("it is settled", func() bool {
				h, err := n.Health(t.Context())
				return err == nil && h.Outbound.Dead == dead && s.idle()
			})
			if got := s.teams.sends.count(); got != 1 {
				t.Errorf("%d POSTs", got)
			}
			if !hidden {
				return
			}
			// Its echo tells in the end.
			if err := s.receive([]bridge.Arrival{created(s.teams.messages[0])}); err != nil {
				t.Fatal(err)
			}
			s.settle([]string{"alex: hello"}, []string{"hello"})
			if h, err := n.Health(t.Context()); err != nil || h.Outbound.Dead != 0 {
				t.Errorf("health %+v, %v", h, err)
			}
		})
	}
}

// cutShort is Teams with more messages than a list holds.
type cutShort struct {
	*teamsSide
	hidden bool
}

func (c *cutShort) Recent(ctx context.Context, in bridge.Conversation, root bridge.TeamsMessageID, since time.Time) ([]bridge.TeamsMessage, error) {
	if c.hidden {
		return nil, bridge.ErrCutShort
	}
	recent, err := c.teamsSide.Recent(ctx, in, root, since)
	return recent, cmp.Or(err, error(bridge.ErrCutShort))
}

func TestAMessageOfSomebodyWithASendInFlightWaits(t *testing.T) {
	s := newSite(t)
	s.teams.sends.set(once(failsBefore, dropped))
	s.tuning.Looks = []time.Duration{200 * time.Millisecond, 50 * time.Millisecond, 50 * time.Millisecond}
	s.start()
	s.writePost("", alexMM, "from Mattermost")
	s.eventually("the send is under way", func() bool { return s.teams.sends.count() == 1 })
	s.writeInTeams("", asAlex, "from Teams")
	s.settle([]string{"alex: from Mattermost", "alex: from Teams"}, []string{"from Teams", "from Mattermost"})
}

func TestARevokedTokenFallsBackToTheBot(t *testing.T) {
	s := newSite(t)
	s.teams.sends.set(once(failsBefore, revoked))
	s.start()
	s.writePost("", alexMM, "hello")
	s.settle([]string{"alex: hello"}, []string{"Alex Demo: hello"})
	if got := s.teams.messages[0].From.User; got != bot.TeamsUser {
		t.Errorf("sent as %s", got)
	}
}

// TestATokenThatGraphDoesNotKnowYet is no reason to let somebody else speak, nor to wait for somebody to connect who is connected;
// one that it never knows is.
func TestATokenThatGraphDoesNotKnowYet(t *testing.T) {
	for name, test := range map[string]struct {
		refusals int
		bots     []bridge.Account
		shown    string
		as       bridge.TeamsUserID
	}{
		"for a moment":           {2, []bridge.Account{bot}, "hello", alex.TeamsUser},
		"for a moment, no bot":   {2, nil, "hello", alex.TeamsUser},
		"for longer than it may": {4, []bridge.Account{bot}, "Alex Demo: hello", bot.TeamsUser},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.people.bots = test.bots
			s.teams.sends.set(firstCalls(test.refusals, notKnown))
			s.start()
			s.writePost("", alexMM, "hello")
			s.settle([]string{"alex: hello"}, []string{test.shown})
			if got := s.teams.messages[0].From.User; got != test.as {
				t.Errorf("sent as %s", got)
			}
		})
	}
}

func TestPostsWaitForAnAccount(t *testing.T) {
	s := newSite(t)
	s.people.accounts, s.people.bots = nil, nil
	n := s.start()
	first := s.writePost("", alexMM, "one")
	s.writePost("", alexMM, "two")
	s.writePost(first.ID, alexMM, "reply")
	s.eventually("all are parked", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Parked == 3 && h.Outbound.Pending == 0
	})
	s.people.connect(alex)
	if err := n.AccountConnected(t.Context(), alexMM); err != nil {
		t.Fatal(err)
	}
	s.settle([]string{"alex: one", "alex: two", "→ alex: reply"}, []string{"one", "two", "→ reply"})
	if !slices.Equal(s.mattermost.told, []bridge.UserID{alexMM}) {
		t.Errorf("told %v, want alex once", s.mattermost.told)
	}
}

// reconnects has alex connect again, with a new account as the store gives everybody, while a call with the old one is made.
func (s *site) reconnects(t *testing.T, n *node) {
	again := alex
	again.ID = "connected again"
	s.people.mu.Lock()
	s.people.accounts = []bridge.Account{again}
	s.people.mu.Unlock()
	if err := n.AccountConnected(t.Context(), alexMM); err != nil {
		t.Error(err)
	}
}

// TestWhoConnectsWhileAnotherAccountIsRefused wakes nobody, because nothing waits yet; the post must not wait either.
func TestWhoConnectsWhileAnotherAccountIsRefused(t *testing.T) {
	s := newSite(t)
	s.people.bots = nil
	n := s.start()
	s.teams.sends.set(func(call int) (verdict, error) {
		if call > 1 {
			return works, nil
		}
		s.reconnects(t, n)
		return failsBefore, revoked
	})
	s.writePost("", alexMM, "hello")
	s.settle([]string{"alex: hello"}, []string{"hello"})
}

func TestWhoConnectsWhileAnEditIsRefused(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.writePost("", alexMM, "one")
	post, _ := s.pair()
	s.teams.changes.set(func(call int) (verdict, error) {
		if call > 1 {
			return works, nil
		}
		s.reconnects(t, n)
		return failsBefore, revoked
	})
	s.editPost(post.ID, "two")
	s.stands([]string{"two"}, []string{"two"})
}

// TestWhoWasToldOfALostAccountIsNotToldAgain: the message about the loss says what becomes of posts.
func TestWhoWasToldOfALostAccountIsNotToldAgain(t *testing.T) {
	s := newSite(t)
	s.people.accounts, s.people.bots, s.people.told = nil, nil, []bridge.UserID{alexMM}
	n := s.start()
	s.writePost("", alexMM, "one")
	s.eventually("it is parked", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Parked == 1 && h.Outbound.Pending == 0
	})
	s.people.connect(alex)
	if err := n.AccountConnected(t.Context(), alexMM); err != nil {
		t.Fatal(err)
	}
	s.settle([]string{"alex: one"}, []string{"one"})
	if len(s.mattermost.told) != 0 {
		t.Errorf("told %v, want nobody", s.mattermost.told)
	}
}

// A reply that waited in vain for its thread has not waited for an account yet.
func TestAPostWaitsForAnAccountAfterItWaitedForItsThread(t *testing.T) {
	s := newSite(t)
	s.people.accounts, s.people.bots = nil, nil
	n := s.start()
	s.mattermost.mu.Lock()
	root := s.mattermost.add(bridge.Post{Channel: channel, Own: true, Mapping: "about to be confirmed", Message: "from Teams"})
	s.mattermost.mu.Unlock()
	s.writePost(root.ID, alexMM, "reply")
	waits := func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Parked == 1 && h.Outbound.Dead == 0
	}
	s.eventually("the reply waits for its thread", waits)
	s.mattermost.delete(root.ID)
	s.eventually("its author is told that it waits for an account", func() bool {
		s.mattermost.mu.Lock()
		defer s.mattermost.mu.Unlock()
		return len(s.mattermost.told) == 1 && waits()
	})
	s.people.connect(alex)
	if err := n.AccountConnected(t.Context(), alexMM); err != nil {
		t.Fatal(err)
	}
	s.quiet()
	if got := s.teams.texts(); len(got) != 1 || !strings.HasSuffix(got[0], "reply") {
		t.Errorf("Teams shows %q", got)
	}
}

func TestABotFreesEverybody(t *testing.T) {
	s := newSite(t)
	s.people.bots = nil
	n := s.start()
	s.writePost("", blakeMM, "by bot")
	s.eventually("it is parked", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Parked == 1
	})
	s.writePost("", alexMM, "by account")
	s.eventually("others pass", func() bool { return len(s.teams.texts()) == 1 })
	s.people.connect(bot)
	if err := n.AccountConnected(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	s.settle([]string{"blake: by bot", "alex: by account"}, []string{"by account", "Blake Demo: by bot"})
}

func TestNobodyConnectsInTime(t *testing.T) {
	s := newSite(t)
	s.people.accounts, s.people.bots = nil, nil
	s.tuning.AccountWait = 50 * time.Millisecond
	n := s.start()
	s.writePost("", alexMM, "late")
	s.eventually("it is a dead letter", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Dead == 1
	})
	s.people.connect(bot)
	if revived, err := n.Retry(t.Context(), chat.ID, bridge.Outbound); err != nil || revived != 1 {
		t.Fatal(revived, err)
	}
	s.settle([]string{"alex: late"}, []string{"Alex Demo: late"})
}

// A poisoned event becomes a dead letter; the lane goes on; a retry carries it.
func TestPoison(t *testing.T) {
	for name, poison := range map[string]func() error{
		"refused":        func() error { return refused },
		"fails each try": func() error { return errors.New("strange") },
		"panics":         func() error { panic("poison") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.mattermost.creates.set(func(int) (verdict, error) {
				// The first message is the poisoned one, until it is given up.
				if s.tally.died() == 0 {
					if err := poison(); err != nil {
						return failsBefore, err
					}
				}
				return works, nil
			})
			n := s.start()
			s.writeInTeams("", blake, "poison")
			s.writeInTeams("", blake, "food")
			s.eventually("a dead letter, and the lane goes on", func() bool {
				h, err := n.Health(t.Context())
				return err == nil && h.Inbound.Dead == 1 && h.Inbound.Pending == 0
			})
			h, err := n.Health(t.Context())
			if err != nil || h.Links[0].Inbound.DeadReason == "" || h.Links[0].Inbound.LastError == "" {
				t.Errorf("the dead letter has no reason: %+v, %v", h, err)
			}
			if revived, err := n.Retry(t.Context(), chat.ID, bridge.Inbound); err != nil || revived != 1 {
				t.Fatal(revived, err)
			}
			s.settle([]string{"**Blake Demo:** food", "**Blake Demo:** poison"}, []string{"poison", "food"})
		})
	}
}

func (c *tally) died() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

func TestARefusedSendIsADeadLetter(t *testing.T) {
	s := newSite(t)
	s.teams.sends.set(once(failsBefore, refused))
	n := s.start()
	root := s.writePost("", alexMM, "refused")
	s.writePost(root.ID, alexMM, "reply")
	s.eventually("the reply is sent with a quote", func() bool { return len(s.teams.texts()) == 1 })
	s.quiet()
	if got, want := s.teams.texts()[0], "Alex Demo: refused reply"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	if h, err := n.Health(t.Context()); err != nil || h.Outbound.Dead != 1 || !strings.Contains(h.Links[0].Outbound.DeadReason, "refused") {
		t.Errorf("health %+v, %v", h, err)
	}
}

func TestAMessageThatGraphDoesNotKnow(t *testing.T) {
	s := newSite(t)
	n := s.start()
	if err := s.receive([]bridge.Arrival{{Ref: bridge.MessageRef{Conversation: chat, ID: "1"}, Kind: bridge.Create, SourceAt: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	s.writeInTeams("", blake, "next")
	s.eventually("it is a dead letter", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Inbound.Dead == 1
	})
	s.settle([]string{"**Blake Demo:** next"}, []string{"next"})
}

// A post that may have been made is looked for by its mapping.
func TestAPostWhoseAnswerIsLost(t *testing.T) {
	s := newSite(t)
	s.mattermost.creates.set(once(failsAfter, errors.New("the server went away")))
	s.start()
	s.writeInTeams("", blake, "hello")
	s.settle([]string{"**Blake Demo:** hello"}, []string{"hello"})
}

func TestAReadThatFailsIsRepeated(t *testing.T) {
	s := newSite(t)
	s.teams.reads.set(func(call int) (verdict, error) {
		if call <= 6 {
			return failsBefore, &bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("unavailable")}
		}
		return works, nil
	})
	s.start()
	s.writeInTeams("", blake, "one")
	s.writeInTeams("", blake, "two")
	s.settle([]string{"**Blake Demo:** one", "**Blake Demo:** two"}, []string{"one", "two"})
}

func TestAThreadThatIsDeletedMeanwhile(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.writeInTeams("", blake, "root")
	s.quiet()
	s.mattermost.delete(s.mattermost.posts[0].ID)
	s.mattermost.creates.set(func(call int) (verdict, error) {
		if call == 2 || call == 3 {
			return failsBefore, refused // as the server does for a reply to a deleted root
		}
		return works, nil
	})
	s.writeInTeams(root.Ref.ID, asAlex, "reply")
	s.settle([]string{"**Blake Demo:** root", "alex: > _a message that is no longer there_\n\nreply"}, []string{"root", "→ reply"})
}

// between is Teams, in which something happens while a message is read.
type between struct {
	*teamsSide
	message func(bridge.MessageRef)
}

func (b *between) Message(ctx context.Context, ref bridge.MessageRef) (bridge.TeamsMessage, error) {
	b.message(ref)
	return b.teamsSide.Message(ctx, ref)
}

// What a bot wrote for somebody is confirmed while a reply to it looks for where it belongs: after the reply saw that it is not
// mapped, before it looks whether it is being sent.
func TestAReplyFindsARootThatIsConfirmedMeanwhile(t *testing.T) {
	s := newSite(t)
	release := make(chan struct{})
	s.teams.notify = func([]bridge.Arrival) { <-release } // the send has arrived, and its answer is on its way
	var root atomic.Pointer[bridge.MessageRef]
	var n *node
	var post bridge.Post
	confirm := sync.OnceFunc(func() {
		close(release)
		for t.Context().Err() == nil {
			if mapping, known, err := n.store.MappingOfPost(t.Context(), post.ID); err == nil && known && mapping.State == bridge.Confirmed {
				return
			}
			waitABit(1)
		}
	})
	s.governor = func(*store.Store) (bridge.Governor, bridge.Teams) {
		return nil, &between{s.teams, func(ref bridge.MessageRef) {
			if r := root.Load(); r != nil && *r == ref {
				confirm()
			}
		}}
	}
	n = s.start()
	post = s.writePost("", blakeMM, "hello")
	s.eventually("the message is in Teams", func() bool { return len(s.teams.texts()) == 1 })
	sent := s.teams.messages[0].Ref
	root.Store(&sent)
	s.writeInTeams(sent.ID, blake, "a reply")
	s.settle([]string{"blake: hello", "→ **Blake Demo:** a reply"}, []string{"Blake Demo: hello", "→ a reply"})
}

// Another bridge in the same channels repeats in Teams what this one brings, and here what it finds there. That ends after
// some rounds; what people write meanwhile, the same text too, is carried.
func TestALoopBetweenBridgesEnds(t *testing.T) {
	s := newSite(t)
	var rounds atomic.Int32
	hook := s.mattermost.hook
	s.mattermost.hook = func(p bridge.Post) {
		hook(p)
		if p.Own && strings.Contains(p.Message, "round") {
			rounds.Add(1)
			go s.writeInTeams("", bridge.Sender{Name: "Other bridge", Application: true}, "round and round")
		}
	}
	n := s.start()
	s.writeInTeams("", bridge.Sender{Name: "Other bridge", Application: true}, "round and round")
	dead := func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Inbound.Dead == 1 && strings.Contains(h.Links[0].Inbound.DeadReason, "loop")
	}
	s.eventually("the loop is a dead letter", dead)
	if got := rounds.Load(); got != 20 {
		t.Errorf("it went round %d times, want 20", got)
	}
	s.writeInTeams("", asAlex, "round and round")
	s.writeInTeams("", blake, "something else")
	s.quiet()
	if texts := s.mattermost.texts(); len(texts) != 22 {
		t.Errorf("Mattermost shows %d posts, want 20 of the loop and 2 of people: %q", len(texts), texts)
	}
}

// What has been counted is not forgotten when the lane gets another node.
func TestALoopOverSeveralNodesEnds(t *testing.T) {
	s := newSite(t)
	s.stop(s.start())
	for range 3 {
		n := s.start()
		for range 10 {
			s.writeInTeams("", bridge.Sender{Name: "Other bridge", Application: true}, "round and round")
		}
		s.quiet()
		s.stop(n)
	}
	if texts, dead := s.mattermost.texts(), s.tally.died(); len(texts) != 22 || dead != 8 {
		t.Errorf("Mattermost shows %d posts, %d are dead letters, want 20 and the two that the last node let pass unasked, and 8", len(texts), dead)
	}
}

// The same from Mattermost, by a bot that answers itself there.
func TestALoopThroughTheBotEnds(t *testing.T) {
	s := newSite(t)
	n := s.start()
	for range 25 {
		s.writePost("", blakeMM, "again") // has no account, so that the bot writes it
		s.writePost("", alexMM, "again")
	}
	s.eventually("the rest are dead letters", func() bool {
		h, err := n.Health(t.Context())
		return err == nil && h.Outbound.Dead == 5 && h.Outbound.Pending == 0
	})
	if n := s.teams.sends.count(); n != 45 {
		t.Errorf("%d messages were sent, want 20 by the bot and 25 by alex", n)
	}
}
