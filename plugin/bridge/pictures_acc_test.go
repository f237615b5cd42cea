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
)

// hosted is a picture of a post as its message shows it.
func hosted(n, size int, name string) string {
	return fmt.Sprintf(`<img src="https://graph/hostedContents/%d-%d/$value" alt="%s">`, n, size, name)
}

func TestPicturesOfPostsStandInTheMessage(t *testing.T) {
	unknown := &bridge.Failure{Class: bridge.Unknown, Err: errors.New("no answer")}
	for name, test := range map[string]struct {
		fault            fault
		silent, unmarked bool
	}{
		"undisturbed":          {},
		"seen by its echo":     {once(failsAfter, unknown), false, false},
		"found by a look":      {once(failsAfter, unknown), true, false},
		"found by its text":    {once(failsAfter, unknown), true, true},
		"sent again":           {once(failsBefore, unknown), false, false},
		"begun again":          {once(failsBefore, &bridge.Failure{Class: bridge.Retry, Status: 429, Err: errors.New("later")}), false, false},
		"sent after an outage": {once(failsBefore, &bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("later")}), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.teams.sends.set(test.fault)
			s.teams.silent, s.teams.unmarked = test.silent, test.unmarked
			s.start()
			post := s.writeFiles(alexMM, "see", "a.png", "c.gif")
			a, c := hosted(1, 13, "a.png"), hosted(2, 11, "c.gif")
			s.showWithFiles([]string{"see [a.png c.gif]"}, []string{"<p>see</p><p>" + a + c + "</p> []"})
			message := s.teams.messages[0]
			// Edits on either side leave them, and the post does not say where they stand.
			s.editPost(post.ID, "look")
			s.showWithFiles([]string{"look [a.png c.gif]"}, []string{"<p>look</p><p>" + a + c + "</p> []"})
			x := `<img src="https://graph/hostedContents/x/$value">`
			s.inTeams(message.Ref, func(m *bridge.TeamsMessage) bool {
				return setText(strings.Replace(m.HTML, "<p>look</p>", "<p>well "+x+" there</p>", 1))(m)
			})
			s.quiet()
			if got := s.postsWithFiles()[0]; got != "well (image: image-1.png) there [a.png c.gif image-1.png]" {
				t.Errorf("with a picture of Teams the post is %s", got)
			}
			// Each side may take some away.
			now, _ := s.mattermost.Post(t.Context(), post.ID)
			s.editFiles(post.ID, now.Message, slices.DeleteFunc(slices.Clone(now.Files), func(id bridge.FileID) bool { return s.files.names[id] == "a.png" })...)
			s.quiet()
			if got, _ := s.teams.read(message.Ref); strings.Contains(got.HTML, a) || !strings.Contains(got.HTML, c) || !strings.Contains(got.HTML, x) {
				t.Errorf("without a.png the message is %s", got.HTML)
			}
			s.inTeams(message.Ref, func(m *bridge.TeamsMessage) bool { return setText(strings.Replace(m.HTML, c, "", 1))(m) })
			s.quiet()
			if got := s.postsWithFiles()[0]; got != "well (image: image-1.png) there [image-1.png]" {
				t.Errorf("without c.gif the post is %s", got)
			}
			// What an edit adds is a file beside the message.
			now, _ = s.mattermost.Post(t.Context(), post.ID)
			s.editFiles(post.ID, now.Message, append(slices.Clone(now.Files), s.files.add("d.png"))...)
			s.quiet()
			if got, _ := s.teams.read(message.Ref); len(got.Attachments) != 1 {
				t.Errorf("with d.png the message has %+v", got.Attachments)
			}
			if s.tally.dead != 0 || len(s.mattermost.posts) != 1 {
				t.Errorf("%d dead letters, %d posts", s.tally.dead, len(s.mattermost.posts))
			}
		})
	}
}

func TestPicturesThatTheMessageHasNoRoomForAreFiles(t *testing.T) {
	s := newSite(t)
	s.start()
	s.writeFiles(alexMM, "two", "huge1.png", "huge2.png", "no picture.png")
	s.quiet()
	if got := s.messagesWithFiles()[0]; got != "<p>two</p><p>"+hosted(1, 2_000_008, "huge1.png")+"</p> [huge2.png no picture.png]" {
		t.Errorf("two large ones are %s", got)
	}
	for _, status := range []int{400, 413} {
		struck := false
		s.teams.sends.set(func(int) (verdict, error) {
			if struck {
				return works, nil
			}
			struck = true
			return failsBefore, &bridge.Failure{Class: bridge.Permanent, Status: status, Err: errors.New("no")}
		})
		s.writeFiles(alexMM, "refused", "a.png", "b.txt")
		s.quiet()
		if got := s.messagesWithFiles(); got[len(got)-1] != "<p>refused</p> [a.png b.txt]" {
			t.Errorf("after %d it is %s", status, got[len(got)-1])
		}
	}
	if s.tally.dead != 0 {
		t.Errorf("%d dead letters", s.tally.dead)
	}
}

// Pictures that cannot be read do not hold their message.
func TestPicturesThatCannotBeRead(t *testing.T) {
	gone := &bridge.Failure{Class: bridge.NotFound, Status: 404, Err: errors.New("it is not there any more")}
	for name, fails := range map[string]func(call int) bool{
		"at once":            func(int) bool { return true },
		"when they are sent": func(call int) bool { return call%2 == 0 }, // each time they are looked at first
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.files.reads.set(func(call int) (verdict, error) {
				if fails(call) {
					return failsBefore, gone
				}
				return works, nil
			})
			s.files.uploads.set(func(int) (verdict, error) { return failsBefore, gone }) // it reads the file
			s.start()
			s.writeFiles(alexMM, "see", "a.png")
			s.quiet()
			got := s.messagesWithFiles()
			if len(got) != 1 || !strings.HasPrefix(got[0], "<p>see</p><p><em>The file <strong>a.png</strong>") {
				t.Errorf("the messages are %q", got)
			}
			if s.tally.dead != 0 {
				t.Errorf("%d dead letters", s.tally.dead)
			}
		})
	}
}

// A long post comes in parts: the pictures stand in the last one, and an edit still finds the others.
func TestPicturesOfALongPost(t *testing.T) {
	s := newSite(t)
	s.start()
	post := s.writeFiles(alexMM, strings.TrimSpace(strings.Repeat(strings.Repeat("漢字", 50)+"\n\n", 150)), "a.png")
	s.quiet()
	if got := s.messagesWithFiles(); len(got) != 2 || strings.Contains(got[0], "<img") || !strings.Contains(got[1], "<img") {
		t.Fatalf("%d messages", len(got))
	}
	s.editPost(post.ID, "short")
	s.showWithFiles([]string{"short [a.png]"}, []string{"<p>short</p><p>" + hosted(1, 13, "a.png") + "</p> []"})
}
