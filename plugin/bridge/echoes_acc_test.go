// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// withLateEchoes hides from the bridge what its sends made, and returns what shows and notifies of it.
func withLateEchoes(s *site) (show func()) {
	s.teams.silent = true
	var late []bridge.TeamsMessage
	hide := func() {
		s.teams.mu.Lock()
		defer s.teams.mu.Unlock()
		late, s.teams.messages = append(late, s.teams.messages...), nil
	}
	s.teams.looks.set(func(int) (verdict, error) {
		hide()
		return works, nil
	})
	return func() {
		s.t.Helper()
		s.teams.looks.set(nil)
		s.teams.mu.Lock()
		s.teams.messages = append(late, s.teams.messages...)
		s.teams.silent = false
		s.teams.mu.Unlock()
		for _, m := range late {
			if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
				s.t.Error(err)
			}
		}
	}
}

// Nothing that was sent is sent again, or brought back, once it has been seen, whatever was thought of it meanwhile.
func TestAnEchoThatComesLate(t *testing.T) {
	for name, author := range map[string]bridge.UserID{"as a person": alexMM, "by the bot": blakeMM} {
		text := map[bridge.UserID]string{alexMM: "hello", blakeMM: "Blake Demo: hello"}[author]
		post := string(author) + ": hello"
		t.Run(name+", before it is sent again", func(t *testing.T) {
			s := newSite(t)
			s.tuning.FirstBackoff, s.tuning.LastBackoff, s.tuning.LastOutageBackoff = time.Hour, time.Hour, time.Hour
			s.teams.sends.set(once(failsAfter, dropped))
			show := withLateEchoes(s)
			n := s.start()
			p := s.writePost("", author, "hello")
			s.eventually("it is to be sent again", func() bool {
				state, queued, err := n.store.OutboundState(t.Context(), chat.ID, p.ID, bridge.Create)
				return err == nil && queued && state == bridge.Pending && s.teams.looks.count() == 3
			})
			show()
			s.settle([]string{post}, []string{text})
			if got := s.teams.sends.count(); got != 1 {
				t.Errorf("%d POSTs", got)
			}
		})
		t.Run(name+", after it was given up", func(t *testing.T) {
			s := newSite(t)
			s.tuning.MaxAttempts, s.tuning.OutageFor = 1, time.Nanosecond
			s.teams.sends.set(func(call int) (verdict, error) {
				if call == 1 {
					return failsAfter, dropped
				}
				return failsBefore, dropped
			})
			show := withLateEchoes(s)
			n := s.start()
			s.writePost("", author, "hello")
			dead := func(want int) func() bool {
				return func() bool {
					h, err := n.Health(t.Context())
					return err == nil && h.Outbound.Dead == want && s.idle()
				}
			}
			s.eventually("it is given up", dead(1))
			show()
			s.eventually("it is not given up any more", dead(0))
			s.settle([]string{post}, []string{text})
		})
		t.Run(name+", after its post was deleted", func(t *testing.T) {
			s := newSite(t)
			s.tuning.FirstBackoff, s.tuning.LastBackoff, s.tuning.LastOutageBackoff = time.Second, time.Second, time.Second
			s.teams.sends.set(once(failsAfter, dropped))
			show := withLateEchoes(s)
			s.start()
			p := s.writePost("", author, "hello")
			s.eventually("the looks are over", func() bool { return s.teams.looks.count() == 3 })
			s.mattermost.delete(p.ID)
			s.quiet()
			show()
			s.eventually("it is deleted in Teams, too", func() bool {
				s.teams.mu.Lock()
				defer s.teams.mu.Unlock()
				return len(s.teams.messages) == 1 && !s.teams.messages[0].DeletedAt.IsZero()
			})
			s.quiet()
		})
		t.Run(name+", after it was sent again", func(t *testing.T) {
			s := newSite(t)
			s.teams.sends.set(once(failsAfter, dropped))
			show := withLateEchoes(s)
			s.start()
			s.writePost("", author, "hello")
			s.eventually("it is sent again", func() bool { return s.teams.sends.count() == 2 && s.idle() })
			show()
			s.settle([]string{post}, []string{text, text})
		})
	}
}

// Somebody who copies a message of the bridge with its mark says something of their own.
func TestACopiedMarkIsNoEcho(t *testing.T) {
	s := newSite(t)
	s.start()
	s.writePost("", alexMM, "hello")
	s.quiet()
	html := s.teams.messages[0].HTML
	ref := bridge.MessageRef{Conversation: chat}
	for _, m := range []bridge.TeamsMessage{
		s.teams.write(ref, blake, html),
		s.teams.writeAt(time.Now().Add(time.Minute), ref, asAlex, html),
	} {
		if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
			t.Fatal(err)
		}
	}
	s.settle([]string{"alex: hello", "**Blake Demo:** hello", "alex: hello"}, []string{"hello", "hello", "hello"})
}
