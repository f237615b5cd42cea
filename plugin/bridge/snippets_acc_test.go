// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// snippet is a code snippet whose text is kept under an id.
func snippet(id, name string) bridge.Attachment {
	return bridge.Attachment{ID: "a-" + id, ContentType: "application/vnd.microsoft.card.codesnippet",
		Content: `{"language":"Python","lines":2,"name":"` + name + `","codeSnippetUrl":"https://graph.microsoft.com/v1.0/chats/1/messages/2/hostedContents/` + id + `%3D/$value"}`}
}

func (s *site) keep(id, code string) {
	s.files.mu.Lock()
	defer s.files.mu.Unlock()
	if s.files.code == nil {
		s.files.code = map[string]string{}
	}
	s.files.code[id+"="] = code
}

func TestCodeSnippetsStandInTheirPlace(t *testing.T) {
	s := newSite(t)
	s.withoutFiles = true // a snippet is text
	s.keep("x", "if it:\r\n    ```go()\r\n")
	s.keep("y", "new()")
	s.start()
	first := snippet("x", "run_me.py")
	m := s.put("", asAlex, "<p>see</p>"+tag(first)+"<p>there</p>", func(m *bridge.TeamsMessage) { m.Attachments = []bridge.Attachment{first} })
	const block = "**run_me.py**\n\n````python\nif it:\n    ```go()\n````"
	s.quiet()
	shows := func(want string) {
		t.Helper()
		s.quiet()
		if got := s.mattermost.posts[0].Message; got != want {
			t.Errorf("the post shows\n%q, want\n%q", got, want)
		}
	}
	shows("see\n\n" + block + "\n\nthere")
	opens := s.files.opens.count()
	s.inTeams(m.Ref, func(*bridge.TeamsMessage) bool { return true })
	s.quiet()
	if n := s.files.opens.count(); n != opens || s.mattermost.changes.count() != 0 {
		t.Errorf("an update that changed nothing fetched %d times and changed the post %d times", n-opens, s.mattermost.changes.count())
	}
	// An edit of nothing but the code: Teams keeps it anew.
	second := snippet("y", "run_me.py")
	second.ID = first.ID
	s.inTeams(m.Ref, func(m *bridge.TeamsMessage) bool { m.Attachments = []bridge.Attachment{second}; return true })
	shows("see\n\n**run_me.py**\n\n```python\nnew()\n```\n\nthere")
	// An edit in Mattermost keeps the snippet while its code is as it was, and else has it in the text.
	post := s.mattermost.posts[0].ID
	s.editPost(post, "look\n\n**run_me.py**\n\n```python\nnew()\n```\n\nthere")
	s.quiet()
	now, _ := s.teams.read(m.Ref)
	if now.HTML != "<p>look</p>"+tag(second)+"<p>there</p>" || len(now.Attachments) != 1 {
		t.Errorf("with its code as it was, the message is %q with %+v", now.HTML, now.Attachments)
	}
	s.editPost(post, "look\n\n```python\nnewer()\n```")
	s.quiet()
	if now, _ = s.teams.read(m.Ref); now.HTML != `<p>look</p><codeblock class="Python"><code>newer()</code></codeblock>` || len(now.Attachments) != 0 {
		t.Errorf("with another code, the message is %q with %+v", now.HTML, now.Attachments)
	}
	shows("look\n\n```python\nnewer()\n```")
	if s.tally.dead != 0 {
		t.Errorf("%d dead letters", s.tally.dead)
	}
}

func TestALongCodeSnippetComesInParts(t *testing.T) {
	s := newSite(t)
	s.keep("x", strings.Repeat("a line of code\n", 2000))
	s.start()
	s.put("", asAlex, "", func(m *bridge.TeamsMessage) { m.Attachments = []bridge.Attachment{snippet("x", "")} })
	s.quiet()
	posts, _ := s.standing()
	if len(posts) != 2 {
		t.Fatalf("%d posts, want 2", len(posts))
	}
	lines := 0
	for _, text := range posts {
		lines += strings.Count(text, "a line of code\n")
		if !strings.HasPrefix(text, "```python\n") {
			t.Errorf("a part begins with %q", text[:20])
		}
	}
	if lines != 2000 {
		t.Errorf("%d lines of 2000 are there", lines)
	}
}

func TestACodeSnippetThatCannotBeFetchedIsNamed(t *testing.T) {
	const named = "**Code snippet:** x.py ([open in Microsoft Teams](https://teams.example/1))"
	for name, test := range map[string]struct {
		code  string
		err   error
		tries int
	}{
		"gone":      {"", &bridge.Failure{Class: bridge.NotFound, Err: errors.New("no")}, 1},
		"forbidden": {"", &bridge.Failure{Class: bridge.UserAction, Status: 403, Err: errors.New("no")}, 1},
		"an outage": {"", &bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("no")}, 3},
		"too long":  {strings.Repeat("x", 256<<10+1), nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.keep("x", test.code)
			if test.err != nil {
				s.files.opens.set(func(int) (verdict, error) { return failsBefore, test.err })
			}
			s.start()
			m := s.put("", asAlex, "<p>see</p>", func(m *bridge.TeamsMessage) {
				m.Attachments, m.WebURL = []bridge.Attachment{snippet("x", "x.py")}, "https://teams.example/1"
			})
			s.quiet()
			if got := s.mattermost.posts[0].Message; got != "see\n\n"+named {
				t.Errorf("the post shows %q", got)
			}
			if n := s.files.opens.count(); n != test.tries || s.tally.dead != 0 {
				t.Errorf("%d tries, want %d; %d dead letters", n, test.tries, s.tally.dead)
			}
			if test.err == nil {
				return
			}
			// The next edit brings it.
			s.files.opens.set(nil)
			s.keep("x", "back()")
			s.inTeams(m.Ref, setText("<p>again</p>"))
			s.quiet()
			if got := s.mattermost.posts[0].Message; got != "again\n\n**x.py**\n\n```python\nback()\n```" {
				t.Errorf("after an edit the post shows %q", got)
			}
		})
	}
}
