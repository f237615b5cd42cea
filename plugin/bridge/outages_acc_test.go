// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// badGateway is how Graph fails when it is not well: of a POST nobody knows whether it took effect.
func badGateway(class bridge.Class) error {
	return &bridge.Failure{Class: class, Status: 502, Err: errors.New("bad gateway")}
}

// noSecret is how every token is refused when the application's secret has run out, noConsent how Graph refuses the application
// when its consent was withdrawn.
var (
	noSecret  = &bridge.Failure{Class: bridge.Retry, Status: 401, Code: "invalid_client", OfApplication: true, Err: errors.New("the secret has expired")}
	noConsent = &bridge.Failure{Class: bridge.UserAction, Status: 403, Code: "Forbidden", OfApplication: true, Err: errors.New("missing permissions")}
)

// firstCalls makes the first calls fail.
func firstCalls(n int, err error) fault {
	return func(call int) (verdict, error) {
		if call <= n {
			return failsBefore, err
		}
		return works, nil
	}
}

// An outage is not the events' fault: none is given up, however often it fails, and they keep their order.
func TestAnOutageGivesNothingUp(t *testing.T) {
	for name, test := range map[string]func(*site){
		"of messages": func(s *site) { s.teams.reads.set(firstCalls(40, badGateway(bridge.Retry))) },
		"of sends":    func(s *site) { s.teams.sends.set(firstCalls(40, badGateway(bridge.Unknown))) },
		"of sends and looks": func(s *site) {
			s.teams.sends.set(firstCalls(1, badGateway(bridge.Unknown)))
			s.teams.looks.set(firstCalls(40, badGateway(bridge.Retry)))
		},
		"of the secret, of messages": func(s *site) { s.teams.reads.set(firstCalls(40, noSecret)) },
		"of the consent":             func(s *site) { s.teams.reads.set(firstCalls(40, noConsent)) },
		"of the secret, of sends":    func(s *site) { s.teams.sends.set(firstCalls(40, noSecret)) },
		"of posts": func(s *site) {
			s.mattermost.creates.set(firstCalls(40, &bridge.Failure{Class: bridge.Retry, Status: 500, Err: errors.New("the database is away")}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.tuning.Looks = []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
			test(s)
			s.start()
			s.writePost("", alexMM, "out 1")
			s.writePost("", alexMM, "out 2")
			s.quiet()
			s.writeInTeams("", blake, "in 1")
			s.writeInTeams("", blake, "in 2")
			s.settle([]string{"alex: out 1", "alex: out 2", "**Blake Demo:** in 1", "**Blake Demo:** in 2"}, []string{"out 1", "out 2", "in 1", "in 2"})
			if s.tally.died() != 0 {
				t.Error("the outage led to a dead letter")
			}
		})
	}
}

// An edit is no different.
func TestAnOutageGivesNoChangeUp(t *testing.T) {
	for name, failure := range map[string]error{"of Graph": badGateway(bridge.Unknown), "of the secret": noSecret} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.tuning.Looks = []time.Duration{time.Millisecond}
			s.start()
			post := s.writePost("", alexMM, "before")
			s.quiet()
			s.teams.changes.set(firstCalls(40, failure))
			s.editPost(post.ID, "after")
			s.settle([]string{"alex: after"}, []string{"after"})
			if s.tally.died() != 0 {
				t.Error("the outage led to a dead letter")
			}
		})
	}
}

// unreadable is Teams with messages that Graph cannot show, for reasons of its own.
type unreadable struct {
	*teamsSide
	fails func(bridge.MessageRef) error
}

func (u *unreadable) Message(ctx context.Context, ref bridge.MessageRef) (bridge.TeamsMessage, error) {
	if err := u.fails(ref); err != nil {
		return bridge.TeamsMessage{}, err
	}
	return u.teamsSide.Message(ctx, ref)
}

// What looks like an outage and is about one message, because all others are carried, must not stop its lane for ever. It gets
// one more try every now and then, and holds nobody up by that.
func TestAnOutageOfOneMessageEnds(t *testing.T) {
	for name, alone := range map[string]bool{"others are carried": true, "it lasts too long": false} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.tuning.AloneFor, s.tuning.OutageFor = 100*time.Millisecond, time.Hour
			if !alone {
				s.tuning.AloneFor, s.tuning.OutageFor = time.Hour, 100*time.Millisecond
			}
			s.tuning.LastBackoff = 5 * time.Second // within which the others are carried
			s.tuning.LastOutageBackoff = 20 * time.Millisecond
			broken := true
			var first bridge.TeamsMessage
			s.governor = func(*store.Store) (bridge.Governor, bridge.Teams) {
				return nil, &unreadable{s.teams, func(ref bridge.MessageRef) error {
					s.teams.mu.Lock()
					defer s.teams.mu.Unlock()
					if broken && ref == first.Ref {
						return badGateway(bridge.Retry)
					}
					return nil
				}}
			}
			n := s.start()
			if alone {
				other := bridge.Link{Channel: "other", Conversation: bridge.Conversation{ID: "19:other@thread.tacv2", Team: "team"}, Creator: alexMM}
				if _, err := n.Links().Create(t.Context(), other); err != nil {
					t.Fatal(err)
				}
				m := s.teams.write(bridge.MessageRef{Conversation: other.Conversation}, blake, "elsewhere")
				if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
					t.Fatal(err)
				}
				s.quiet()
			}
			s.teams.mu.Lock()
			first = s.teams.add(bridge.MessageRef{Conversation: chat}, blake, "broken")
			s.teams.mu.Unlock()
			if err := s.receive([]bridge.Arrival{created(first)}); err != nil {
				t.Fatal(err)
			}
			s.writeInTeams("", blake, "next")
			s.eventually("it is given up and the next is carried", func() bool { return s.idle() && s.tally.died() == 1 })
			revive := func() {
				t.Helper()
				if revived, err := n.store.ReviveOutages(t.Context()); err != nil || revived != 1 {
					t.Fatal(revived, err)
				}
			}
			revive()
			s.eventually("one more try is all it gets", func() bool { return s.idle() && s.tally.died() == 2 })
			s.teams.mu.Lock()
			broken = false
			s.teams.mu.Unlock()
			revive()
			s.quiet()
			texts := s.mattermost.texts()
			if len(texts) < 2 || texts[len(texts)-2] != "**Blake Demo:** next" || texts[len(texts)-1] != "**Blake Demo:** broken" {
				t.Errorf("Mattermost shows %q", texts)
			}
		})
	}
}

// What was given up for itself stays given up until somebody wants it.
func TestOnlyOutagesAreRevived(t *testing.T) {
	s := newSite(t)
	s.teams.sends.set(once(failsBefore, refused))
	n := s.start()
	s.writePost("", alexMM, "refused")
	s.eventually("it is a dead letter", func() bool { return s.tally.died() == 1 && s.idle() })
	if revived, err := n.store.ReviveOutages(t.Context()); err != nil || revived != 0 {
		t.Error(revived, err)
	}
}
