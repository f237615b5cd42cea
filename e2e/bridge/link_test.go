//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// link is a Mattermost channel and a Teams channel that a test has linked for itself.
type link struct {
	channel *model.Channel
	place   teams.Place
}

var links atomic.Int64

// arrivesWithin is how long a message may take on a busy machine.
const arrivesWithin = 30 * time.Second

// newLink makes a channel on both sides, links them, and waits for the Graph subscription.
func newLink(t *testing.T) *link {
	t.Helper()
	l := newChannels(t)
	if err := shared.Link(t.Context(), shared.alex, l.channel.Id, string(l.place.Team), string(l.place.Channel)); err != nil {
		t.Fatal(err)
	}
	l.subscribed(t)
	return l
}

// newChannels makes a channel on both sides.
func newChannels(t *testing.T) *link {
	t.Helper()
	ctx := t.Context()
	name := fmt.Sprintf("link-%d", links.Add(1))
	channel, err := shared.Mattermost.NewChannel(ctx, shared.team.Id, name, shared.Mattermost.Admin(), shared.alex, shared.blake, shared.casey)
	if err != nil {
		t.Fatal(err)
	}
	// Whoever links a channel must be allowed to manage it.
	if _, err := shared.Mattermost.Client().UpdateChannelRoles(ctx, channel.Id, shared.alex.ID, "channel_user channel_admin"); err != nil {
		t.Fatal(err)
	}
	teamsChannel, err := shared.Emulator.Teams().AddChannel(shared.teamsTeam.ID, "", name, "")
	if err != nil {
		t.Fatal(err)
	}
	return &link{channel: channel, place: teams.Place{Team: shared.teamsTeam.ID, Channel: teamsChannel.ID}}
}

// subscribed waits for the Graph subscription of the linked channel and returns its id. That one is gone without a word the
// plugin sees when it lists Graph's, once a minute.
func (l *link) subscribed(t *testing.T) (id string) {
	t.Helper()
	eventuallyWithin(t, 2*time.Minute, func(context.Context) error {
		for _, subscription := range shared.Emulator.Subscriptions().All() {
			if strings.Contains(subscription.Resource, string(l.place.Channel)) {
				id = subscription.ID
				return nil
			}
		}
		return errors.New("no Graph subscription for the linked channel")
	})
	return id
}

// eventually waits until check finds what it looks for, and fails the test with its last answer when it does not.
func eventually(t *testing.T, check func(context.Context) error) {
	t.Helper()
	eventuallyWithin(t, arrivesWithin, check)
}

func eventuallyWithin(t *testing.T, limit time.Duration, check func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := process.Until(ctx, check); err != nil {
		t.Fatal(err)
	}
}

// write posts in Mattermost; root is the post it replies to, or "".
func (l *link) write(t *testing.T, as *stack.User, root, text string) *model.Post {
	t.Helper()
	post, _, err := as.Client.CreatePost(t.Context(), &model.Post{ChannelId: l.channel.Id, RootId: root, Message: text})
	if err != nil {
		t.Fatal(err)
	}
	return post
}

// say writes in Teams; root is the message it replies to, or "".
func (l *link) say(t *testing.T, as string, root teams.MessageID, html string) *teams.Message {
	t.Helper()
	message, err := shared.Emulator.Teams().Post(as, l.place, root, teams.Draft{Body: teams.HTML(html)})
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// posts returns the users' posts of the channel, oldest first.
func (l *link) posts(ctx context.Context) ([]*model.Post, error) {
	list, _, err := shared.Mattermost.Client().GetPostsForChannel(ctx, l.channel.Id, 0, 200, "", false, false)
	if err != nil {
		return nil, fmt.Errorf("read the channel: %w", err)
	}
	var posts []*model.Post
	for i := range list.Order {
		if post := list.Posts[list.Order[len(list.Order)-1-i]]; !post.IsSystemMessage() {
			posts = append(posts, post)
		}
	}
	return posts, nil
}

// messages returns the messages of the Teams channel, oldest first, each root followed by its replies.
func (l *link) messages(context.Context) ([]*teams.Message, error) {
	state := shared.Emulator.Teams()
	roots, err := state.Messages(l.place)
	if err != nil {
		return nil, fmt.Errorf("read the Teams channel: %w", err)
	}
	var all []*teams.Message
	for i := range roots {
		root := roots[len(roots)-1-i]
		replies, err := state.Replies(l.place, root.ID)
		if err != nil {
			return nil, fmt.Errorf("read the replies: %w", err)
		}
		all = append(all, root)
		for j := range replies {
			all = append(all, replies[len(replies)-1-j])
		}
	}
	return all, nil
}

// post waits for the post whose text holds what is given, and fails when there are two.
func (l *link) post(t *testing.T, text string) *model.Post {
	t.Helper()
	return one(t, text, l.posts, func(p *model.Post) string { return p.Message })
}

// message waits for the Teams message whose body holds what is given, and fails when there are two.
func (l *link) message(t *testing.T, text string) *teams.Message {
	t.Helper()
	return one(t, text, l.messages, (*teams.Message).Text)
}

func one[T any](t *testing.T, text string, list func(context.Context) ([]T, error), textOf func(T) string) T {
	t.Helper()
	var found []T
	eventually(t, func(ctx context.Context) error {
		all, err := list(ctx)
		if err != nil {
			return err
		}
		found = found[:0]
		for _, item := range all {
			if strings.Contains(textOf(item), text) {
				found = append(found, item)
			}
		}
		if len(found) == 0 {
			return fmt.Errorf("%q is not among %d texts", text, len(all))
		}
		return nil
	})
	if len(found) > 1 {
		t.Fatalf("%q is there %d times, want once", text, len(found))
	}
	return found[0]
}

// waitForAll waits until the channels hold at least so many posts and messages. After a crash that takes its time: a
// dead server's lane is taken over when its lease ends (30 s), and a message with an unknown outcome is sent again only
// after three looks over 30 s.
func (l *link) waitForAll(t *testing.T, posts, messages int) {
	t.Helper()
	eventuallyWithin(t, 2*time.Minute, func(ctx context.Context) error {
		p, err := l.posts(ctx)
		if err != nil {
			return err
		}
		m, err := l.messages(ctx)
		if err != nil {
			return err
		}
		if len(p) < posts || len(m) < messages {
			return fmt.Errorf("%d posts and %d Teams messages, want %d and %d", len(p), len(m), posts, messages)
		}
		return nil
	})
}

// counts says how many posts and messages the channels hold, after one more message has crossed each way: what was to
// come before those has come.
func (l *link) counts(t *testing.T) (posts, messages int) {
	t.Helper()
	l.write(t, shared.alex, "", "sentinel from Mattermost")
	l.message(t, "sentinel from Mattermost")
	l.say(t, shared.drew, "", "<p>sentinel from Teams</p>")
	l.post(t, "sentinel from Teams")
	p, err := l.posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.messages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(p) - 2, len(m) - 2
}
