// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// botMM is the plugin's bot on the Mattermost side.
const botMM bridge.UserID = "plugin-bot"

// change makes a change of a Teams message and returns what is notified. The change says whether anything changed.
func (s *teamsSide) change(ref bridge.MessageRef, f func(*bridge.TeamsMessage) bool) (bridge.Arrival, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.messages {
		m := &s.messages[i]
		if m.Ref != ref || !f(m) {
			continue
		}
		m.ModifiedAt = time.Now()
		kind := bridge.Edit
		if !m.DeletedAt.IsZero() {
			kind = bridge.Delete
		}
		return bridge.Arrival{Ref: ref, Kind: kind, SourceAt: m.ModifiedAt}, true
	}
	return bridge.Arrival{}, false
}

func setText(html string) func(*bridge.TeamsMessage) bool {
	return func(m *bridge.TeamsMessage) bool {
		if !m.DeletedAt.IsZero() {
			return false
		}
		m.HTML, m.EditedAt = html, time.Now()
		return true
	}
}

func setDeleted(m *bridge.TeamsMessage) bool {
	if !m.DeletedAt.IsZero() {
		return false
	}
	m.DeletedAt, m.HTML, m.From, m.Reactions, m.Attempt = time.Now(), "", bridge.Sender{}, nil, ""
	return true
}

func setReaction(user bridge.TeamsUserID, emoji string, on bool) func(*bridge.TeamsMessage) bool {
	return func(m *bridge.TeamsMessage) bool {
		i := slices.IndexFunc(m.Reactions, func(r bridge.Reaction) bool { return r.User == user && r.Emoji == emoji })
		if on == (i >= 0) || !m.DeletedAt.IsZero() {
			return false
		}
		m.Reactions = slices.Clone(m.Reactions)
		if on {
			m.Reactions = append(m.Reactions, bridge.Reaction{User: user, Emoji: emoji, At: time.Now()})
		} else {
			m.Reactions = slices.Delete(m.Reactions, i, i+1)
		}
		return true
	}
}

// asAccount is a change that the bridge asks for. Like Graph it lets nobody but the author edit or delete.
func (s *teamsSide) asAccount(ctx context.Context, as bridge.Account, ref bridge.MessageRef, authorOnly bool, f func(*bridge.TeamsMessage) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v, err := s.changes.next()
	if v == failsBefore {
		return err
	}
	now, readErr := s.read(ref)
	switch {
	case readErr != nil:
		return readErr
	case !now.DeletedAt.IsZero():
		return &bridge.Failure{Class: bridge.NotFound, Status: 404, Err: errors.New("the message has been deleted")}
	case authorOnly && now.From.User != as.TeamsUser:
		return &bridge.Failure{Class: bridge.UserAction, Status: 403, Code: "Forbidden", RequestID: "request-1", Err: errors.New("only the sender may")}
	}
	if arrival, changed := s.change(ref, f); changed && !s.silent {
		s.notify([]bridge.Arrival{arrival})
	}
	if v == failsAfter {
		return err
	}
	return nil
}

func (s *teamsSide) read(ref bridge.MessageRef) (bridge.TeamsMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if m.Ref == ref {
			return m, nil
		}
	}
	return bridge.TeamsMessage{}, &bridge.Failure{Class: bridge.NotFound, Status: 404, Err: errors.New("no such message")}
}

func (s *teamsSide) Edit(ctx context.Context, as bridge.Account, ref bridge.MessageRef, message bridge.Outgoing) error {
	if err := fitsIntoTeams(message); err != nil {
		return err
	}
	return s.asAccount(ctx, as, ref, true, func(m *bridge.TeamsMessage) bool {
		m.Mentions = message.Mentions
		if message.Importance != "" { // what is not named stays
			m.Importance = message.Importance
		}
		m.Attempt = bridge.AttemptKey(markup.Attempt(message.HTML))
		return setFiles(message.HTML, message.Attachments...)(m)
	})
}

func (s *teamsSide) Delete(ctx context.Context, as bridge.Account, ref bridge.MessageRef) error {
	return s.asAccount(ctx, as, ref, true, setDeleted)
}

func (s *teamsSide) React(ctx context.Context, as bridge.Account, ref bridge.MessageRef, emoji string, on bool) error {
	return s.asAccount(ctx, as, ref, false, setReaction(as.TeamsUser, emoji, on))
}

// shown lists the reactions of a message as "user emoji", sorted.
func (s *teamsSide) shown(ref bridge.MessageRef) (list []string) {
	m, _ := s.read(ref)
	for _, r := range m.Reactions {
		list = append(list, string(r.User)+" "+r.Emoji)
	}
	slices.Sort(list)
	return list
}

// change makes a change of a post, as a person or the server does, and returns it as it is then and was before.
func (s *mattermostSide) change(id bridge.PostID, f func(*bridge.Post)) (after, before bridge.Post, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		p := &s.posts[i]
		if p.ID != id || p.DeleteAt > 0 {
			continue
		}
		before = *p
		f(p)
		p.UpdateAt = max(time.Now().UnixMilli(), p.UpdateAt+1)
		if p.DeleteAt > 0 {
			p.DeleteAt = p.UpdateAt
			for j := range s.posts {
				if s.posts[j].Root == id {
					s.posts[j].DeleteAt, s.posts[j].UpdateAt, s.posts[j].DeletedBy = p.DeleteAt, p.DeleteAt, p.DeletedBy
				}
			}
		}
		return *p, before, true
	}
	return bridge.Post{}, bridge.Post{}, false
}

func setMessage(text string) func(*bridge.Post) { return func(p *bridge.Post) { p.Message = text } }

func setPostDeleted(p *bridge.Post) { p.DeleteAt, p.DeletedBy = 1, p.Author }

func setPostTakenBack(p *bridge.Post) { p.DeleteAt, p.DeletedBy = 1, botMM }

func (s *mattermostSide) UpdatePost(ctx context.Context, id bridge.PostID, text string) (bridge.Post, error) {
	if err := ctx.Err(); err != nil {
		return bridge.Post{}, err
	}
	v, err := s.changes.next()
	if v == failsBefore {
		return bridge.Post{}, err
	}
	after, before, ok := s.change(id, setMessage(text))
	if !ok {
		return bridge.Post{}, &bridge.Failure{Class: bridge.Permanent, Err: errors.New("the post is deleted")}
	}
	s.changed(after, before)
	if v == failsAfter {
		return bridge.Post{}, err
	}
	return after, nil
}

func (s *mattermostSide) DeletePost(ctx context.Context, id bridge.PostID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v, err := s.changes.next()
	if v == failsBefore {
		return err
	}
	after, before, ok := s.change(id, setPostTakenBack)
	if !ok {
		return &bridge.Failure{Class: bridge.Permanent, Err: errors.New("the post is deleted")}
	}
	s.changed(after, before)
	if v == failsAfter {
		return err
	}
	return nil
}

// Emoji knows :both: of those that Teams' users made.
func (s *mattermostSide) ReactionEmoji(_ context.Context, emoji string) (string, error) {
	if strings.HasPrefix(emoji, ":") && emoji != ":both:" {
		return bridge.StandIn, nil
	}
	return emoji, nil
}

func (s *mattermostSide) Reactions(_ context.Context, posts []bridge.PostID) (map[bridge.PostID][]bridge.PostReaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[bridge.PostID][]bridge.PostReaction{}
	for _, id := range posts {
		if all := s.reactions[id]; len(all) > 0 {
			found[id] = slices.Clone(all)
		}
	}
	return found, nil
}

// setReaction adds or takes a reaction; it says whether anything changed.
func (s *mattermostSide) setReaction(id bridge.PostID, r bridge.PostReaction, on bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.reactions[id], r)
	if on == (i >= 0) {
		return false
	}
	if on {
		if s.reactions == nil {
			s.reactions = map[bridge.PostID][]bridge.PostReaction{}
		}
		s.reactions[id] = append(slices.Clone(s.reactions[id]), r)
	} else {
		s.reactions[id] = slices.Delete(slices.Clone(s.reactions[id]), i, i+1)
	}
	for j := range s.posts {
		if s.posts[j].ID == id {
			s.posts[j].UpdateAt = max(time.Now().UnixMilli(), s.posts[j].UpdateAt+1)
		}
	}
	return true
}

func (s *mattermostSide) react(ctx context.Context, id bridge.PostID, r bridge.PostReaction, on bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if strings.HasPrefix(r.Emoji, "unknown") {
		return bridge.ErrUnknownEmoji
	}
	v, err := s.changes.next()
	if v == failsBefore {
		return err
	}
	if s.setReaction(id, r, on) {
		s.reacted(id, r)
	}
	if v == failsAfter {
		return err
	}
	return nil
}

func (s *mattermostSide) AddReaction(ctx context.Context, id bridge.PostID, r bridge.PostReaction) error {
	return s.react(ctx, id, r, true)
}

func (s *mattermostSide) RemoveReaction(ctx context.Context, id bridge.PostID, r bridge.PostReaction) error {
	return s.react(ctx, id, r, false)
}

func (s *mattermostSide) Bot() bridge.UserID { return botMM }

func (s *mattermostSide) Priorities() bool { return !s.plain }

// shown lists the reactions of a post as "user emoji", sorted.
func (s *mattermostSide) shown(id bridge.PostID) (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.reactions[id] {
		list = append(list, string(r.User)+" "+r.Emoji)
	}
	slices.Sort(list)
	return list
}

// hookChange reports a changed or deleted post as the server does.
func (s *site) hookChange(after, before bridge.Post) {
	n := s.any()
	switch {
	case n == nil:
	case after.DeleteAt > 0:
		_ = n.PostDeleted(context.Background(), after)
	default:
		_ = n.PostEdited(context.Background(), after, before)
	}
}

func (s *site) hookReaction(id bridge.PostID, r bridge.PostReaction) {
	if n := s.any(); n != nil {
		_ = n.PostReacted(context.Background(), channelOf(s, id), id, r)
	}
}

func channelOf(s *site, id bridge.PostID) bridge.ChannelID {
	post, _ := s.mattermost.Post(context.Background(), id)
	return post.Channel
}

// editPost, deletePost and reactToPost are what people do in Mattermost.
func (s *site) editPost(id bridge.PostID, text string) {
	if after, before, ok := s.mattermost.change(id, setMessage(text)); ok {
		s.hookChange(after, before)
	}
}

func (s *site) deletePost(id bridge.PostID) {
	if after, before, ok := s.mattermost.change(id, setPostDeleted); ok {
		s.hookChange(after, before)
	}
}

func (s *site) reactToPost(id bridge.PostID, user bridge.UserID, emoji string, on bool) {
	if r := (bridge.PostReaction{User: user, Emoji: emoji}); s.mattermost.setReaction(id, r, on) {
		s.hookReaction(id, r)
	}
}

// inTeams is a change that somebody makes in Teams.
func (s *site) inTeams(ref bridge.MessageRef, f func(*bridge.TeamsMessage) bool) {
	s.t.Helper()
	if arrival, changed := s.teams.change(ref, f); changed {
		if err := s.receive([]bridge.Arrival{arrival}); err != nil {
			s.t.Error(err)
		}
	}
}

// standing are the posts that are not deleted, as texts has them, and the messages that are not.
func (s *site) standing() (posts, messages []string) {
	s.mattermost.mu.Lock()
	for _, p := range s.mattermost.posts {
		if p.DeleteAt == 0 {
			posts = append(posts, p.Message)
		}
	}
	s.mattermost.mu.Unlock()
	s.teams.mu.Lock()
	for _, m := range s.teams.messages {
		if m.DeletedAt.IsZero() {
			messages = append(messages, markup.Canonical(m.HTML))
		}
	}
	s.teams.mu.Unlock()
	return posts, messages
}

// stands waits until nothing is queued, and checks what is left on each side.
func (s *site) stands(posts, messages []string) {
	s.t.Helper()
	s.quiet()
	gotPosts, gotMessages := s.standing()
	if !slices.Equal(gotPosts, posts) {
		s.t.Errorf("Mattermost shows %q, want %q", gotPosts, posts)
	}
	if !slices.Equal(gotMessages, messages) {
		s.t.Errorf("Teams shows %q, want %q", gotMessages, messages)
	}
}
