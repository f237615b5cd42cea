// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// verdict is how a call to a side goes.
type verdict int

const (
	works       verdict = iota
	failsBefore         // fails with the error; nothing happened
	failsAfter          // happens, then fails with the error
)

// fault decides how the next call goes; calls are numbered from 1. No side's lock is held.
type fault func(call int) (verdict, error)

// counter numbers the calls of one method and asks its fault.
type counter struct {
	fault fault
	mu    sync.Mutex
	calls int
}

func (c *counter) next() (verdict, error) {
	c.mu.Lock()
	c.calls++
	call, f := c.calls, c.fault
	c.mu.Unlock()
	if f == nil {
		return works, nil
	}
	return f(call)
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

// set changes how calls go from now on.
func (c *counter) set(f fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = f
}

// once makes the first call go wrong.
func once(v verdict, err error) fault {
	return func(call int) (verdict, error) {
		if call == 1 {
			return v, err
		}
		return works, nil
	}
}

// teamsSide is Teams, as far as the engine sees it: messages with ids that are times, echoes for everything written.
type teamsSide struct {
	mu       sync.Mutex
	messages []bridge.TeamsMessage
	lastID   int64
	sends    counter
	reads    counter
	looks    counter
	pages    counter                      // of histories
	turned   []string                     // the pages that were read
	changes  counter                      // edits, deletes, reactions
	first    map[bridge.MessageRef]string // each message's first text, whatever became of it
	sent     []bridge.Outgoing            // what was sent
	unmarked bool                         // drops the mark of a send
	silent   bool                         // does not notify of what the bridge sends
	notify   func([]bridge.Arrival)       // how its notifications travel
}

// write makes a message and returns it; nothing is notified.
func (s *teamsSide) write(ref bridge.MessageRef, from bridge.Sender, html string) bridge.TeamsMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(ref, from, html)
}

func (s *teamsSide) add(ref bridge.MessageRef, from bridge.Sender, html string) bridge.TeamsMessage {
	return s.addAt(max(s.lastID+1, time.Now().UnixMilli()), ref, from, html)
}

// writeAt makes a message of another time than now.
func (s *teamsSide) writeAt(at time.Time, ref bridge.MessageRef, from bridge.Sender, html string) bridge.TeamsMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := at.UnixMilli()
	for slices.ContainsFunc(s.messages, func(m bridge.TeamsMessage) bool { return m.Ref.ID == bridge.TeamsMessageID(fmt.Sprint(id)) }) {
		id++
	}
	return s.addAt(id, ref, from, html)
}

func (s *teamsSide) addAt(id int64, ref bridge.MessageRef, from bridge.Sender, html string) bridge.TeamsMessage {
	now := time.UnixMilli(id)
	s.lastID = max(s.lastID, id)
	ref.ID = bridge.TeamsMessageID(fmt.Sprint(id))
	m := bridge.TeamsMessage{Ref: ref, From: from, HTML: html, CreatedAt: now, ModifiedAt: now}
	if key := markup.Attempt(html); !s.unmarked {
		m.Attempt = bridge.AttemptKey(key)
	}
	s.messages = append(s.messages, m)
	if s.first == nil {
		s.first = map[bridge.MessageRef]string{}
	}
	s.first[ref] = markup.Canonical(html)
	return m
}

func (s *teamsSide) delete(ref bridge.MessageRef) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, m := range s.messages {
		if m.Ref == ref {
			s.messages[i].DeletedAt, s.messages[i].HTML, s.messages[i].From = time.Now(), "", bridge.Sender{}
		}
	}
}

func created(m bridge.TeamsMessage) bridge.Arrival {
	return bridge.Arrival{Ref: m.Ref, Kind: bridge.Create, SourceAt: m.CreatedAt}
}

func (s *teamsSide) Message(_ context.Context, ref bridge.MessageRef) (bridge.TeamsMessage, error) {
	if v, err := s.reads.next(); v != works {
		return bridge.TeamsMessage{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if m.Ref == ref {
			return m, nil
		}
	}
	return bridge.TeamsMessage{}, &bridge.Failure{Class: bridge.NotFound, Status: 404, Err: errors.New("no such message")}
}

func (s *teamsSide) ConversationName(context.Context, bridge.Conversation) (string, error) {
	return "General", nil
}

func (s *teamsSide) Recent(_ context.Context, in bridge.Conversation, root bridge.TeamsMessageID, since time.Time) ([]bridge.TeamsMessage, error) {
	if v, err := s.looks.next(); v != works {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []bridge.TeamsMessage
	for _, m := range slices.Backward(s.messages) {
		if m.Ref.Conversation.ID == in.ID && m.Ref.Root == root && !m.CreatedAt.Before(since) {
			found = append(found, m)
		}
	}
	return found, nil
}

func (s *teamsSide) Send(ctx context.Context, as bridge.Account, to bridge.Conversation, root bridge.TeamsMessageID, message bridge.Outgoing) (bridge.TeamsMessage, error) {
	if err := ctx.Err(); err != nil {
		return bridge.TeamsMessage{}, err
	}
	v, err := s.sends.next()
	if v == failsBefore {
		return bridge.TeamsMessage{}, err
	}
	if err := fitsIntoTeams(message); err != nil {
		return bridge.TeamsMessage{}, err
	}
	s.mu.Lock()
	m := s.add(bridge.MessageRef{Conversation: to, Root: root}, bridge.Sender{User: as.TeamsUser, Name: as.DisplayName}, message.HTML)
	m.Mentions, m.Importance = message.Mentions, message.Importance
	m.Attachments = message.Attachments
	for _, p := range message.Pictures {
		m.HTML = strings.ReplaceAll(m.HTML, "../hostedContents/"+p.ID+"/", fmt.Sprintf("https://graph/hostedContents/%s-%d/", p.ID, len(p.Content)))
	}
	s.messages[len(s.messages)-1] = m
	s.sent = append(s.sent, message)
	silent := s.silent
	s.mu.Unlock()
	if !silent {
		s.notify([]bridge.Arrival{created(m)})
	}
	if v == failsAfter {
		return bridge.TeamsMessage{}, err
	}
	return m, nil
}

// texts are the standing messages of a conversation as a reader sees them, oldest first, replies with an arrow.
func (s *teamsSide) texts() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		text := markup.Canonical(m.HTML)
		if m.Ref.Root != "" {
			text = "→ " + text
		}
		list = append(list, text)
	}
	return list
}

// mattermostSide is a Mattermost server, as far as the engine sees it. It reports every new post to hook, as the server
// does, also those of the plugin itself.
type mattermostSide struct {
	mu      sync.Mutex
	posts   []bridge.Post
	creates counter
	changes counter // edits, deletes, reactions
	hook    func(bridge.Post)
	changed func(after, before bridge.Post)
	reacted func(bridge.PostID, bridge.PostReaction)
	told    []bridge.UserID
	notices []string // what they were told
	plain   bool     // without priorities
	users   map[bridge.UserID]string

	reactions map[bridge.PostID][]bridge.PostReaction
}

// write makes a post as a person does; the hook is the caller's business.
func (s *mattermostSide) write(channel bridge.ChannelID, root bridge.PostID, author bridge.UserID, text string) bridge.Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(bridge.Post{Channel: channel, Root: root, Author: author, Message: text})
}

func (s *mattermostSide) add(p bridge.Post) bridge.Post {
	now := time.Now().UnixMilli()
	if p.CreateAt > 0 {
		now = p.CreateAt
	} else if n := len(s.posts); n > 0 {
		now = max(now, s.posts[n-1].CreateAt+1)
	}
	p.ID = bridge.PostID(fmt.Sprintf("post%04d", len(s.posts)+1))
	p.CreateAt, p.UpdateAt = now, now
	s.posts = append(s.posts, p)
	return p
}

func (s *mattermostSide) CreatePost(ctx context.Context, n bridge.NewPost) (bridge.Post, error) {
	if err := ctx.Err(); err != nil {
		return bridge.Post{}, err
	}
	v, err := s.creates.next()
	if v == failsBefore {
		return bridge.Post{}, err
	}
	s.mu.Lock()
	p := s.add(bridge.Post{CreateAt: milliseconds(n.CreatedAt), Channel: n.Channel, Root: n.Root, Author: n.Author, Message: n.Message, Mapping: n.Mapping, Own: n.Author == "", Files: n.Files, Priority: n.Priority})
	s.mu.Unlock()
	s.hook(p)
	if v == failsAfter {
		return bridge.Post{}, err
	}
	return p, nil
}

func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is when the post with the text was made.
func (s *mattermostSide) at(text string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.Message == text {
			return time.UnixMilli(p.CreateAt)
		}
	}
	return time.Time{}
}

func (s *mattermostSide) delete(id bridge.PostID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		if s.posts[i].ID == id {
			s.posts[i].DeleteAt = time.Now().UnixMilli()
			s.posts[i].UpdateAt = s.posts[i].DeleteAt
		}
	}
}

func (s *mattermostSide) Post(_ context.Context, id bridge.PostID) (bridge.Post, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.ID == id {
			return p, nil
		}
	}
	return bridge.Post{}, &bridge.Failure{Class: bridge.NotFound, Err: errors.New("no such post")}
}

func (s *mattermostSide) FindByMapping(_ context.Context, channel bridge.ChannelID, mapping bridge.MappingID, since time.Time) (bridge.Post, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.Channel == channel && p.Mapping == mapping && p.CreateAt >= since.UnixMilli() {
			return p, true, nil
		}
	}
	return bridge.Post{}, false, nil
}

func (s *mattermostSide) NewestPost(_ context.Context, channel bridge.ChannelID) (newest int64, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.Channel == channel {
			newest = max(newest, p.CreateAt)
		}
	}
	return newest, nil
}

func (s *mattermostSide) PostsAfter(_ context.Context, channel bridge.ChannelID, after bridge.Cursor, limit int) ([]bridge.Post, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []bridge.Post
	for _, p := range s.posts {
		if p.Channel == channel && (p.UpdateAt > after.UpdateAt || p.UpdateAt == after.UpdateAt && p.ID > after.ID) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b bridge.Post) int {
		if a.UpdateAt != b.UpdateAt {
			return int(a.UpdateAt - b.UpdateAt)
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return found[:min(limit, len(found))], nil
}

func (s *mattermostSide) PostsBetween(_ context.Context, channel bridge.ChannelID, window bridge.Window, after bridge.Cursor, limit int) ([]bridge.Post, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := func(p bridge.Post) bool {
		return p.CreateAt >= window.From.UnixMilli() && p.CreateAt < window.Until.UnixMilli() && p.Channel == channel && p.DeleteAt == 0
	}
	var found []bridge.Post
	for _, p := range s.posts {
		answered := slices.ContainsFunc(s.posts, func(o bridge.Post) bool { return o.Root == p.ID && in(o) && o.Mapping == "" })
		if (in(p) || answered && p.DeleteAt == 0) && (p.CreateAt > after.UpdateAt || p.CreateAt == after.UpdateAt && p.ID > after.ID) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b bridge.Post) int {
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.ID, b.ID))
	})
	return found[:min(limit, len(found))], nil
}

func (s *mattermostSide) DirectPostsAfter(_ context.Context, after bridge.Cursor, limit int) (found []bridge.Post, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.Channel != channel && (p.CreateAt > after.UpdateAt || p.CreateAt == after.UpdateAt && p.ID > after.ID) {
			found = append(found, p)
		}
	}
	return found[:min(len(found), limit)], nil
}

func (s *mattermostSide) Replies(_ context.Context, root bridge.PostID) (replies []bridge.Post, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.Root == root {
			replies = append(replies, p)
		}
	}
	return replies, nil
}

func (s *mattermostSide) User(_ context.Context, id bridge.UserID) (bridge.User, error) {
	return bridge.User{ID: id, Username: string(id), DisplayName: s.users[id], Bot: strings.HasPrefix(string(id), "bot-")}, nil
}

// UserByName knows everybody who has a name.
func (s *mattermostSide) UserByName(ctx context.Context, name string) (bridge.User, bool, error) {
	if _, known := s.users[bridge.UserID(name)]; !known {
		return bridge.User{}, false, nil
	}
	user, err := s.User(ctx, bridge.UserID(name))
	return user, true, err
}

func (s *mattermostSide) MayNotifyAll(context.Context, bridge.UserID, bridge.ChannelID) (bool, error) {
	return true, nil
}

func (s *mattermostSide) Emoji(name string) (string, bool) { return "😄", name == "smile" }

func (s *mattermostSide) Notify(_ context.Context, user bridge.UserID, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told, s.notices = append(s.told, user), append(s.notices, text)
	return nil
}

// texts are the posts as a reader sees them, oldest first: "author: text", replies with an arrow.
func (s *mattermostSide) texts() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		text := p.Message
		if p.Author != "" {
			text = string(p.Author) + ": " + text
		}
		if p.Root != "" {
			text = "→ " + text
		}
		list = append(list, text)
	}
	return list
}

// people are the accounts: who connected what.
type people struct {
	mu       sync.Mutex
	accounts []bridge.Account
	bots     []bridge.Account
	former   []bridge.TeamsUserID
	told     []bridge.UserID // who know that they have to connect again
}

func (p *people) connect(a bridge.Account) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.Bot {
		p.bots = append(p.bots, a)
		return
	}
	p.accounts = append(p.accounts, a)
}

func (p *people) OfUser(_ context.Context, user bridge.UserID) (bridge.Account, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.accounts, func(a bridge.Account) bool { return a.MattermostUser == user })
	if i < 0 {
		return bridge.Account{}, false, nil
	}
	return p.accounts[i], true, nil
}

func (p *people) OfTeamsUser(_ context.Context, user bridge.TeamsUserID) (bridge.Account, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.accounts, func(a bridge.Account) bool { return a.TeamsUser == user })
	if i < 0 {
		return bridge.Account{}, false, nil
	}
	return p.accounts[i], true, nil
}

func (p *people) ToldLost(_ context.Context, user bridge.UserID) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.told, user), nil
}

func (p *people) UserOf(ctx context.Context, user bridge.TeamsUserID) (bridge.UserID, bool, error) {
	a, connected, err := p.OfTeamsUser(ctx, user)
	return a.MattermostUser, connected, err
}

func (p *people) AuthorOf(ctx context.Context, from bridge.Sender, _ bridge.Link) (bridge.UserID, bool, error) {
	return p.UserOf(ctx, from.User)
}

func (p *people) PersonOf(ctx context.Context, user bridge.UserID) (bridge.Person, bool, error) {
	a, connected, err := p.OfUser(ctx, user)
	return bridge.Person{ID: a.TeamsUser, Name: a.DisplayName}, connected, err
}

func (p *people) Bots(context.Context) ([]bridge.Account, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.bots), nil
}

func (p *people) WasBot(_ context.Context, user bridge.TeamsUserID) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.former, user) || slices.ContainsFunc(p.bots, func(a bridge.Account) bool { return a.TeamsUser == user }), nil
}

// tally counts what the engine reports.
type tally struct {
	mu      sync.Mutex
	ignored map[bridge.Reason]int
	dead    int
	caught  int
}

func (c *tally) Carried(bridge.Direction, bridge.Kind, time.Duration) {}

func (c *tally) Ignored(_ bridge.Direction, _ bridge.Kind, r bridge.Reason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ignored == nil {
		c.ignored = map[bridge.Reason]int{}
	}
	c.ignored[r]++
}

func (c *tally) Failed(bridge.Direction, bridge.Kind, bridge.Class) {}

func (c *tally) Dead(bridge.Direction, bridge.Kind) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead++
}

func (c *tally) CaughtUp(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.caught += n
}

func (c *tally) count(r bridge.Reason) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ignored[r]
}
