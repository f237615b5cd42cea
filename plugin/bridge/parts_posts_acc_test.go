// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// A message that came in several posts is what they say together.
func TestALongMessageIsEditedInMattermost(t *testing.T) {
	unknown := &bridge.Failure{Class: bridge.Unknown, Err: errors.New("no answer")}
	for name, f := range map[string]fault{"undisturbed": nil, "unknown": once(failsAfter, unknown), "did not happen": once(failsBefore, unknown)} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			m := s.writeInTeams("", asAlex, paragraphs(250))
			s.quiet()
			posts := slices.Clone(s.mattermost.posts)
			if len(posts) != 2 {
				t.Fatalf("%d posts, want 2", len(posts))
			}
			s.teams.changes.set(f)
			teamsHas := func(count int, has ...string) {
				t.Helper()
				s.quiet()
				now, _ := s.teams.read(m.Ref)
				for _, text := range has {
					if !strings.Contains(now.HTML, text) {
						t.Errorf("%q is missing in Teams", text)
					}
				}
				if n := strings.Count(now.HTML, "nine char"); n != count || partNumbers.MatchString(now.HTML) {
					t.Errorf("%d words in Teams, want %d; numbers: %q", n, count, partNumbers.FindString(now.HTML))
				}
				if s.tally.dead > 0 || len(s.teams.messages) != 1 {
					t.Errorf("%d dead letters, %d messages", s.tally.dead, len(s.teams.messages))
				}
			}
			edited := strings.Replace(posts[1].Message, "nine char", "**the second**", 1)
			s.editPost(posts[1].ID, edited)
			teamsHas(2499, "<strong>the second</strong>")
			s.editPost(posts[0].ID, strings.Replace(posts[0].Message, "nine char", "the first", 1))
			teamsHas(2498, "the first", "the second")
			// The posts stay as they are, what came back is no edit.
			if now, _ := s.mattermost.Post(t.Context(), posts[1].ID); now.Message != edited || s.mattermost.changes.count() != 0 {
				t.Errorf("the second post has become %.50q", now.Message)
			}
			// A post that was deleted is text that was taken away.
			s.deletePost(posts[1].ID)
			first, _ := s.mattermost.Post(t.Context(), posts[0].ID)
			teamsHas(strings.Count(first.Message, "nine char"), "the first")
			// And an edit in Teams brings all to what it says.
			s.inTeams(m.Ref, setText(paragraphs(170)+"<p>end</p>"))
			s.quiet()
			if list, _ := s.standing(); len(list) != 2 || !strings.HasSuffix(list[1], "end\n\n*(2/2)*") {
				t.Errorf("after an edit in Teams there are %d posts", len(list))
			}
			s.deletePost(posts[0].ID)
			s.stands(nil, nil)
		})
	}
}

// Edits of single posts that were made while nobody looked are found.
func TestAPartIsEditedWhileThePluginIsOff(t *testing.T) {
	s := newSite(t)
	n := s.start()
	m := s.writeInTeams("", asAlex, paragraphs(250))
	s.quiet()
	s.stop(n)
	second := s.mattermost.posts[1]
	s.mattermost.change(second.ID, setMessage(strings.Replace(second.Message, "nine char", "while off", 1)))
	s.start()
	s.eventually("the edit is in Teams", func() bool {
		now, _ := s.teams.read(m.Ref)
		return strings.Contains(now.HTML, "while off")
	})
}

// Of an edit on each side, the one in Mattermost is not lost when it is of another post than the first.
func TestAPartIsEditedOnBothSides(t *testing.T) {
	s := newSite(t)
	n := s.start()
	m := s.writeInTeams("", asAlex, paragraphs(250))
	s.quiet()
	s.stop(n)
	second := s.mattermost.posts[1]
	s.mattermost.change(second.ID, setMessage(strings.Replace(second.Message, "nine char", "in Mattermost", 1)))
	arrival, _ := s.teams.change(m.Ref, setText(paragraphs(240)))
	s.start()
	if err := s.receive([]bridge.Arrival{arrival}); err != nil {
		t.Fatal(err)
	}
	s.quiet()
	now, _ := s.teams.read(m.Ref)
	post, _ := s.mattermost.Post(t.Context(), second.ID)
	if !strings.Contains(now.HTML, "in Mattermost") || !strings.Contains(post.Message, "in Mattermost") {
		t.Errorf("the edit in Mattermost is gone: the post has it: %v", strings.Contains(post.Message, "in Mattermost"))
	}
}

// A message can be no longer than Teams takes, whatever its posts would hold.
func TestAMessageOfTeamsStaysWithinItsLimit(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.writeInTeams("", asAlex, paragraphs(200))
	s.quiet()
	s.editPost(s.mattermost.posts[1].ID, words(150))
	s.eventually("the edit is a dead letter", func() bool { h, _ := n.Health(t.Context()); return h.Outbound.Dead == 1 })
	told := func() []string {
		s.mattermost.mu.Lock()
		defer s.mattermost.mu.Unlock()
		return slices.Clone(s.mattermost.notices)
	}
	s.eventually("the author is told", func() bool { return len(told()) > 0 })
	if told := told(); len(told) != 1 || !strings.Contains(told[0], "longer than Microsoft Teams takes") {
		t.Errorf("the author was told %q", told)
	}
}
