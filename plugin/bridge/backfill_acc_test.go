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
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// older makes a post that was written so many hours ago; no hook reports it.
func (s *site) older(hours int, root bridge.PostID, author bridge.UserID, text string) bridge.Post {
	s.mattermost.mu.Lock()
	defer s.mattermost.mu.Unlock()
	return s.mattermost.add(bridge.Post{Channel: channel, Root: root, Author: author, Message: text, CreateAt: time.Now().Add(-time.Duration(hours) * time.Hour).UnixMilli()})
}

// dated is how Teams shows an old post.
func dated(p bridge.Post, text string) string {
	return time.UnixMilli(p.CreateAt).UTC().Format("2006-01-02 15:04") + " UTC " + text
}

// inOneLine has texts compare however their paragraphs are kept apart.
func inOneLine(texts []string) (lines []string) {
	for _, text := range texts {
		lines = append(lines, strings.Join(strings.Fields(text), " "))
	}
	return lines
}

func (s *site) teamsShows(want ...string) {
	s.t.Helper()
	s.quiet()
	if got := inOneLine(s.teams.texts()); !slices.Equal(got, want) {
		s.t.Errorf("Teams shows\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestOldPostsGoToTeams(t *testing.T) {
	s := newSite(t)
	s.older(24*9, "", blakeMM, "much older")
	root := s.older(24*8, "", blakeMM, "older, but answered")
	first := s.older(30, "", alexMM, "by alex")
	reply := s.older(29, root.ID, alexMM, "reply to the older one")
	erased := s.older(28, "", alexMM, "erased")
	s.mattermost.delete(erased.ID)
	last := s.older(27, "", blakeMM, "by blake")
	s.reactToPost(last.ID, alexMM, "👍", true)
	s.toTeams = time.Now().Add(-48 * time.Hour)
	n := s.start()
	if found := s.catchUp(n, store.BackfillToTeams); found != 4 {
		t.Errorf("found %d old posts, want 4", found)
	}
	s.teamsShows(dated(root, "Blake Demo: older, but answered"), dated(first, "by alex"), "→ "+dated(reply, "reply to the older one"), dated(last, "Blake Demo: by blake"))
	message := s.messageOf(last.ID)
	if got := s.teams.shown(message.Ref); !slices.Equal(got, []string{"teams-alex 👍"}) {
		t.Errorf("the old message has %q", got)
	}
	if len(s.mattermost.told) != 0 || s.tally.dead != 0 {
		t.Errorf("told %v, %d dead letters", s.mattermost.told, s.tally.dead)
	}
	if all, err := n.store.Resyncs(t.Context()); err != nil || slices.ContainsFunc(all, func(r store.Resync) bool { return r.Kind == store.BackfillToTeams }) {
		t.Errorf("after the backfill there is %+v, %v", all, err)
	}

	// An edit keeps the time, in Teams as well, and brings none into Mattermost.
	s.editPost(first.ID, "by alex, edited")
	s.teamsShows(dated(root, "Blake Demo: older, but answered"), dated(first, "by alex, edited"), "→ "+dated(reply, "reply to the older one"), dated(last, "Blake Demo: by blake"))
	message = s.messageOf(first.ID)
	s.inTeams(message.Ref, setText(strings.Replace(message.HTML, "edited", "edited in Teams", 1)))
	s.quiet()
	if post, err := s.mattermost.Post(t.Context(), first.ID); err != nil || post.Message != "by alex, edited in Teams" {
		t.Errorf("the post says %q, %v", post.Message, err)
	}
}

// What came from Teams, and what was sent before, is not sent; not either when the channel is linked again.
func TestABackfillSendsNothingTwice(t *testing.T) {
	s := newSite(t)
	old := s.older(30, "", alexMM, "old")
	s.toTeams = time.Now().Add(-48 * time.Hour)
	n := s.start()
	s.catchUp(n, store.BackfillToTeams)
	s.quiet()
	s.writePost("", alexMM, "new")
	s.quiet()
	s.writeInTeams("", blake, "from Teams")
	shown := []string{dated(old, "old"), "new", "from Teams"}
	s.teamsShows(shown...)
	if _, _, err := n.Links().Delete(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Links().Create(t.Context(), bridge.Link{Channel: channel, Conversation: chat, Creator: alexMM, BackfillToTeams: s.toTeams}); err != nil {
		t.Fatal(err)
	}
	if found := s.catchUp(n, store.BackfillToTeams); found != 0 {
		t.Errorf("found %d old posts, want none", found)
	}
	s.teamsShows(shown...)
}

// What is written now goes first, and a reply to an old post does not wait for all the others.
func TestNewPostsGoBeforeOldOnes(t *testing.T) {
	s := newSite(t)
	var old []bridge.Post
	for i := range 6 {
		old = append(old, s.older(30-i, "", blakeMM, fmt.Sprint("old ", i)))
	}
	s.toTeams = time.Now().Add(-48 * time.Hour)
	s.teams.sends.set(func(call int) (verdict, error) {
		if call == 1 {
			s.writePost(old[4].ID, alexMM, "answer")
			s.writePost("", alexMM, "new")
			s.eventually("both to be due", func() bool { h, err := s.any().Health(t.Context()); return err == nil && h.Outbound.Pending >= 7 })
			waitABit(5)
		}
		return works, nil
	})
	n := s.start()
	s.catchUp(n, store.BackfillToTeams)
	s.quiet()
	texts := inOneLine(s.teams.texts())
	at := func(text string) int {
		return slices.IndexFunc(texts, func(shown string) bool { return strings.Contains(shown, text) })
	}
	if len(texts) != 8 || at("new") > at("old 1") || at("answer") > at("old 1") || at("old 4") > at("old 1") || !strings.HasPrefix(texts[at("answer")], "→ ") {
		t.Errorf("Teams shows\n\t%s", strings.Join(texts, "\n\t"))
	}
}

// A crash, and two nodes at it at once, neither lose nor double an old post.
func TestABackfillToTeamsIsResumed(t *testing.T) {
	s := newSite(t)
	const posts = 230 // more than a page
	var want []string
	for i := range posts {
		p := s.older(47, "", alexMM, fmt.Sprint("old ", i))
		want = append(want, dated(p, fmt.Sprint("old ", i)))
	}
	s.toTeams = time.Now().Add(-48 * time.Hour)
	doomed := s.start()
	s.teams.sends.set(func(call int) (verdict, error) {
		if call == 20 {
			s.crash(doomed)
			return failsAfter, errors.New("the process is gone")
		}
		return works, nil
	})
	if more, err := s.resync(doomed).Run(t.Context(), chat.ID, store.BackfillToTeams); more || err != nil {
		t.Logf("the run of the doomed node: more %v, %v", more, err)
	}
	s.eventually("the crash", func() bool { return s.any() == nil })
	first, second := s.start(), s.start()
	done := make(chan error, 2)
	for _, n := range []*node{first, second} {
		go func() {
			_, err := s.resync(n).Run(t.Context(), chat.ID, store.BackfillToTeams)
			done <- err
		}()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Error(err)
	}
	s.quiet()
	got := inOneLine(s.teams.texts())
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Teams shows %d messages, want %d", len(got), len(want))
	}
}

// messageOf is the message of a post.
func (s *site) messageOf(post bridge.PostID) bridge.TeamsMessage {
	s.t.Helper()
	mapping, known, err := s.any().store.MappingOfPost(s.t.Context(), post)
	if err != nil || !known {
		s.t.Fatalf("post %s has no mapping, %v", post, err)
	}
	message, err := s.teams.read(mapping.Ref)
	if err != nil {
		s.t.Fatal(err)
	}
	return message
}
