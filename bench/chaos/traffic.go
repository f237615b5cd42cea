// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"golang.org/x/sync/errgroup"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// side is where somebody writes.
type side byte

const (
	inMattermost side = 'm'
	inTeams      side = 't'
)

// message is what somebody wrote, and how it has to look in the end.
type message struct {
	conversation *conversation
	from         side
	number       int
	root         *message // what it replies to
	version      int      // of the text; each edit writes the next
	deleted      bool
	likes        int // how many reactions it has: its author's, or none

	post string          // its id, if it was written in Mattermost
	id   teams.MessageID // if it was written in Teams
}

// token is the word in the text that tells messages and their versions apart.
func (m *message) token() string { return fmt.Sprintf("%s%dv%d", string(m.from), m.number, m.version) }

func (m *message) text() string { return m.token() + " says somebody" }

// tokens finds the token of a text.
var tokens = regexp.MustCompile(`\b([mt])(\d+)v(\d+)\b`)

// seen is what a text shows: which message in which version.
type seen struct {
	from    side
	number  int
	version int
}

func read(text string) (seen, bool) {
	found := tokens.FindStringSubmatch(text)
	if found == nil {
		return seen{}, false
	}
	number, _ := strconv.Atoi(found[2])
	version, _ := strconv.Atoi(found[3])
	return seen{side(found[1][0]), number, version}, true
}

// chat is the traffic of one scenario.
type chat struct {
	*world
	conversations []*conversation
	liked         bool // see scenario

	mu       sync.Mutex
	messages map[*conversation][]*message

	planned int64
	written atomic.Int64
	third   chan struct{} // closed when a third has been written
	once    sync.Once
}

func (c *chat) remember(m *message) {
	c.mu.Lock()
	c.messages[m.conversation] = append(c.messages[m.conversation], m)
	c.mu.Unlock()
	if c.written.Add(1)*3 >= c.planned {
		c.once.Do(func() { close(c.third) })
	}
}

// each runs one writer for each conversation and side, side by side.
func (c *chat) each(ctx context.Context, write func(ctx context.Context, at *conversation, from side) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, at := range c.conversations {
		for _, from := range []side{inMattermost, inTeams} {
			group.Go(func() error { return write(ctx, at, from) })
		}
	}
	return group.Wait()
}

// write writes one message and returns when it is there.
func (c *chat) write(ctx context.Context, m *message) error {
	var err error
	if m.from == inTeams {
		err = c.say(m)
	} else {
		err = c.post(ctx, m)
	}
	if err != nil {
		return err
	}
	c.remember(m)
	if !c.liked {
		return nil
	}
	if err := c.like(ctx, m, true); err != nil || m.number%2 == 0 {
		return err
	}
	return errors.Join(rest(ctx, pause/2), c.like(ctx, m, false))
}

func (c *chat) say(m *message) error {
	var root teams.MessageID
	if m.root != nil {
		root = m.root.id
	}
	said, err := c.Emulator.Teams().Post(m.conversation.speaker.upn, m.conversation.place, root, teams.Draft{Body: teams.HTML("<p>" + m.text() + "</p>")})
	if err != nil {
		return fmt.Errorf("write %s in Teams: %w", m.token(), err)
	}
	m.id = said.ID
	return nil
}

// post writes in Mattermost. While the server is away it is tried again, once it is certain that the post is not there.
func (c *chat) post(ctx context.Context, m *message) error {
	draft := &model.Post{ChannelId: m.conversation.channel, Message: m.text()}
	if m.root != nil {
		draft.RootId = m.root.post
	}
	return c.insist(ctx, "write "+m.token(), func(again bool) error {
		if again {
			posts, err := c.posts(ctx, m.conversation)
			if err != nil {
				return err
			}
			for _, p := range posts {
				if found, ok := read(p.Message); ok && found == (seen{m.from, m.number, m.version}) {
					m.post = p.Id
					return nil
				}
			}
		}
		made, _, err := m.conversation.writer.user.Client.CreatePost(ctx, draft)
		if err != nil {
			return err
		}
		m.post = made.Id
		return nil
	})
}

// edit writes the next version.
func (c *chat) edit(ctx context.Context, m *message) error {
	m.version++
	if m.from == inTeams {
		body := teams.HTML("<p>" + m.text() + "</p>")
		_, err := c.Emulator.Teams().Edit(m.conversation.speaker.upn, c.ref(m), teams.Edit{Body: &body})
		return err
	}
	text := m.text()
	return c.insist(ctx, "edit "+m.token(), func(bool) error {
		_, _, err := m.conversation.writer.user.Client.PatchPost(ctx, m.post, &model.PostPatch{Message: &text})
		return err
	})
}

func (c *chat) remove(ctx context.Context, m *message) error {
	m.deleted = true
	if m.from == inTeams {
		_, err := c.Emulator.Teams().Delete(m.conversation.speaker.upn, c.ref(m))
		return err
	}
	return c.insist(ctx, "delete "+m.token(), func(bool) error {
		_, err := m.conversation.writer.user.Client.DeletePost(ctx, m.post)
		return err
	})
}

// like has the author react to the message, or take that back.
func (c *chat) like(ctx context.Context, m *message, likes bool) error {
	m.likes = 0
	if likes {
		m.likes = 1
	}
	if m.from == inTeams {
		change := c.Emulator.Teams().Unreact
		if likes {
			change = c.Emulator.Teams().React
		}
		_, err := change(m.conversation.speaker.upn, c.ref(m), "❤️")
		return err
	}
	author := m.conversation.writer.user
	reaction := &model.Reaction{UserId: author.ID, PostId: m.post, EmojiName: "heart"}
	return c.insist(ctx, "react to "+m.token(), func(bool) (err error) {
		if likes {
			_, _, err = author.Client.SaveReaction(ctx, reaction)
		} else {
			_, err = author.Client.DeleteReaction(ctx, reaction)
		}
		return err
	})
}

func (c *chat) ref(m *message) teams.Ref {
	ref := teams.Ref{Place: m.conversation.place, ID: m.id}
	if m.root != nil {
		ref.Root = m.root.id
	}
	return ref
}

// insist does something on the Mattermost server until it succeeds, as a person would. Every refusal may pass: without its
// database the server says that nobody has the permission to write.
func (c *chat) insist(ctx context.Context, what string, do func(again bool) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.patience)
	defer cancel()
	wait := time.NewTicker(250 * time.Millisecond)
	defer wait.Stop()
	for again := false; ; again = true {
		err := do(again)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w (%w)", what, err, ctx.Err())
		case <-wait.C:
		}
	}
}

// posts are the visible posts of a channel, oldest first.
func (w *world) posts(ctx context.Context, at *conversation) ([]*model.Post, error) {
	const perPage = 200
	var posts []*model.Post
	for page := 0; ; page++ {
		list, _, err := w.Mattermost.Client().GetPostsForChannel(ctx, at.channel, page, perPage, "", false, false)
		if err != nil {
			return nil, fmt.Errorf("read a channel: %w", err)
		}
		for _, id := range list.Order {
			posts = append(posts, list.Posts[id])
		}
		if len(list.Order) < perPage {
			break
		}
	}
	for i, j := 0, len(posts)-1; i < j; i, j = i+1, j-1 {
		posts[i], posts[j] = posts[j], posts[i]
	}
	return posts, nil
}
