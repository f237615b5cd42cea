// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// put makes a message that is more than text, and notifies of it.
func (s *site) put(root bridge.TeamsMessageID, from bridge.Sender, html string, more func(*bridge.TeamsMessage)) bridge.TeamsMessage {
	s.t.Helper()
	m := s.teams.write(bridge.MessageRef{Conversation: chat, Root: root}, from, html)
	s.teams.change(m.Ref, func(m *bridge.TeamsMessage) bool { more(m); return true })
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		s.t.Error(err)
	}
	return m
}

func poll(text string) bridge.Attachment {
	return bridge.Attachment{
		ID: "1", ContentType: "application/vnd.microsoft.card.adaptive",
		Content: `{"body":[{"type":"TextBlock","text":"` + text + `","weight":"bolder"}],"actions":[{"type":"Action.Submit","title":"Vote"}]}`,
	}
}

func TestCardsAndTheirChanges(t *testing.T) {
	s := newSite(t)
	s.start()
	app := bridge.Sender{Name: "Polly", Application: true}
	m := s.put("", app, `<attachment id="1"></attachment>`, func(m *bridge.TeamsMessage) {
		m.Attachments, m.WebURL = []bridge.Attachment{poll("Pizza?")}, "https://teams.example/1"
	})
	const vote = "[Vote (in Microsoft Teams)](https://teams.example/1)"
	s.quiet()
	if got, want := s.mattermost.posts[0].Message, "**Polly:** **Pizza?**\n\n"+vote; got != want {
		t.Fatalf("the post shows %q, want %q", got, want)
	}
	// A change of nothing but the card.
	s.inTeams(m.Ref, func(m *bridge.TeamsMessage) bool {
		m.Attachments = []bridge.Attachment{poll("Pizza? 3 votes")}
		return true
	})
	s.quiet()
	if got, want := s.mattermost.posts[0].Message, "**Polly:** **Pizza? 3 votes**\n\n"+vote; got != want {
		t.Errorf("after a vote the post shows %q, want %q", got, want)
	}
	changes := s.mattermost.changes.count()
	s.inTeams(m.Ref, func(*bridge.TeamsMessage) bool { return true })
	s.quiet()
	if s.mattermost.changes.count() != changes || s.tally.dead != 0 {
		t.Errorf("%d changes for an update that changed nothing, %d dead letters", s.mattermost.changes.count()-changes, s.tally.dead)
	}
}

func TestImportanceEachWay(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.put("", blake, "<p>now</p>", func(m *bridge.TeamsMessage) { m.Importance = bridge.Urgent })
	s.quiet()
	s.put(root.Ref.ID, blake, "<p>reply</p>", func(m *bridge.TeamsMessage) { m.Importance = bridge.High })
	s.quiet()
	p := s.mattermost.posts
	if p[0].Priority != bridge.Urgent || p[0].Message != "**Blake Demo:** now" {
		t.Errorf("the root is %+v", p[0])
	}
	if p[1].Priority != "" || p[1].Message != "**Blake Demo:** **Important!**\nreply" {
		t.Errorf("the reply is %+v", p[1])
	}
	// A post's priority cannot be changed any more.
	s.inTeams(root.Ref, func(m *bridge.TeamsMessage) bool { m.Importance = bridge.High; return true })
	s.quiet()
	if got := s.mattermost.posts[0].Message; got != "**Blake Demo:** **Important!**\nnow" {
		t.Errorf("after the change the root shows %q", got)
	}
	s.inTeams(root.Ref, func(m *bridge.TeamsMessage) bool { m.Importance = bridge.Urgent; return true })
	s.quiet()
	if got := s.mattermost.posts[0].Message; got != "**Blake Demo:** now" {
		t.Errorf("after the change back the root shows %q", got)
	}

	post := s.mattermost.write(channel, "", alexMM, "hurry")
	s.mattermost.change(post.ID, func(p *bridge.Post) { p.Priority = bridge.High })
	s.hook(post)
	s.quiet()
	last := s.teams.messages[len(s.teams.messages)-1]
	if last.Importance != bridge.High {
		t.Errorf("in Teams the message is %+v", last)
	}
	changes := s.mattermost.changes.count()
	s.inTeams(last.Ref, func(*bridge.TeamsMessage) bool { return true })
	s.quiet()
	if s.mattermost.changes.count() != changes {
		t.Error("the message came back as an edit of its post")
	}
	// Where posts have no priorities, the text says it.
	s.mattermost.plain = true
	s.put("", blake, "<p>quickly</p>", func(m *bridge.TeamsMessage) { m.Importance = bridge.High })
	s.quiet()
	if got := s.mattermost.posts[len(s.mattermost.posts)-1]; got.Message != "**Blake Demo:** **Important!**\nquickly" || got.Priority != "" {
		t.Errorf("without priorities the post is %+v", got)
	}
}

func TestSubjectsAndTheirChanges(t *testing.T) {
	s := newSite(t)
	s.start()
	m := s.put("", asAlex, "<p>text</p>", func(m *bridge.TeamsMessage) { m.Subject = "a *title*" })
	s.stands([]string{"## a \\*title\\*\ntext"}, []string{"text"})
	s.inTeams(m.Ref, func(m *bridge.TeamsMessage) bool { m.Subject = "another"; return true })
	s.stands([]string{"## another\ntext"}, []string{"text"})
	changes := s.mattermost.changes.count()
	s.teams.changes.set(once(failsAfter, &bridge.Failure{Class: bridge.Unknown, Err: errors.New("no answer")}))
	s.editPost(s.mattermost.posts[0].ID, "## another\nedited")
	s.stands([]string{"## another\nedited"}, []string{"edited"})
	s.inTeams(m.Ref, func(*bridge.TeamsMessage) bool { return true })
	s.quiet()
	if now, _ := s.teams.read(m.Ref); now.HTML != "<p>edited</p>" || s.mattermost.changes.count() != changes || s.teams.changes.count() != 1 {
		t.Errorf("the message is %q; %d edits of one, %d changes came back", now.HTML, s.teams.changes.count(), s.mattermost.changes.count()-changes)
	}
}

func TestSystemMessagesBySetting(t *testing.T) {
	for _, on := range []bool{false, true} {
		s := newSite(t)
		s.withSystemMessages = on
		s.start()
		event := s.put("", bridge.Sender{}, "<systemEventMessage/>", func(m *bridge.TeamsMessage) {
			m.System = true
			m.Event = []byte(`{"@odata.type":"#microsoft.graph.membersAddedEventMessageDetail","initiator":{"user":{"displayName":"Blake Demo"}},"members":[{"id":"teams-alex"}]}`)
		})
		s.quiet()
		joined := s.mattermost.write(channel, "", alexMM, "alex joined the channel.")
		s.mattermost.change(joined.ID, func(p *bridge.Post) { p.System = true })
		joined.System = true
		s.hook(joined)
		hidden := s.mattermost.write(channel, "", alexMM, "only you see this")
		s.mattermost.change(hidden.ID, func(p *bridge.Post) { p.Ephemeral = true }) // for a scan
		hidden.Ephemeral = true
		s.hook(hidden)
		s.quiet()
		// A reply to an event finds it, or quotes nothing that is there.
		s.writeInTeams(event.Ref.ID, blake, "welcome")
		s.quiet()
		posts, messages := s.mattermost.texts(), s.teams.texts()
		if on {
			if posts[0] != "*Blake Demo added Alex Demo.*" || messages[1] != "alex joined the channel." {
				t.Errorf("with the setting: %q and %q", posts, messages)
			}
			if s.teams.messages[1].From.User != bot.TeamsUser {
				t.Errorf("the system message was written by %+v, want the bot", s.teams.messages[1].From)
			}
			if got := s.mattermost.posts[len(s.mattermost.posts)-1]; got.Root == "" {
				t.Errorf("the reply to the event is %+v", got)
			}
			// Many events are no loop: nobody's bot wrote them.
			before := len(posts)
			for i := range 25 {
				s.put("", bridge.Sender{}, "<systemEventMessage/>", func(m *bridge.TeamsMessage) {
					m.System = true
					m.Event = fmt.Appendf(nil, `{"@odata.type":"#microsoft.graph.membersAddedEventMessageDetail","members":[{"displayName":"Member %d"}]}`, i)
				})
			}
			s.quiet()
			if got := len(s.mattermost.texts()) - before; got != 25 || s.tally.dead != 0 {
				t.Errorf("%d of 25 events arrived, %d are dead letters", got, s.tally.dead)
			}
			continue
		}
		if len(posts) != 3 || len(messages) != 2 || strings.Contains(strings.Join(posts, ""), "added") {
			t.Errorf("without the setting: %q and %q", posts, messages)
		}
	}
}

func TestIntegrationsPosts(t *testing.T) {
	s := newSite(t)
	s.start()
	post := s.mattermost.write(channel, "", blakeMM, "")
	s.mattermost.change(post.ID, func(p *bridge.Post) { p.Cards, p.AuthorName = "**Build 7**\n\nfailed", "CI" })
	s.hook(post)
	s.quiet()
	if got := s.teams.messages[0]; !strings.Contains(got.HTML, "<strong>CI:</strong> <strong>Build 7</strong></p>") || !strings.Contains(got.HTML, "failed") {
		t.Fatalf("in Teams it is %q", got.HTML)
	}
	after, before, _ := s.mattermost.change(post.ID, func(p *bridge.Post) { p.Cards = "**Build 7**\n\npassed" })
	s.hookChange(after, before)
	s.quiet()
	if got, _ := s.teams.read(s.teams.messages[0].Ref); !strings.Contains(got.HTML, "passed") {
		t.Errorf("after the change it is %q", got.HTML)
	}
	if got := s.mattermost.posts[0]; got.Message != "" || len(s.mattermost.posts) != 1 {
		t.Errorf("the post has become %+v", got)
	}

	// One of somebody with an account, who edits the text in Teams: the card stays the post's own.
	own := s.mattermost.write(channel, "", alexMM, "vote")
	s.mattermost.change(own.ID, func(p *bridge.Post) { p.Cards = "**Poll**\n\n- a\n- b" })
	s.hook(own)
	s.quiet()
	last := s.teams.messages[len(s.teams.messages)-1]
	s.inTeams(last.Ref, setText(strings.Replace(last.HTML, "vote", "vote now", 1)))
	s.quiet()
	if got, _ := s.mattermost.Post(t.Context(), own.ID); got.Message != "vote now" || got.Cards != "**Poll**\n\n- a\n- b" {
		t.Errorf("after the edit in Teams the post is %+v", got)
	}
	if got, _ := s.teams.read(last.Ref); strings.Count(got.HTML, "Poll") != 1 {
		t.Errorf("in Teams it is %q", got.HTML)
	}
}
