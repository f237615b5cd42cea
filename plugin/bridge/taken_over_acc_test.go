// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// synthetic is a user that the predecessor made for somebody without an account.
const synthetic bridge.UserID = "msteams_blake"

// takenOver makes the mapping of a post and a message that the predecessor carried, as a take-over leaves it. root is the
// thread that follows from the post's.
func (s *site) takenOver(post bridge.Post, message bridge.TeamsMessage, root bridge.TeamsMessageID, direction bridge.Direction) {
	s.t.Helper()
	sum := sha256.Sum256([]byte(post.Message))
	if _, err := s.any().store.Pool().Exec(s.t.Context(), `INSERT INTO msteamssync.message_map
			(id, conversation, teams_team_id, root, message, channel_id, post_id, root_post_id, direction, state, post_hash, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'confirmed', $10, $11)`, "map of "+post.ID, message.Ref.Conversation.ID, message.Ref.Conversation.Team, root, message.Ref.ID,
		post.Channel, post.ID, post.Root, direction, hex.EncodeToString(sum[:]), message.ModifiedAt); err != nil {
		s.t.Fatal(err)
	}
}

// copyOf makes another post of the message that the first one shows.
func (s *site) copyOf(first bridge.Post) bridge.Post {
	s.t.Helper()
	post := s.mattermost.write(channel, "", first.Author, first.Message)
	if _, err := s.any().store.Pool().Exec(s.t.Context(), `INSERT INTO msteamssync.message_map (id, conversation, teams_team_id, channel_id, post_id, direction, state, alias_of)
		VALUES ($1, $2, $3, $4, $5, 'in', 'confirmed', $6)`, "map of "+post.ID, chat.ID, chat.Team, channel, post.ID, "map of "+first.ID); err != nil {
		s.t.Fatal(err)
	}
	return post
}

// old makes a post and a message that the predecessor carried. Its texts differ: it wrote Markdown in another way.
func (s *site) old(author bridge.UserID, from bridge.Sender, direction bridge.Direction) (bridge.Post, bridge.TeamsMessage) {
	s.t.Helper()
	post := s.mattermost.write(channel, "", author, "old <b>text</b>")
	message := s.teams.write(bridge.MessageRef{Conversation: chat}, from, "<p>old <b>text</b></p>")
	s.takenOver(post, message, "", direction)
	return post, message
}

func (s *site) postStands(id bridge.PostID, text string) {
	s.t.Helper()
	s.quiet()
	if p, err := s.mattermost.Post(s.t.Context(), id); err != nil || p.DeleteAt > 0 || p.Message != text {
		s.t.Errorf("post %s is %+v, %v, want %q", id, p, err, text)
	}
}

func (s *site) inTeamsStands(ref bridge.MessageRef, html string) {
	s.t.Helper()
	s.quiet()
	if m, err := s.teams.read(ref); err != nil || !m.DeletedAt.IsZero() || m.HTML != html {
		s.t.Errorf("message %s is %+v, %v, want %q", ref.ID, m, err, html)
	}
}

func TestATakenOverMessageChangesOnBothSides(t *testing.T) {
	s := newSite(t)
	s.start()
	post, message := s.old(alexMM, asAlex, bridge.Outbound)
	s.editPost(post.ID, "edited here")
	s.inTeamsStands(message.Ref, "<p>edited here</p>")
	s.inTeams(message.Ref, setText("<p>edited there</p>"))
	s.postStands(post.ID, "edited there")

	post, message = s.old(synthetic, blake, bridge.Inbound)
	s.inTeams(message.Ref, setText("<p>edited by Blake</p>"))
	s.postStands(post.ID, "edited by Blake")
	s.inTeams(message.Ref, setDeleted)
	s.quiet()
	if p, _ := s.mattermost.Post(t.Context(), post.ID); p.DeleteAt == 0 {
		t.Error("a message that was deleted in Teams stands in Mattermost")
	}

	post, message = s.old(alexMM, asAlex, bridge.Outbound)
	s.deletePost(post.ID)
	s.quiet()
	if m, _ := s.teams.read(message.Ref); m.DeletedAt.IsZero() {
		t.Error("a post that was deleted in Mattermost stands in Teams")
	}
	if s.tally.dead != 0 {
		t.Errorf("%d dead letters", s.tally.dead)
	}
}

// A notification that is about something else does not rewrite a post that shows what the predecessor made of the message.
func TestATakenOverPostKeepsItsTextUntilTheMessageIsEdited(t *testing.T) {
	s := newSite(t)
	s.start()
	post, message := s.old(synthetic, blake, bridge.Inbound)
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, "👍", true))
	s.postStands(post.ID, "old <b>text</b>")
	if got := s.mattermost.shown(post.ID); !slices.Equal(got, []string{"alex 👍"}) {
		t.Errorf("reactions %v", got)
	}
}

// Reactions that the predecessor carried are neither doubled nor lost, and can be taken back.
func TestReactionsOfATakenOverMessage(t *testing.T) {
	s := newSite(t)
	s.start()
	post, message := s.old(alexMM, asAlex, bridge.Outbound)
	s.mattermost.reactions = map[bridge.PostID][]bridge.PostReaction{post.ID: {{User: alexMM, Emoji: "👍"}, {User: synthetic, Emoji: "🎉"}}}
	for user, emoji := range map[bridge.TeamsUserID]string{alex.TeamsUser: "👍", blake.User: "🎉"} {
		s.teams.change(message.Ref, setReaction(user, emoji, true))
	}
	s.reactToPost(post.ID, alexMM, "👍", false)
	s.quiet()
	if m, _ := s.teams.read(message.Ref); len(m.Reactions) != 1 || m.Reactions[0].User != blake.User {
		t.Errorf("Teams shows %+v", m.Reactions)
	}
	s.inTeams(message.Ref, setReaction(blake.User, "🎉", false))
	s.quiet()
	if got := s.mattermost.shown(post.ID); len(got) != 0 {
		t.Errorf("Mattermost shows %v", got)
	}
}

// The thread of a message follows from its post's, which the predecessor did not always get right.
func TestATakenOverMessageInAnotherThread(t *testing.T) {
	s := newSite(t)
	s.start()
	root, rootMessage := s.old(alexMM, asAlex, bridge.Outbound)
	// A reply in Mattermost that became a root in Teams.
	post := s.mattermost.write(channel, root.ID, alexMM, "became a root")
	message := s.teams.write(bridge.MessageRef{Conversation: chat}, asAlex, "<p>became a root</p>")
	s.takenOver(post, message, rootMessage.Ref.ID, bridge.Outbound)
	s.editPost(post.ID, "edited")
	s.quiet()
	if m, _ := s.teams.read(message.Ref); !strings.HasSuffix(m.HTML, "</blockquote><p>edited</p>") {
		t.Errorf("a reply outside its thread shows %q, want what it replies to before it", m.HTML)
	}
	s.inTeams(message.Ref, setText("<p>edited again</p>"))
	s.postStands(post.ID, "edited again")

	// A reply in Teams that became a root in Mattermost.
	post = s.mattermost.write(channel, "", synthetic, "reply")
	message = s.teams.write(bridge.MessageRef{Conversation: chat, Root: rootMessage.Ref.ID}, blake, "<p>reply</p>")
	s.takenOver(post, message, "", bridge.Inbound)
	if err := s.receive([]bridge.Arrival{created(message)}); err != nil {
		t.Fatal(err)
	}
	s.inTeams(message.Ref, setText("<p>edited reply</p>"))
	s.postStands(post.ID, "edited reply")
	if n := len(s.mattermost.texts()); n != 3 {
		t.Errorf("%d posts, want 3: %q", n, s.mattermost.texts())
	}
	if s.tally.dead != 0 {
		t.Errorf("%d dead letters", s.tally.dead)
	}
}

func TestRepliesToTakenOverMessages(t *testing.T) {
	s := newSite(t)
	s.start()
	post, message := s.old(alexMM, asAlex, bridge.Outbound)
	s.writePost(post.ID, alexMM, "reply from Mattermost")
	s.writeInTeams(message.Ref.ID, blake, "reply from Teams")
	// The predecessor posted a reply as a root; where it is in Teams nobody knows until Teams says it.
	misplaced := s.mattermost.write(channel, "", synthetic, "misplaced")
	s.takenOver(misplaced, s.teams.write(bridge.MessageRef{Conversation: chat, Root: message.Ref.ID}, blake, "misplaced"), "", bridge.Inbound)
	s.writePost(misplaced.ID, alexMM, "answer")
	s.quiet()
	teams, mattermost := s.teams.texts(), s.mattermost.texts()
	if !slices.Contains(teams, "→ reply from Mattermost") || !slices.Contains(mattermost, "→ **Blake Demo:** reply from Teams") {
		t.Errorf("%q, %q", teams, mattermost)
	}
	if !slices.ContainsFunc(teams, func(text string) bool {
		return strings.HasSuffix(text, "misplaced answer") && !strings.HasPrefix(text, "→")
	}) {
		t.Errorf("the answer is not quoted: %q", teams)
	}
}

// What the predecessor brought from Teams never goes back, even where it did not get to write that down.
func TestWhatThePredecessorBroughtStaysHere(t *testing.T) {
	s := newSite(t)
	s.linkedAt = time.Now().Add(-time.Hour)
	s.mattermost.write(channel, "", alexMM, "brought from Teams")
	s.mattermost.posts[0].Foreign = true
	s.mattermost.write(channel, "", alexMM, "written here")
	s.start()
	s.eventually("the scan", func() bool { return len(s.teams.texts()) > 0 })
	s.quiet()
	if got := s.teams.texts(); !slices.Equal(got, []string{"written here"}) {
		t.Errorf("Teams shows %q", got)
	}
}

// A change in Teams reaches every post of the message.
func TestCopiesFollowTheirMessage(t *testing.T) {
	s := newSite(t)
	s.start()
	post, message := s.old(synthetic, blake, bridge.Inbound)
	copied := s.copyOf(post)
	s.inTeams(message.Ref, setText("<p>edited</p>"))
	s.postStands(post.ID, "edited")
	s.postStands(copied.ID, "edited")
	s.inTeams(message.Ref, setDeleted)
	s.quiet()
	for _, id := range []bridge.PostID{post.ID, copied.ID} {
		if p, _ := s.mattermost.Post(t.Context(), id); p.DeleteAt == 0 {
			t.Errorf("post %s stands", id)
		}
	}
	if s.teams.changes.count() != 0 || s.tally.dead != 0 {
		t.Errorf("%d changes went to Teams, %d dead letters", s.teams.changes.count(), s.tally.dead)
	}
}

// What somebody does to a copy reaches the message and by way of it the mapping's post; that a copy is deleted does not.
func TestChangesOnACopy(t *testing.T) {
	s := newSite(t)
	s.teams.silent = true // without Graph's help
	s.start()
	post, message := s.old(alexMM, asAlex, bridge.Inbound)
	copied := s.copyOf(post)
	s.editPost(copied.ID, "edited **here**")
	s.inTeamsStands(message.Ref, "<p>edited <strong>here</strong></p>")
	s.postStands(post.ID, "edited **here**")

	s.reactToPost(copied.ID, alexMM, "👍", true)
	s.quiet()
	if m, _ := s.teams.read(message.Ref); len(m.Reactions) != 1 {
		t.Errorf("Teams shows %+v", m.Reactions)
	}
	if got := s.mattermost.shown(post.ID); !slices.Equal(got, []string{"alex 👍"}) {
		t.Errorf("the mapping's post shows %v", got)
	}
	s.reactToPost(copied.ID, alexMM, "👍", false)
	s.deletePost(copied.ID)
	s.quiet()
	if m, _ := s.teams.read(message.Ref); len(m.Reactions) != 1 || !m.DeletedAt.IsZero() {
		t.Errorf("Teams shows %+v", m)
	}
	s.postStands(post.ID, "edited **here**")
	if s.tally.dead != 0 {
		t.Errorf("%d dead letters", s.tally.dead)
	}
}

// A change on a copy whose outcome is not known is made again.
func TestAChangeOnACopyIsMadeAgain(t *testing.T) {
	s := newSite(t)
	s.start()
	post, message := s.old(alexMM, asAlex, bridge.Inbound)
	copied := s.copyOf(post)
	s.teams.changes.set(once(failsBefore, &bridge.Failure{Class: bridge.Unknown, Err: errors.New("no answer")}))
	s.editPost(copied.ID, "edited here")
	s.inTeamsStands(message.Ref, "<p>edited here</p>")
	s.postStands(post.ID, "edited here")
	if n := s.teams.changes.count(); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}
