// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// A node that dies at the worst moment: another one finishes what it began, once.
func TestACrashAroundAPost(t *testing.T) {
	for name, moment := range map[string]verdict{
		"between reserve and post": failsBefore,
		"between post and confirm": failsAfter,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			doomed := s.start()
			s.mattermost.creates.set(func(call int) (verdict, error) {
				if call == 1 {
					s.crash(doomed)
					return moment, errors.New("the process is gone")
				}
				return works, nil
			})
			s.writeInTeams("", blake, "hello")
			s.eventually("the crash", func() bool { return s.any() == nil })
			s.start()
			s.settle([]string{"**Blake Demo:** hello"}, []string{"hello"})
		})
	}
}

func TestACrashAroundASend(t *testing.T) {
	for name, test := range map[string]struct {
		moment verdict
		silent bool
		sends  int
	}{
		"before the POST took effect":                 {failsBefore, false, 2},
		"after the POST took effect, the echo tells":  {failsAfter, false, 1},
		"after the POST took effect, a look tells":    {failsAfter, true, 1},
		"before the POST took effect, without echoes": {failsBefore, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.teams.silent = test.silent
			doomed := s.start()
			var echo []bridge.Arrival
			s.teams.notify = func(a []bridge.Arrival) { echo = append(echo, a...) } // Graph keeps what nobody takes
			s.teams.sends.set(func(call int) (verdict, error) {
				if call == 1 {
					s.crash(doomed)
					return test.moment, errors.New("the process is gone")
				}
				return works, nil
			})
			s.writePost("", alexMM, "hello")
			s.eventually("the crash", func() bool { return s.any() == nil })
			s.start()
			if err := s.receive(echo); err != nil {
				t.Fatal(err)
			}
			s.settle([]string{"alex: hello"}, []string{"hello"})
			if got := s.teams.sends.count(); got != test.sends {
				t.Errorf("%d POSTs, want %d", got, test.sends)
			}
		})
	}
}

// Every notification comes twice within milliseconds, spread over two nodes.
func TestDuplicateNotifications(t *testing.T) {
	s := newSite(t)
	s.start()
	s.start()
	var deliveries sync.WaitGroup
	var want []string
	for i := range 50 {
		text := fmt.Sprint(i)
		m := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, text)
		want = append(want, "**Blake Demo:** "+text)
		for range 2 {
			deliveries.Go(func() {
				if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	deliveries.Wait()
	s.quiet()
	got := s.mattermost.texts()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("posts %q", got)
	}
	// Long after, once more.
	for _, m := range s.teams.messages {
		if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
			t.Fatal(err)
		}
	}
	s.quiet()
	if n := len(s.mattermost.texts()); n != 50 {
		t.Errorf("%d posts after a late repetition", n)
	}
}

// Two nodes share the work of several conversations; one dies in the middle, without giving anything back.
func TestANodeDiesUnderLoad(t *testing.T) {
	s := newSite(t)
	s.tuning.Lease = time.Second
	doomed := s.start()
	survivor := s.start()
	const each, conversations = 30, 4
	for i := range conversations {
		link := bridge.Link{Channel: bridge.ChannelID(fmt.Sprintf("c%d", i)), Conversation: bridge.Conversation{ID: bridge.ConversationID(fmt.Sprintf("19:%d", i)), Team: "team"}}
		if _, err := survivor.Links().Create(t.Context(), link); err != nil {
			t.Fatal(err)
		}
	}
	var writers sync.WaitGroup
	for i := range conversations {
		link, _ := survivor.Links().ByChannel(bridge.ChannelID(fmt.Sprintf("c%d", i)))
		writers.Go(func() {
			for n := range each {
				m := s.teams.write(bridge.MessageRef{Conversation: link.Conversation}, blake, fmt.Sprintf("in %d", n))
				if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
					t.Error(err)
				}
			}
		})
		writers.Go(func() {
			for n := range each {
				s.hook(s.mattermost.write(link.Channel, "", alexMM, fmt.Sprintf("out %d", n)))
			}
		})
	}
	s.eventually("work has begun", func() bool { return s.teams.sends.count() > each/2 })
	s.crash(doomed)
	writers.Wait()
	// A post whose hook ran into the crash is found by the scan that a restart, or a take-over, brings.
	s.start()
	s.quiet()

	want := func(prefix string) (list []string) {
		for n := range each {
			list = append(list, fmt.Sprintf("%s %d", prefix, n))
		}
		return list
	}
	for i := range conversations {
		link, _ := survivor.Links().ByChannel(bridge.ChannelID(fmt.Sprintf("c%d", i)))
		var in, out []string
		for _, p := range s.mattermost.posts {
			if p.Channel == link.Channel && p.Mapping != "" {
				in = append(in, p.Message[len("**Blake Demo:** "):])
			}
		}
		for _, m := range s.teams.messages {
			if m.Ref.Conversation == link.Conversation && m.From.User == alex.TeamsUser {
				text, _, _ := strings.Cut(strings.TrimPrefix(m.HTML, "<p>"), "<")
				out = append(out, text)
			}
		}
		if !slices.Equal(in, want("in")) {
			t.Errorf("conversation %d, Teams → Mattermost: %q", i, in)
		}
		// Posts whose hook was lost arrive late; that they arrive once is what counts here.
		slices.Sort(out)
		expected := want("out")
		slices.Sort(expected)
		if !slices.Equal(out, expected) {
			t.Errorf("conversation %d, Mattermost → Teams: %q", i, out)
		}
	}
}

func TestARestartLosesNothing(t *testing.T) {
	s := newSite(t)
	n := s.start()
	blocked := make(chan struct{})
	s.teams.sends.set(func(call int) (verdict, error) {
		if call == 1 {
			close(blocked)
		}
		return works, nil
	})
	var posts, messages []string
	for i := range 10 {
		s.writePost("", alexMM, fmt.Sprint(i))
		posts, messages = append(posts, fmt.Sprintf("alex: %d", i)), append(messages, fmt.Sprint(i))
	}
	<-blocked
	s.stop(n)
	// Written while the plugin is off: no hook runs.
	s.writePost("", alexMM, "while off")
	posts, messages = append(posts, "alex: while off"), append(messages, "while off")
	next := s.start()
	s.eventually("the scan has found it", func() bool { return len(s.teams.texts()) == 11 })
	s.settle(posts, messages)
	if lanes, err := next.store.Due(t.Context()); err != nil || len(lanes) != 0 {
		t.Errorf("due: %v, %v", lanes, err)
	}
}

// scanned is when the channel's posts were last scanned.
func (s *site) scanned(n *node) (at time.Time) {
	s.t.Helper()
	if err := n.store.Pool().QueryRow(s.t.Context(), "SELECT greatest(scanned_at, 'epoch') FROM msteamssync.cursors").Scan(&at); err != nil {
		s.t.Fatal(err)
	}
	return at
}

// A node dies, and with it what its hooks had not written down: who takes its lane over looks for that.
func TestWhoTakesALaneOverLooksForLostPosts(t *testing.T) {
	s := newSite(t)
	doomed := s.start()
	s.eventually("the first scan", func() bool { return s.scanned(doomed).After(time.Unix(0, 0)) })
	sending, gone := make(chan struct{}), make(chan struct{})
	s.teams.sends.set(func(call int) (verdict, error) {
		if call > 1 {
			return works, nil
		}
		close(sending)
		<-gone
		return failsBefore, errors.New("the process is gone")
	})
	s.writePost("", alexMM, "one")
	<-sending
	before := s.scanned(doomed)
	next := s.start()
	s.eventually("the other node has scanned at its start", func() bool { return s.scanned(next).After(before) })
	s.crash(doomed)
	s.mattermost.write(channel, "", alexMM, "two") // its hook died with the node
	s.writePost("", alexMM, "three")
	close(gone)
	s.eventually("all are sent", func() bool { return len(s.teams.texts()) == 3 })
	s.settle([]string{"alex: one", "alex: two", "alex: three"}, []string{"one", "two", "three"})
}

func TestAStopGivesItsLanesBack(t *testing.T) {
	s := newSite(t)
	s.tuning.Lease = time.Hour // so that only a lane that was given back can be worked on
	n := s.start()
	s.writePost("", alexMM, "one")
	s.quiet()
	s.teams.sends.set(func(int) (verdict, error) { return failsBefore, throttled })
	s.writePost("", alexMM, "two")
	s.eventually("it is being tried", func() bool { return s.teams.sends.count() > 2 })
	s.stop(n)
	s.teams.sends.set(nil)
	s.start()
	s.settle([]string{"alex: one", "alex: two"}, []string{"one", "two"})
}

func TestStopCutsOffWhatTakesTooLong(t *testing.T) {
	s := newSite(t)
	n := s.start()
	hangs := &hangingTeams{teamsSide: s.teams, begun: make(chan struct{})}
	n.Teams = hangs
	s.writePost("", alexMM, "slow")
	<-hangs.begun
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := n.Stop(ctx); err != nil {
		t.Error(err)
	}
	s.remove(n)
	s.start()
	s.settle([]string{"alex: slow"}, []string{"slow"})
}

// hangingTeams does not answer a send until it is cut off.
type hangingTeams struct {
	*teamsSide
	begun chan struct{}
	once  sync.Once
}

func (h *hangingTeams) Send(ctx context.Context, _ bridge.Account, _ bridge.Conversation, _ bridge.TeamsMessageID, _ bridge.Outgoing) (bridge.TeamsMessage, error) {
	h.once.Do(func() { close(h.begun) })
	<-ctx.Done()
	return bridge.TeamsMessage{}, &bridge.Failure{Class: bridge.Unknown, Err: ctx.Err()}
}

// An outbox row that cannot be written is found by the scan that follows.
func TestAFailedHookIsMadeUpFor(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.quiet()
	p := s.mattermost.write(channel, "", alexMM, "hello")
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.PostCreated(cut, p); err == nil {
		t.Fatal("the hook did not report that it could not write")
	}
	s.eventually("it is sent", func() bool { return len(s.teams.texts()) == 1 })
	s.settle([]string{"alex: hello"}, []string{"hello"})
	if s.tally.caught != 1 {
		t.Errorf("the scans found %d posts", s.tally.caught)
	}
}

// What could not be written down goes before what is posted later, however long the next poll is off.
func TestWhatNoHookReportedGoesFirst(t *testing.T) {
	s := newSite(t)
	first := s.start()
	s.eventually("the first scan", func() bool { return s.scanned(first).After(time.Unix(0, 0)) })
	before := s.scanned(first)
	s.stop(first)
	s.tuning.PollEvery = time.Hour
	n := s.start()
	s.eventually("the scan of its start", func() bool { return s.scanned(n).After(before) })
	s.writePost("", alexMM, "zero") // the scan has ended when it is sent
	s.quiet()
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{"one", "two"} {
		if err := n.PostCreated(cut, s.mattermost.write(channel, "", alexMM, text)); err == nil {
			t.Fatal("the hook did not report that it could not write")
		}
	}
	s.writePost("", alexMM, "three")
	s.eventually("all are sent", func() bool { return len(s.teams.texts()) == 4 })
	s.settle([]string{"alex: zero", "alex: one", "alex: two", "alex: three"}, []string{"zero", "one", "two", "three"})
}

// A post's time is stamped before it is committed, so that one may appear behind the cursor.
func TestAScanLooksBehindItsCursor(t *testing.T) {
	s := newSite(t)
	s.linkedAt, s.tuning.ScanEvery = time.Now().Add(-time.Hour), 50*time.Millisecond
	n := s.start()
	first := s.writePost("", alexMM, "committed first")
	s.eventually("the cursor has passed it", func() bool {
		var passed bool
		err := n.store.Pool().QueryRow(t.Context(), "SELECT update_at >= $1 FROM msteamssync.cursors", first.UpdateAt).Scan(&passed)
		return err == nil && passed
	})
	s.mattermost.mu.Lock()
	s.mattermost.add(bridge.Post{Channel: channel, Author: alexMM, Message: "committed late", CreateAt: first.CreateAt - 60_000}) // and its hook is lost
	s.mattermost.mu.Unlock()
	s.eventually("both are sent", func() bool { return len(s.teams.texts()) == 2 })
	s.quiet()
}

// The server calls hooks only a moment after the engine was started, and has scanned by then.
func TestAPostBetweenTheFirstScanAndTheFirstHook(t *testing.T) {
	for name, poll := range map[string]time.Duration{"a hook comes": time.Hour, "none comes": time.Second} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.linkedAt = time.Now().Add(-time.Minute)
			s.stop(s.start()) // links the channel
			if _, err := storetest.Open(t, s.dsn, "between").Pool().Exec(t.Context(), "UPDATE msteamssync.cursors SET scanned_at = '-infinity'"); err != nil {
				t.Fatal(err)
			}
			s.tuning.PollEvery = poll
			n := s.start()
			s.eventually("the channel is scanned", func() bool {
				var scanned bool
				err := n.store.Pool().QueryRow(t.Context(), "SELECT scanned_at > '-infinity' FROM msteamssync.cursors WHERE conversation = $1", chat.ID).Scan(&scanned)
				return err == nil && scanned
			})
			s.mattermost.write(channel, "", alexMM, "no hook")
			if poll == time.Hour {
				s.writePost("", alexMM, "a hook")
				s.eventually("both are sent", func() bool { return len(s.teams.texts()) == 2 })
				s.settle([]string{"alex: no hook", "alex: a hook"}, []string{"no hook", "a hook"})
				return
			}
			s.eventually("it is sent", func() bool { return len(s.teams.texts()) == 1 })
			s.quiet()
		})
	}
}

// A scan reads pages, in order, and nothing twice.
func TestAScanOfManyPosts(t *testing.T) {
	s := newSite(t)
	s.linkedAt = time.Now().Add(-time.Minute)
	var posts, messages []string
	for i := range 450 {
		s.mattermost.write(channel, "", alexMM, fmt.Sprint(i))
		posts, messages = append(posts, fmt.Sprintf("alex: %d", i)), append(messages, fmt.Sprint(i))
	}
	s.stop(s.start()) // links the channel
	s.start()
	s.eventually("all are sent", func() bool { return len(s.teams.texts()) == 450 })
	s.settle(posts, messages)
	if s.tally.caught != 450 {
		t.Errorf("the scans found %d posts", s.tally.caught)
	}
}

// A reaction is taken back after the node that was sending it to Teams has died.
func TestAReactionTakenBackAfterACrash(t *testing.T) {
	for name, test := range map[string]struct {
		moment       verdict
		silent, hook bool
	}{
		"it did not arrive":                              {failsBefore, true, true},
		"it did not arrive, without a hook":              {failsBefore, true, false},
		"it arrived":                                     {failsAfter, false, true},
		"it arrived, without a hook":                     {failsAfter, false, false},
		"it arrived, without an echo":                    {failsAfter, true, true},
		"it arrived, without an echo and without a hook": {failsAfter, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			doomed := s.start()
			s.writePost("", alexMM, "hello")
			post, message := s.pair()
			s.quiet()
			s.teams.silent = test.silent
			var echo []bridge.Arrival
			s.teams.notify = func(a []bridge.Arrival) { echo = append(echo, a...) } // Graph keeps what nobody takes
			s.teams.changes.set(func(call int) (verdict, error) {
				if call == 1 {
					s.crash(doomed)
					return test.moment, errors.New("the process is gone")
				}
				return works, nil
			})
			s.reactToPost(post.ID, alexMM, "👍", true)
			s.eventually("the crash", func() bool { return s.any() == nil })
			if !test.hook {
				s.reactToPost(post.ID, alexMM, "👍", false)
			}
			s.start()
			if test.hook {
				s.reactToPost(post.ID, alexMM, "👍", false)
			}
			if err := s.receive(echo); err != nil {
				t.Fatal(err)
			}
			s.reactions(post, message, nil, nil)
		})
	}
}
