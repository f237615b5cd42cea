// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// words are so many paragraphs of fifty words, each of which has six bytes.
func words(n int) string {
	return strings.TrimSpace(strings.Repeat(strings.Repeat("漢字", 50)+"\n\n", n))
}

// inParts waits until the post stands in Teams in so many messages, with their numbers and all of the text.
func (s *site) inParts(post bridge.PostID, text string, parts int, beginning string) (messages []bridge.TeamsMessage) {
	s.t.Helper()
	s.quiet()
	var shown []string
	_, shown = s.standing()
	if len(shown) != parts || strings.Count(strings.Join(shown, ""), "漢字") != strings.Count(text, "漢字") || !strings.Contains(shown[0], beginning) {
		s.t.Fatalf("%d messages with %d words, want %d with %d; the first begins with %.30q", len(shown), strings.Count(strings.Join(shown, ""), "漢字"), parts, strings.Count(text, "漢字"), shown[0])
	}
	s.teams.mu.Lock()
	defer s.teams.mu.Unlock()
	for _, m := range s.teams.messages {
		if m.DeletedAt.IsZero() {
			messages = append(messages, m)
		}
	}
	for i, part := range shown {
		if number := fmt.Sprintf("(%d/%d)", i+1, parts); parts > 1 && !strings.HasSuffix(part, number) {
			s.t.Errorf("message %d ends with %q, want %s", i, part[len(part)-9:], number)
		}
	}
	if got, _ := s.mattermost.Post(s.t.Context(), post); got.Message != text {
		s.t.Errorf("the post has become %.50q", got.Message)
	}
	if s.tally.dead > 0 {
		s.t.Errorf("%d dead letters", s.tally.dead)
	}
	return messages
}

// An edit in Mattermost leaves a long post in its parts: in fewer where it became shorter, in more where it became longer.
func TestALongPostIsEdited(t *testing.T) {
	for name, author := range map[string]bridge.UserID{"by its author": alexMM, "through the bot": blakeMM} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			post := s.writePost("", author, words(220))
			s.quiet()
			sent := s.teams.sends.count()
			edit := func(text string, parts int) {
				t.Helper()
				s.editPost(post.ID, text)
				s.inParts(post.ID, text, parts, "begin")
			}
			edit("begin\n\n"+words(220), 3)
			edit("begin again\n\n"+words(219), 3)
			edit("begin\n\n"+words(150), 2)
			edit("begin\n\n"+words(149)+"\n\nend", 2)
			edit("begin anew", 1)
			if s.teams.sends.count() != sent {
				t.Error("an edit sent a message anew")
			}
			edit("begin\n\n"+words(220), 3)
			edit("begin\n\n"+words(150), 2)
			edit("begin\n\n"+words(310), 4)
			if n := s.teams.sends.count() - sent; n != 4 {
				t.Errorf("%d messages were sent, want two and two", n)
			}
		})
	}
}

// What an edit adds stands below the message, in its thread, and belongs to the post like the other parts.
func TestAPostGrowsOverOneMessage(t *testing.T) {
	unknown := &bridge.Failure{Class: bridge.Unknown, Err: errors.New("no answer")}
	second := func(v verdict, err error) fault {
		return func(call int) (verdict, error) {
			if call == 2 {
				return v, err
			}
			return works, nil
		}
	}
	for name, c := range map[string]struct{ sends, changes fault }{
		"undisturbed":                     {},
		"the first is unknown":            {sends: once(failsAfter, unknown)},
		"the first did not happen":        {sends: once(failsBefore, unknown)},
		"the first is throttled":          {sends: once(failsBefore, &bridge.Failure{Class: bridge.Retry, Status: 429, Err: errors.New("later")})},
		"the second is unknown":           {sends: second(failsAfter, unknown)},
		"the second did not happen":       {sends: second(failsBefore, unknown)},
		"the edit is unknown":             {changes: once(failsAfter, unknown)},
		"the edit did not happen":         {changes: once(failsBefore, unknown)},
		"a send and the edit are unknown": {sends: second(failsAfter, unknown), changes: once(failsBefore, unknown)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			post := s.writePost("", alexMM, "short")
			s.quiet()
			s.teams.sends.set(after(s.teams.sends.count(), c.sends))
			s.teams.changes.set(c.changes)
			text := "begin\n\n" + words(220)
			s.editPost(post.ID, text)
			messages := s.inParts(post.ID, text, 3, "begin")
			if first := messages[0].Ref.ID; messages[0].Ref.Root != "" || messages[1].Ref.Root != first || messages[2].Ref.Root != first {
				t.Errorf("the parts are %+v, %+v and %+v", messages[0].Ref, messages[1].Ref, messages[2].Ref)
			}
			// Each may be edited in Teams.
			last := messages[2]
			s.inTeams(last.Ref, setText(strings.Replace(last.HTML, "<em>(3/3)</em>", "end <em>(3/3)</em>", 1)))
			s.quiet()
			now, _ := s.mattermost.Post(t.Context(), post.ID)
			if !strings.HasSuffix(now.Message, "end") || !strings.HasPrefix(now.Message, text) || partNumbers.MatchString(now.Message) {
				t.Errorf("after an edit in Teams the post has %d words and ends with %q", strings.Count(now.Message, "漢字"), now.Message[len(now.Message)-9:])
			}
			s.deletePost(post.ID)
			s.stands(nil, nil)
		})
	}
}

// after is a fault that begins after so many calls.
func after(calls int, f fault) fault {
	return func(call int) (verdict, error) {
		if f == nil || call <= calls {
			return works, nil
		}
		return f(call - calls)
	}
}

// A node that dies between two sends leaves parts that the next one finds.
func TestACrashWhileAPostGrows(t *testing.T) {
	for _, at := range []int{1, 2} {
		t.Run(fmt.Sprint("after send ", at), func(t *testing.T) {
			s := newSite(t)
			doomed := s.start()
			post := s.writePost("", alexMM, "short")
			s.quiet()
			s.teams.sends.set(after(s.teams.sends.count(), func(call int) (verdict, error) {
				if call == at {
					s.crash(doomed)
				}
				return works, nil
			}))
			text := "begin\n\n" + words(220)
			s.editPost(post.ID, text)
			s.eventually("the node has died", func() bool { return doomed.crashed })
			s.start()
			s.inParts(post.ID, text, 3, "begin")
		})
	}
}

// A reply grows in its thread.
func TestAReplyGrowsInItsThread(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.writePost("", alexMM, "root")
	reply := s.writePost(root.ID, alexMM, words(150))
	s.quiet()
	s.editPost(reply.ID, words(220))
	s.quiet()
	if len(s.teams.messages) != 4 {
		t.Fatalf("%d messages, want the root and three parts", len(s.teams.messages))
	}
	for _, m := range s.teams.messages[1:] {
		if m.Ref.Root != s.teams.messages[0].Ref.ID {
			t.Errorf("a part is %+v", m.Ref)
		}
	}
}

// Whoever deletes a part in Teams takes its text from the post, and whoever brings it back, back.
func TestAPartIsDeletedInTeams(t *testing.T) {
	for name, author := range map[string]bridge.UserID{"by its author": alexMM, "through the bot": blakeMM} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			text := "one\n\n" + words(95) + "\n\ntwo\n\n" + words(90) + "\n\nthree\n\n" + words(20)
			post := s.writePost("", author, text)
			parts := s.inParts(post.ID, text, 3, "one")
			says := func(what string, paragraphs int, has ...string) {
				t.Helper()
				s.quiet()
				now, _ := s.mattermost.Post(t.Context(), post.ID)
				var found []string
				for _, word := range []string{"one", "two", "three", "new"} {
					if strings.Contains(now.Message, word) {
						found = append(found, word)
					}
				}
				if now.DeleteAt > 0 || !slices.Equal(found, has) || strings.Count(now.Message, "漢字") != 50*paragraphs || partNumbers.MatchString(now.Message) || strings.Contains(now.Message, "Blake") {
					t.Fatalf("%s: the post has %q and %d words, want %q and %d; deleted at %d; it begins with %.20q", what, found, strings.Count(now.Message, "漢字"), has, 50*paragraphs, now.DeleteAt, now.Message)
				}
			}
			in := func(m bridge.TeamsMessage) int { return strings.Count(m.HTML, "漢字") / 50 }
			s.inTeams(parts[1].Ref, setDeleted)
			says("without the second", 205-in(parts[1]), "one", "three")
			s.inTeams(parts[1].Ref, func(m *bridge.TeamsMessage) bool { *m = parts[1]; return true })
			says("with it again", 205, "one", "two", "three")
			s.inTeams(parts[0].Ref, setDeleted)
			says("without the first", in(parts[1])+in(parts[2]), "two", "three")
			// The last one is the mapping's. Another one takes its place.
			s.inTeams(parts[2].Ref, setDeleted)
			says("without the last", in(parts[1]), "two")
			s.inTeams(parts[1].Ref, setText(strings.Replace(parts[1].HTML, "two", "new", 1)))
			says("after an edit of what is left", in(parts[1]), "new")
			s.editPost(post.ID, "short")
			s.quiet()
			if _, messages := s.standing(); len(messages) != 1 || !strings.HasSuffix(messages[0], "short") {
				t.Errorf("after an edit in Mattermost %d messages stand: %.50q", len(messages), messages)
			}
			s.inTeams(parts[1].Ref, setDeleted)
			s.stands(nil, nil)
			if s.tally.dead > 0 {
				t.Errorf("%d dead letters", s.tally.dead)
			}
		})
	}
}

// What happened to parts while nobody was told is found, and no part is taken for a message of its own, even when an edit in Teams took
// its mark away.
func TestPartsThatChangedUnseen(t *testing.T) {
	s := newSite(t)
	n := s.start()
	text := "one\n\n" + words(95) + "\n\ntwo\n\n" + words(90) + "\n\nthree\n\n" + words(20)
	post := s.writePost("", alexMM, text)
	parts := s.inParts(post.ID, text, 3, "one")
	unmarked := func(html string) func(*bridge.TeamsMessage) bool {
		return func(m *bridge.TeamsMessage) bool {
			m.Attempt = ""
			return setText(html)(m)
		}
	}
	s.inTeamsUnseen(parts[0].Ref, unmarked(strings.Replace(parts[0].HTML, "one", "new", 1)))
	s.inTeamsUnseen(parts[1].Ref, setDeleted)
	s.wantResync(n)
	s.catchUp(n, store.Catchup)
	s.quiet()
	now, _ := s.mattermost.Post(t.Context(), post.ID)
	if !strings.HasPrefix(now.Message, "new") || strings.Contains(now.Message, "two") || !strings.Contains(now.Message, "three") || len(s.mattermost.posts) != 1 {
		t.Errorf("%d posts; the first begins with %.20q", len(s.mattermost.posts), now.Message)
	}
	// Who answers a part answers the post.
	s.writeInTeams(parts[0].Ref.ID, blake, "<p>an answer</p>")
	if err := s.receive([]bridge.Arrival{created(parts[0])}); err != nil { // late
		t.Fatal(err)
	}
	s.quiet()
	if last := s.mattermost.posts[len(s.mattermost.posts)-1]; last.Root != post.ID || len(s.mattermost.posts) != 2 {
		t.Errorf("%d posts; the answer is in the thread %q", len(s.mattermost.posts), last.Root)
	}
	// And an edit in Mattermost reaches all parts although their marks are gone.
	s.editPost(post.ID, words(310))
	s.quiet()
	if _, messages := s.standing(); len(messages) != 5 || strings.Count(strings.Join(messages, ""), "漢字") != 50*310 {
		t.Errorf("%d messages, want four parts and the answer", len(messages))
	}
}

// A part may be gone before anybody heard that it was made.
func TestAPartIsDeletedBeforeItIsAnnounced(t *testing.T) {
	s := newSite(t)
	s.start()
	post := s.writePost("", alexMM, "short")
	s.quiet()
	s.teams.silent = true
	text := "begin\n\n" + words(220)
	s.editPost(post.ID, text)
	parts := s.inParts(post.ID, text, 3, "begin")
	arrival, _ := s.teams.change(parts[1].Ref, setDeleted)
	for _, arrivals := range [][]bridge.Arrival{{created(parts[1])}, {arrival}} {
		if err := s.receive(arrivals); err != nil {
			t.Fatal(err)
		}
		s.quiet()
	}
	now, _ := s.mattermost.Post(t.Context(), post.ID)
	if want := strings.Count(text, "漢字") - strings.Count(parts[1].HTML, "漢字"); strings.Count(now.Message, "漢字") != want {
		t.Errorf("the post has %d words, want %d", strings.Count(now.Message, "漢字"), want)
	}
}
