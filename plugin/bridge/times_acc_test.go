// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// wroteAt makes a message of a time and notifies of it.
func (s *site) wroteAt(at time.Time, root bridge.TeamsMessageID, html string) bridge.TeamsMessage {
	s.t.Helper()
	m := s.teams.writeAt(at, bridge.MessageRef{Conversation: chat, Root: root}, blake, html)
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		s.t.Error(err)
	}
	return m
}

func TestAMessageKeepsItsTimeBelowWhatWasRead(t *testing.T) {
	s := newSite(t)
	began := time.Now()
	s.linkedAt = began.Add(-2 * time.Hour)
	s.start()
	kept := s.wroteAt(began.Add(-time.Hour), "", "<p>an hour ago</p>")
	s.quiet()
	reply := s.wroteAt(began.Add(-50*time.Minute), kept.Ref.ID, "<p>a reply to it</p>")
	s.quiet()
	late := s.wroteAt(began.Add(-40*time.Minute), "", "<p>earlier than the reply arrived</p>")
	s.quiet()
	s.wroteAt(began.Add(time.Hour), "", "<p>from the future</p>")
	s.quiet()

	at := func(text string) time.Time { return s.mattermost.at("**Blake Demo:** " + text) }
	if got := at("an hour ago"); !got.Equal(kept.CreatedAt.Truncate(time.Millisecond)) {
		t.Errorf("with nothing newer in the channel, the message has the time %v, want its own, %v", got, kept.CreatedAt)
	}
	for text, m := range map[string]bridge.TeamsMessage{"a reply to it": reply, "earlier than the reply arrived": late} {
		if got := at(text); got.Before(began.Truncate(time.Millisecond)) {
			t.Errorf("%q has the time %v (its own is %v), which somebody may have read past", text, got, m.CreatedAt)
		}
	}
	if got := at("from the future"); got.After(time.Now().Add(time.Second)) {
		t.Errorf("a message from the future has the time %v", got)
	}
	read := s.mattermost.write(channel, "", alexMM, "written and read")
	s.wroteAt(time.UnixMilli(read.CreateAt-5), "", "<p>said just before</p>")
	s.quiet()
	if got := at("said just before"); got.UnixMilli() < read.CreateAt {
		t.Errorf("it has the time %v, above what was written at %v", got, read.CreateAt)
	}
}

func TestAPostWithAnOldTimeIsFoundAfterACrash(t *testing.T) {
	s := newSite(t)
	s.linkedAt = time.Now().Add(-3 * time.Hour)
	s.mattermost.creates.set(once(failsAfter, &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the server did not answer")}))
	s.start()
	s.wroteAt(time.Now().Add(-2*time.Hour), "", "<p>two hours ago</p>")
	s.settle([]string{"**Blake Demo:** two hours ago"}, []string{"two hours ago"})
}
