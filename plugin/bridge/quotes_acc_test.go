// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// A server takes no priority of a reply, and a quote in a chat is one.
func TestImportanceInChats(t *testing.T) {
	s, _ := newChatSite(t)
	s.start()
	important := func(html string, attachments ...bridge.Attachment) bridge.TeamsMessage {
		m := s.teams.write(bridge.MessageRef{Conversation: oneToOne}, asAlex, html)
		s.teams.change(m.Ref, func(m *bridge.TeamsMessage) bool { m.Importance, m.Attachments = bridge.High, attachments; return true })
		if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
			t.Error(err)
		}
		s.quiet()
		return m
	}
	question := important("question")
	important("answer", bridge.Attachment{ID: string(question.Ref.ID), ContentType: bridge.MessageReference})
	p := s.mattermost.posts
	if p[0].Priority != bridge.High || p[0].Message != "question" {
		t.Errorf("the question is %+v", p[0])
	}
	if p[1].Root != p[0].ID || p[1].Priority != "" || p[1].Message != "**Important!**\nanswer" {
		t.Errorf("the answer is %+v", p[1])
	}
	// An edit of a post keeps its message as important as it is.
	post := s.mattermost.write(direct, "", alexMM, "hurry")
	s.mattermost.change(post.ID, func(p *bridge.Post) { p.Priority = bridge.Urgent })
	s.hook(post)
	s.quiet()
	s.editPost(post.ID, "hurry up")
	s.quiet()
	if m := s.teams.messages[2]; m.Importance != bridge.Urgent || !strings.Contains(m.HTML, "hurry up") {
		t.Errorf("in Teams the message is %+v", m)
	}
}

func TestEditsOfQuotesInChats(t *testing.T) {
	s, _ := newChatSite(t)
	s.start()
	question := s.sayInChat(blake, "question")
	reference := bridge.Attachment{ID: string(question.Ref.ID), ContentType: bridge.MessageReference}
	lost := func(id string) bridge.Attachment {
		return bridge.Attachment{ID: id, ContentType: bridge.MessageReference, Content: `{"messageId":"` + id + `","messagePreview":"long ago ` + id + `"}`}
	}
	const ownQuote = "<blockquote>said by hand</blockquote>"
	answer := s.sayInChat(asAlex, tag(reference)+ownQuote+"<p>answer</p>", reference)
	s.sayInChat(asAlex, tag(lost("17"), lost("18"))+"<p>about those</p>", lost("17"), lost("18"))
	s.quiet()
	shows := func(at int, want string) {
		t.Helper()
		s.quiet()
		if got := s.mattermost.posts[at].Message; got != want {
			t.Errorf("the post shows\n%q, want\n%q", got, want)
		}
	}
	const before = "> _long ago 17_\n\n> _long ago 18_\n\n"
	shows(1, "> said by hand\n\nanswer")
	shows(2, before+"about those")
	s.inTeams(answer.Ref, setText(tag(reference)+ownQuote+"<p>better answer</p>"))
	shows(1, "> said by hand\n\nbetter answer")
	s.inTeams(s.teams.messages[2].Ref, setText(tag(lost("17"), lost("18"))+"<p>about these</p>"))
	shows(2, before+"about these")

	inTeams := func(at int, want string) {
		t.Helper()
		s.quiet()
		if got := s.teams.messages[at].HTML; got != want {
			t.Errorf("the message is\n%q, want\n%q", got, want)
		}
	}
	s.editPost(s.mattermost.posts[1].ID, "> said by hand\n\nbest answer")
	inTeams(1, tag(reference)+"<blockquote><p>said by hand</p></blockquote><p>best answer</p>")
	s.editPost(s.mattermost.posts[2].ID, before+"about them")
	inTeams(2, tag(lost("17"), lost("18"))+"<p>about them</p>")
	if s.tally.dead != 0 {
		t.Errorf("%d dead letters", s.tally.dead)
	}
}
