// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// longNames are names of files as long as servers take them, in Cyrillic.
func longNames(n int, ending string) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint(strings.Repeat("отчёт ", 35), i, ".", ending))
	}
	return names
}

// cyrillic are so many paragraphs of a hundred characters.
func cyrillic(n int) string {
	return strings.TrimSpace(strings.Repeat(strings.Repeat("слова ", 16)+"конец\n\n", n))
}

// standsWithFiles waits until a post with so many paragraphs stands in Teams in so many messages, which show its files.
func (s *site) standsWithFiles(what string, paragraphs, messages int, files ...string) (standing []bridge.TeamsMessage) {
	s.t.Helper()
	s.quiet()
	if s.tally.dead > 0 {
		s.t.Fatalf("%s: %d dead letters", what, s.tally.dead)
	}
	var got []string
	words := 0
	s.teams.mu.Lock()
	defer s.teams.mu.Unlock()
	for _, m := range s.teams.messages {
		if !m.DeletedAt.IsZero() {
			continue
		}
		standing = append(standing, m)
		words += strings.Count(m.HTML, "конец")
		for _, a := range m.Attachments {
			if before, _, found := strings.Cut(a.Name, " ("); found && strings.Contains(m.HTML, tag(a)) {
				got = append(got, before)
			}
		}
	}
	var want []string
	for _, name := range files {
		name, _, _ = strings.Cut(name, ".")
		want = append(want, name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if words != paragraphs || len(standing) != messages || !slices.Equal(got, want) {
		s.t.Fatalf("%s: %d messages with %d paragraphs and %d files, want %d with %d and %d", what, len(standing), words, len(got), messages, paragraphs, len(want))
	}
	return standing
}

// What files and what a message quotes take of it is left of its text.
func TestALongPostWithFiles(t *testing.T) {
	for name, author := range map[string]bridge.UserID{"by its author": alexMM, "through the bot": blakeMM} {
		for _, ending := range []string{"txt", "png"} {
			t.Run(name+" with "+ending, func(t *testing.T) {
				s := newSite(t)
				s.start()
				names := longNames(5, ending)
				text := cyrillic(135)
				s.writeFiles(author, text, names...)
				shown := names
				if ending == "png" {
					shown = nil // in place
				}
				parts := s.standsWithFiles("new", 135, 2, shown...)
				if last := parts[1]; strings.Count(last.HTML, "конец") == 0 || ending == "png" && strings.Count(last.HTML, "<img") != 5 {
					t.Errorf("the last part has %d paragraphs and %d pictures", strings.Count(last.HTML, "конец"), strings.Count(last.HTML, "<img"))
				}
				post := s.mattermost.posts[0]
				// What is done to a part in Teams comes back without what the other parts say being changed.
				s.inTeams(parts[0].Ref, setText(strings.Replace(parts[0].HTML, "слова", "начало", 1)))
				s.quiet()
				now, _ := s.mattermost.Post(t.Context(), post.ID)
				if want := strings.Replace(text, "слова", "начало", 1); now.Message != want || len(now.Files) != 5 {
					t.Errorf("after an edit in Teams the post has %d files and says %d characters, want %d", len(now.Files), len(now.Message), len(want))
				}
				s.deletePost(post.ID)
				s.stands(nil, nil)
			})
		}
	}
}

// An edit that adds files leaves room for them in the message that shows them.
func TestALongPostIsGivenFiles(t *testing.T) {
	s := newSite(t)
	s.start()
	post := s.writePost("", alexMM, cyrillic(135))
	s.standsWithFiles("without files", 135, 1)
	var files []bridge.FileID
	names := longNames(5, "txt")
	for _, name := range names {
		files = append(files, s.files.add(name))
	}
	s.editFiles(post.ID, post.Message, files...)
	parts := s.standsWithFiles("with files", 135, 2, names...)
	if len(parts[0].Attachments) != 5 || strings.Count(parts[1].HTML, "конец") == 0 {
		t.Errorf("the first part has %d files, the second %d paragraphs", len(parts[0].Attachments), strings.Count(parts[1].HTML, "конец"))
	}
	s.inTeams(parts[1].Ref, setText(strings.Replace(parts[1].HTML, "слова", "начало", 1)))
	s.quiet()
	now, _ := s.mattermost.Post(t.Context(), post.ID)
	if strings.Replace(now.Message, "начало", "слова", 1) != post.Message || now.Message == post.Message || len(now.Files) != 5 {
		t.Errorf("after an edit in Teams the post has %d files and %d paragraphs and ends with %q", len(now.Files), strings.Count(now.Message, "конец"), now.Message[len(now.Message)-50:])
	}
	s.editFiles(post.ID, post.Message)
	s.standsWithFiles("without files again", 135, 1)
}

// Pictures that Teams does not take in place become files, which take more room.
func TestRefusedPicturesOfALongPost(t *testing.T) {
	s := newSite(t)
	s.start()
	s.teams.sends.set(func(call int) (verdict, error) {
		if call == 2 {
			return failsBefore, &bridge.Failure{Class: bridge.Permanent, Status: http.StatusBadRequest, Err: errors.New("no pictures")}
		}
		return works, nil
	})
	names := longNames(5, "png")
	s.writeFiles(alexMM, cyrillic(135), names...)
	parts := s.standsWithFiles("refused", 135, 2, names...)
	for i, part := range parts {
		if number := fmt.Sprintf("(%d/2)", i+1); !strings.Contains(part.HTML, number) {
			t.Errorf("part %d is not %s", i, number)
		}
	}
}

// A long answer in a chat has room for what it quotes, which may be made of characters that grow.
func TestALongAnswerInAChat(t *testing.T) {
	s, _ := newChatSite(t)
	s.start()
	question := s.mattermost.write(direct, "", alexMM, strings.Repeat(`"<`, 300))
	s.hook(question)
	s.quiet()
	s.hook(s.mattermost.write(direct, question.ID, alexMM, cyrillic(140)))
	s.quiet()
	if n := len(s.teams.messages); n != 3 || s.tally.dead > 0 {
		t.Fatalf("%d messages and %d dead letters, want the question and two parts", n, s.tally.dead)
	}
	if last := s.teams.messages[2]; len(last.Attachments) != 1 || strings.Count(last.HTML, "конец") == 0 {
		t.Errorf("the last part quotes %d messages", len(last.Attachments))
	}
}

// takenByTeams is how many bytes of a message the emulator takes.
const takenByTeams = 28_522

// fitsIntoTeams refuses a message that is larger than Teams takes, as the emulator does.
func fitsIntoTeams(message bridge.Outgoing) error {
	size := len(message.HTML)
	for _, part := range []any{message.Mentions, message.Attachments} {
		encoded, err := json.Marshal(part)
		if err != nil {
			return err
		}
		size += len(encoded)
	}
	if size > takenByTeams {
		return &bridge.Failure{Class: bridge.Permanent, Status: http.StatusRequestEntityTooLarge, Err: fmt.Errorf("the message has %d bytes", size)}
	}
	return nil
}
