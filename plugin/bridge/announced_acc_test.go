// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// envelopes opens what notifications of these tests carry: a message's JSON. It stands for the cryptography, which has
// tests of its own.
type envelopes struct {
	mu     sync.Mutex
	opened int
	locked bool // nothing can be opened
	forged map[bridge.TeamsMessageID]bool
}

func (e *envelopes) Read(_ context.Context, event bridge.InboundEvent) (bridge.TeamsMessage, bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.forged[event.Ref.ID] {
		return bridge.TeamsMessage{}, false, &bridge.Failure{Class: bridge.Permanent, Err: errors.New("Microsoft did not send it")}
	}
	if event.Sealed == nil || e.locked {
		return bridge.TeamsMessage{}, false, nil
	}
	var m bridge.TeamsMessage
	if err := json.Unmarshal(event.Sealed, &m); err != nil {
		return bridge.TeamsMessage{}, false, err
	}
	e.opened++
	return m, true, nil
}

// announce makes a message in Teams and returns the notification that carries it as it is now.
func (s *site) announce(root bridge.TeamsMessageID, from bridge.Sender, html string) bridge.Arrival {
	s.t.Helper()
	m := s.teams.write(bridge.MessageRef{Conversation: chat, Root: root}, from, html)
	document, err := json.Marshal(m)
	if err != nil {
		s.t.Fatal(err)
	}
	a := created(m)
	a.Sealed, a.ContentHash, a.Tenant, a.Tokens = document, "hash of "+html, "tenant", []string{"token"}
	return a
}

func (s *site) deliver(arrivals ...bridge.Arrival) {
	s.t.Helper()
	if err := s.receive(arrivals); err != nil {
		s.t.Fatal(err)
	}
}

func newAnnouncedSite(t *testing.T) (*site, *envelopes) {
	t.Helper()
	return announcedSite(newSite(t))
}

func announcedSite(s *site) (*site, *envelopes) {
	e := &envelopes{forged: map[bridge.TeamsMessageID]bool{}}
	s.notifications = e
	s.start()
	return s, e
}

func TestAMessageThatCameAlongIsNotFetched(t *testing.T) {
	s, e := newAnnouncedSite(t)
	root := s.announce("", blake, "root")
	s.deliver(root, s.announce(root.Ref.ID, asAlex, "reply"), s.announce("", blake, "another"))
	s.settle([]string{"**Blake Demo:** root", "→ alex: reply", "**Blake Demo:** another"}, []string{"root", "→ reply", "another"})
	if n := s.teams.reads.count(); n != 0 || e.opened != 3 {
		t.Errorf("%d messages fetched, %d read from notifications; want 0 and 3", n, e.opened)
	}
}

func TestAMessageThatCannotBeOpenedIsFetched(t *testing.T) {
	s, e := newAnnouncedSite(t)
	e.locked = true
	s.deliver(s.announce("", blake, "hello"))
	s.settle([]string{"**Blake Demo:** hello"}, []string{"hello"})
	if n := s.teams.reads.count(); n != 1 {
		t.Errorf("fetched %d times, want once", n)
	}
}

func TestAForgedNotificationIsGivenUpAndTheLaneGoesOn(t *testing.T) {
	s, e := newAnnouncedSite(t)
	first, forged, last := s.announce("", blake, "first"), s.announce("", blake, "forged"), s.announce("", blake, "last")
	e.forged[forged.Ref.ID] = true
	removal := forged
	removal.Kind, removal.Sealed = bridge.Delete, nil
	s.deliver(first, forged, removal, last)
	s.settle([]string{"**Blake Demo:** first", "**Blake Demo:** last"}, []string{"first", "forged", "last"})
	health, err := s.any().Health(t.Context())
	if err != nil || health.Inbound.Dead != 2 || s.tally.died() != 2 {
		t.Errorf("%d dead letters, %v; want the forged creation and the forged removal", health.Inbound.Dead, err)
	}
	if n := s.teams.reads.count(); n != 0 {
		t.Errorf("%d messages were fetched because of them", n)
	}

	// A person may find that it was right all the same, e.g. after mending the settings.
	delete(e.forged, forged.Ref.ID)
	if n, err := s.any().Retry(t.Context(), chat.ID, bridge.Inbound); err != nil || n != 2 {
		t.Fatalf("revived %d, %v", n, err)
	}
	s.quiet()
	if got := len(s.mattermost.texts()); got != 3 {
		t.Errorf("%d posts after the retry, want 3: %q", got, s.mattermost.texts())
	}
}

// The notification of the creation shows the message as it was, even when it is carried after the message was changed: the
// change has a notification of its own, which is not taken for carried.
func TestAChangeAfterTheAnnouncementIsCarried(t *testing.T) {
	s, _ := newAnnouncedSite(t)
	m := s.announce("", blake, "as it was")
	change, _ := s.teams.change(m.Ref, setText("as it is"))
	change.ContentHash = "hash of as it is"
	s.deliver(m, change)
	s.settle([]string{"**Blake Demo:** as it is"}, []string{"as it is"})
}

// The same when the change comes first, and the message has to wait for what it replies to.
func TestAChangeOfAnAnnouncementThatWaits(t *testing.T) {
	s := newSite(t)
	s.tuning.ParkFor = time.Minute // only what is waited for can wake it
	announcedSite(s)
	root := s.announce("", blake, "root")
	reply := s.announce(root.Ref.ID, blake, "as it was")
	change, _ := s.teams.change(reply.Ref, setText("as it is"))
	change.ContentHash = "hash of as it is"
	s.deliver(change)
	s.eventually("the change waits", func() bool { h, err := s.any().Health(t.Context()); return err == nil && h.Inbound.Parked == 1 })
	s.deliver(reply)
	s.eventually("the message waits too", func() bool { h, err := s.any().Health(t.Context()); return err == nil && h.Inbound.Parked == 2 })
	s.deliver(root)
	s.settle([]string{"**Blake Demo:** root", "→ **Blake Demo:** as it is"}, []string{"root", "→ as it is"})
}

func TestACrashBetweenPostAndConfirmationOfAnAnnouncedMessage(t *testing.T) {
	s, _ := newAnnouncedSite(t)
	first := s.any()
	posted := make(chan struct{})
	s.mattermost.creates.set(func(call int) (verdict, error) {
		if call == 1 {
			s.crash(first)
			close(posted)
		}
		return works, nil
	})
	s.deliver(s.announce("", blake, "hello"))
	<-posted
	s.start()
	s.settle([]string{"**Blake Demo:** hello"}, []string{"hello"})
	if n := s.teams.reads.count(); n != 0 {
		t.Errorf("fetched %d times: what came along is still there after a crash", n)
	}
}

func TestManyAnnouncementsOnTwoNodes(t *testing.T) {
	s, e := newAnnouncedSite(t)
	s.start()
	var posts, messages []string
	var arrivals []bridge.Arrival
	for i := range 50 {
		text := fmt.Sprintf("number %02d", i)
		arrivals = append(arrivals, s.announce("", blake, text))
		posts, messages = append(posts, "**Blake Demo:** "+text), append(messages, text)
	}
	s.deliver(arrivals...)
	s.deliver(arrivals...) // every notification twice
	s.settle(posts, messages)
	if n := s.teams.reads.count(); n != 0 || e.opened < 50 {
		t.Errorf("%d messages fetched, %d opened", n, e.opened)
	}
}
