// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// written makes a message with mentions and notifies of it.
func (s *site) written(from bridge.Sender, html string, mentions ...bridge.Mention) bridge.TeamsMessage {
	s.t.Helper()
	m := s.teams.write(bridge.MessageRef{Conversation: chat}, from, html)
	s.teams.change(m.Ref, func(m *bridge.TeamsMessage) bool {
		m.Mentions = mentions
		return true
	})
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		s.t.Error(err)
	}
	return m
}

func inChat(id int) bridge.Mention {
	return bridge.Mention{ID: id, Kind: bridge.MentionChat, Target: string(chat.ID), Text: "Everyone"}
}

func ofAlex(id int, text string) bridge.Mention {
	return bridge.Mention{ID: id, Kind: bridge.MentionUser, Target: string(alex.TeamsUser), Text: text}
}

func TestMentionsInTeamsNameUsers(t *testing.T) {
	s := newSite(t)
	s.start()
	s.written(asAlex, `<p><at id="0">Alex</at>&nbsp;<at id="1">Demo</at> and <at id="2">Everyone</at>, <at id="3">Blake Demo</at>, a@b.example, @all</p>`,
		ofAlex(0, "Alex"), ofAlex(1, "Demo"), inChat(2), bridge.Mention{ID: 3, Kind: bridge.MentionUser, Target: "unknown", Text: "Blake Demo"})
	s.quiet()
	want := "@" + string(alexMM) + " and @all, @\u2060Blake Demo, a@b.example, @\u2060all"
	if got := s.mattermost.posts[0].Message; got != want {
		t.Errorf("the post is %q, want %q", got, want)
	}
}

func TestMentionsInMattermostNamePeople(t *testing.T) {
	s := newSite(t)
	s.start()
	post := s.writePost("", alexMM, "@"+string(alexMM)+", @here: `@"+string(alexMM)+"` x@"+string(alexMM)+" @"+string(blakeMM)+" @nobody")
	s.quiet()
	message := s.teams.messages[0]
	want := []bridge.Mention{ofAlex(0, alex.DisplayName), {ID: 1, Kind: bridge.MentionChannel, Target: string(chat.ID), Text: "General"}}
	if !slices.Equal(message.Mentions, want) {
		t.Errorf("the mentions are %+v, want %+v", message.Mentions, want)
	}
	// Both ways again: who was mentioned stays so, and the name for everybody is the one that was written.
	message.HTML += "<p>more</p>"
	s.inTeams(message.Ref, setText(message.HTML))
	s.quiet()
	edited, _ := s.mattermost.Post(t.Context(), post.ID)
	if want := post.Message + "\n\nmore"; edited.Message != want {
		t.Errorf("the post is %q, want %q", edited.Message, want)
	}
	s.editPost(post.ID, edited.Message+"!")
	s.quiet()
	if got, _ := s.teams.read(message.Ref); !slices.Equal(got.Mentions, want) {
		t.Errorf("after an edit the mentions are %+v", got.Mentions)
	}
	if sent := s.teams.changes.count(); sent != 1 || s.tally.dead != 0 {
		t.Errorf("%d changes were sent to Teams, want the one; %d dead letters", sent, s.tally.dead)
	}
}

// What Mattermost cannot mention is still mentioned in Teams after an edit from Mattermost.
func TestAnEditKeepsMentionsOfTeams(t *testing.T) {
	s := newSite(t)
	s.start()
	tag := bridge.Mention{ID: 4, Kind: bridge.MentionTag, Target: "tag", Text: "On *call*"}
	m := s.written(asAlex, `<p><at id="3">Alex Demo</at>, <at id="4">On *call*</at>: look</p>`, ofAlex(3, "Alex Demo"), tag)
	s.quiet()
	post := s.mattermost.posts[0]
	s.editPost(post.ID, post.Message+" here")
	s.quiet()
	got, _ := s.teams.read(m.Ref)
	tag.ID = 1
	if want := []bridge.Mention{ofAlex(0, alex.DisplayName), tag}; !slices.Equal(got.Mentions, want) {
		t.Errorf("the mentions are %+v, want %+v", got.Mentions, want)
	}
	if want := `<p><at id="0">` + alex.DisplayName + `</at>, <at id="1">On *call*</at>: look here</p>`; got.HTML != want {
		t.Errorf("the message is %q, want %q", got.HTML, want)
	}
}

// A quote of somebody who is mentioned there does not mention them again.
func TestAQuoteMentionsNobody(t *testing.T) {
	s := newSite(t)
	root := s.mattermost.write(channel, "", alexMM, "old, @"+string(alexMM))
	s.start()
	s.writePost(root.ID, alexMM, "reply")
	s.quiet()
	for _, m := range s.teams.messages {
		if len(m.Mentions) > 0 {
			t.Errorf("%q mentions %+v", m.HTML, m.Mentions)
		}
	}
}

func TestAMessageIsSentWithoutMentionsThatTeamsRefuses(t *testing.T) {
	s := newSite(t)
	s.teams.sends.set(once(failsBefore, &bridge.Failure{Class: bridge.Permanent, Status: 400, Err: errors.New("no such user")}))
	s.start()
	s.writePost("", alexMM, "@"+string(alexMM)+" hello")
	s.settle([]string{string(alexMM) + ": @" + string(alexMM) + " hello"}, []string{"@" + string(alexMM) + " hello"})
	if m := s.teams.messages[0]; len(m.Mentions) > 0 || s.tally.dead > 0 {
		t.Errorf("%+v are mentioned, %d dead letters", m.Mentions, s.tally.dead)
	}
}
