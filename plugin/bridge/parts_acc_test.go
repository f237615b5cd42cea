// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// paragraphs are so many paragraphs of a hundred characters.
func paragraphs(n int) string {
	return strings.Repeat("<p>"+strings.Repeat("nine char ", 10)+"</p>", n)
}

func TestALongMessageBecomesSeveralPosts(t *testing.T) {
	for name, fault := range map[string]fault{
		"undisturbed":            nil,
		"the first is not known": once(failsAfter, errors.New("no answer")),
		"the second is not known": func(call int) (verdict, error) {
			if call == 2 {
				return failsAfter, errors.New("no answer")
			}
			return works, nil
		},
		"the second does not work": func(call int) (verdict, error) {
			if call == 2 {
				return failsBefore, errors.New("no")
			}
			return works, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.mattermost.creates.set(fault)
			s.start()
			m := s.writeInTeams("", blake, paragraphs(400))
			s.quiet()
			posts, _ := s.standing()
			if len(posts) != 3 {
				t.Fatalf("%d posts, want 3", len(posts))
			}
			for i, text := range posts {
				if n := utf8.RuneCountInString(text); n > 16_383 || !strings.HasSuffix(text, []string{"*(1/3)*", "*(2/3)*", "*(3/3)*"}[i]) {
					t.Errorf("part %d has %d characters and ends with %q", i, n, text[len(text)-20:])
				}
			}
			if s.mattermost.posts[2].Root != s.mattermost.posts[0].ID {
				t.Errorf("the last part is no reply to the first")
			}
			s.inTeams(m.Ref, setText(paragraphs(200)+"<p>end</p>"))
			s.quiet()
			if posts, _ := s.standing(); len(posts) != 2 || !strings.HasSuffix(posts[1], "end\n\n*(2/2)*") {
				t.Errorf("after an edit there are %d posts", len(posts))
			}
			s.inTeams(m.Ref, setText("<p>short</p>"))
			s.stands([]string{"**Blake Demo:** short"}, []string{"short"})
			s.inTeams(m.Ref, setText(paragraphs(200)))
			s.quiet()
			if posts, _ := s.standing(); len(posts) != 2 {
				t.Errorf("after another edit there are %d posts", len(posts))
			}
			s.inTeams(m.Ref, setDeleted)
			s.stands(nil, nil)
		})
	}
}

func TestALongPostBecomesSeveralMessages(t *testing.T) {
	unknown := &bridge.Failure{Class: bridge.Unknown, Err: errors.New("no answer")}
	for name, fault := range map[string]fault{
		"undisturbed":            nil,
		"the first is unknown":   once(failsAfter, unknown),
		"the first is throttled": once(failsBefore, &bridge.Failure{Class: bridge.Retry, Status: 429, Err: errors.New("later")}),
		"the second is unknown": func(call int) (verdict, error) {
			if call == 2 {
				return failsAfter, unknown
			}
			return works, nil
		},
		"the second did not happen": func(call int) (verdict, error) {
			if call == 2 {
				return failsBefore, unknown
			}
			return works, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.teams.sends.set(fault)
			s.start()
			text := strings.TrimSpace(strings.Repeat(strings.Repeat("漢字", 50)+"\n\n", 150))
			post := s.writePost("", alexMM, text)
			s.quiet()
			posts, messages := s.standing()
			if len(posts) != 1 || len(messages) != 2 {
				t.Fatalf("%d posts and %d messages, want 1 and 2", len(posts), len(messages))
			}
			if !strings.HasSuffix(messages[0], "(1/2)") || !strings.HasSuffix(messages[1], "(2/2)") {
				t.Errorf("the messages end with %q and %q", messages[0][len(messages[0])-9:], messages[1][len(messages[1])-9:])
			}
			if got := strings.Count(strings.Join(messages, ""), "漢字"); got != 50*150 {
				t.Errorf("%d words, want all", got)
			}
			// An edit of the last part in Teams leaves the others.
			last := s.teams.messages[1]
			s.inTeams(last.Ref, setText(strings.Replace(last.HTML, "<em>(2/2)</em>", "end <em>(2/2)</em>", 1)))
			s.quiet()
			if now, _ := s.mattermost.Post(t.Context(), post.ID); strings.Count(now.Message, "漢字") != 50*150 || !strings.Contains(now.Message, "end") {
				t.Errorf("after an edit in Teams the post has %d words", strings.Count(now.Message, "漢字"))
			}
			// So does one of another part, whose reactions change nothing.
			first := s.teams.messages[0]
			before := s.mattermost.changes.count()
			s.inTeams(first.Ref, setReaction(blake.User, "👍", true))
			s.quiet()
			if s.mattermost.changes.count() != before {
				t.Error("a reaction to a part changed the post")
			}
			s.inTeams(first.Ref, setText(strings.Replace(first.HTML, "漢字", "<strong>begin</strong>", 1)))
			s.quiet()
			now, _ := s.mattermost.Post(t.Context(), post.ID)
			if strings.Count(now.Message, "漢字") != 50*150-1 || !strings.HasPrefix(now.Message, "**begin**") || !strings.HasSuffix(now.Message, "end") || partNumbers.MatchString(now.Message) {
				t.Errorf("after an edit of the first part the post has %d words and begins with %.20q", strings.Count(now.Message, "漢字"), now.Message)
			}
			s.deletePost(post.ID)
			s.stands(nil, nil)
			if s.tally.dead != 0 {
				t.Errorf("%d dead letters", s.tally.dead)
			}
		})
	}
}

var partNumbers = regexp.MustCompile(`\(\d/\d\)`)

func TestALongPostBecomesShort(t *testing.T) {
	s := newSite(t)
	s.start()
	post := s.writePost("", alexMM, strings.TrimSpace(strings.Repeat(strings.Repeat("漢字", 50)+"\n\n", 150)))
	s.quiet()
	if _, messages := s.standing(); len(messages) != 2 {
		t.Fatalf("%d messages, want 2", len(messages))
	}
	s.editPost(post.ID, "short")
	s.stands([]string{"short"}, []string{"short"})
	// A short text may be a long message, for what it mentions.
	mentions := s.writePost("", alexMM, strings.Repeat("@alex ", 480))
	s.quiet()
	if _, messages := s.standing(); len(messages) < 3 {
		t.Fatalf("%d messages, want three or more", len(messages))
	}
	s.deletePost(mentions.ID)
	s.stands([]string{"short"}, []string{"short"})
}

// The shortest text that does not fit is split too, whatever it is made of.
func TestPartsFitIntoTeams(t *testing.T) {
	s := newSite(t)
	s.start()
	for _, text := range []string{strings.Repeat("<", 16_383), strings.Repeat("| a |\n|---|\n", 1) + strings.Repeat("| & |\n", 2_000), "```go\n" + strings.Repeat("a\n", 8_000) + "```"} {
		s.writePost("", alexMM, text)
	}
	s.quiet()
	for _, m := range s.teams.messages {
		if len(m.HTML) > 28_522 {
			t.Errorf("a message of %d bytes: %.50q…", len(m.HTML), m.HTML)
		}
	}
	if len(s.teams.messages) < 5 || s.tally.dead > 0 {
		t.Errorf("%d messages, %d dead letters", len(s.teams.messages), s.tally.dead)
	}
}
