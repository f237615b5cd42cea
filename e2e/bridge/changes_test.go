//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// edit changes a post as somebody in Mattermost.
func edit(t *testing.T, as *stack.User, post *model.Post, text string) {
	t.Helper()
	if _, _, err := as.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{Message: &text}); err != nil {
		t.Fatal(err)
	}
}

// editInTeams changes a message as somebody in Teams.
func editInTeams(t *testing.T, as string, message *teams.Message, html string) {
	t.Helper()
	body := teams.HTML(html)
	if _, err := shared.Emulator.Teams().Edit(as, message.Ref(), teams.Edit{Body: &body}); err != nil {
		t.Fatal(err)
	}
}

// shows waits until the post shows the text.
func (l *link) shows(t *testing.T, post *model.Post, text string) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		now, _, err := shared.Mattermost.Client().GetPost(ctx, post.Id, "")
		if err != nil {
			return err
		}
		if now.Message != text {
			return fmt.Errorf("the post shows %q, want %q", now.Message, text)
		}
		return nil
	})
}

// showsInTeams waits until the message's body holds the text.
func (l *link) showsInTeams(t *testing.T, message *teams.Message, text string) {
	t.Helper()
	eventually(t, func(context.Context) error {
		now, err := shared.Emulator.Teams().Message(message.Ref())
		if err != nil {
			return err
		}
		if !strings.Contains(now.Text(), text) {
			return fmt.Errorf("the message shows %q, want %q in it", now.Text(), text)
		}
		return nil
	})
}

// pair makes a post and its message, written where the test says.
func (l *link) pair(t *testing.T, inTeams bool) (*model.Post, *teams.Message) {
	t.Helper()
	if inTeams {
		message := l.say(t, "alex@demo.example", "", "<p>first text</p>")
		return l.post(t, "first text"), message
	}
	post := l.write(t, shared.alex, "", "first text")
	return post, l.message(t, "first text")
}

func TestEditsCrossEachWay(t *testing.T) {
	for name, inTeams := range map[string]bool{"written in Mattermost": false, "written in Teams": true} {
		t.Run(name, func(t *testing.T) {
			l := newLink(t)
			post, message := l.pair(t, inTeams)
			edit(t, shared.alex, post, "edited in **Mattermost**")
			l.showsInTeams(t, message, "edited in <strong>Mattermost</strong>")
			editInTeams(t, "alex@demo.example", message, "<p>edited in <strong>Teams</strong></p>")
			l.shows(t, post, "edited in **Teams**")
			if posts, messages := l.counts(t); posts != 1 || messages != 1 {
				t.Errorf("%d posts and %d Teams messages, want one on each side", posts, messages)
			}
			l.shows(t, post, "edited in **Teams**")
			l.showsInTeams(t, message, "<strong>Teams</strong>")
		})
	}
}

func TestEditsThroughTheBots(t *testing.T) {
	l := newLink(t)
	post := l.write(t, shared.casey, "", "written by casey")
	message := l.message(t, "written by casey")
	edit(t, shared.casey, post, "edited by casey")
	l.showsInTeams(t, message, "<strong>casey:</strong> edited by casey")

	said := l.say(t, olga, "", "<p>olga says this</p>")
	shown := l.post(t, "olga says this")
	editInTeams(t, olga, said, "<p>olga says that</p>")
	l.shows(t, shown, "**Olga Other:** olga says that")
}

func TestDeletesCrossEachWay(t *testing.T) {
	for name, inTeams := range map[string]bool{"written in Mattermost": false, "written in Teams": true} {
		t.Run(name, func(t *testing.T) {
			l := newLink(t)
			post, message := l.pair(t, inTeams)
			if _, err := shared.alex.Client.DeletePost(t.Context(), post.Id); err != nil {
				t.Fatal(err)
			}
			eventually(t, func(context.Context) error {
				now, err := shared.Emulator.Teams().Message(message.Ref())
				if err == nil && now.DeletedAt == nil {
					return fmt.Errorf("the message stands")
				}
				return err
			})

			post, message = l.pair(t, inTeams)
			reply := l.write(t, shared.blake, post.Id, "reply")
			replied := l.message(t, "reply")
			if _, err := shared.Emulator.Teams().Delete("alex@demo.example", message.Ref()); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{post.Id, reply.Id} {
				eventually(t, func(ctx context.Context) error {
					_, resp, err := shared.Mattermost.Client().GetPost(ctx, id, "")
					if resp == nil || resp.StatusCode != http.StatusNotFound {
						return fmt.Errorf("post %s stands (error %w)", id, err)
					}
					return nil
				})
			}
			l.counts(t)
			// Mattermost took the reply away with its root; in Teams it is somebody else's and stays.
			if now, err := shared.Emulator.Teams().Message(replied.Ref()); err != nil || now.DeletedAt != nil {
				t.Errorf("the reply in Teams is %+v, %v", now, err)
			}
		})
	}
}

// reactions lists a post's reactions as "user name".
func reactions(ctx context.Context, post *model.Post) ([]string, error) {
	all, _, err := shared.Mattermost.Client().GetReactions(ctx, post.Id)
	var list []string
	for _, r := range all {
		user := r.UserId
		for _, u := range []*stack.User{shared.alex, shared.blake, shared.casey} {
			if u.ID == user {
				user = u.Username
			}
		}
		list = append(list, user+" "+r.EmojiName)
	}
	slices.Sort(list)
	return list, err
}

// reactionsInTeams lists a message's reactions as "name emoji".
func reactionsInTeams(message *teams.Message) ([]string, error) {
	now, err := shared.Emulator.Teams().Message(message.Ref())
	if err != nil {
		return nil, err
	}
	var list []string
	for _, r := range now.Reactions {
		list = append(list, r.User.User.DisplayName+" "+r.Type)
	}
	slices.Sort(list)
	return list, nil
}

func (l *link) react(t *testing.T, as *stack.User, post *model.Post, name string, on bool) {
	t.Helper()
	reaction := &model.Reaction{UserId: as.ID, PostId: post.Id, EmojiName: name}
	var err error
	if on {
		_, _, err = as.Client.SaveReaction(t.Context(), reaction)
	} else {
		_, err = as.Client.DeleteReaction(t.Context(), reaction)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (l *link) haveReactions(t *testing.T, post *model.Post, message *teams.Message, inMattermost, inTeams []string) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		onPost, err := reactions(ctx, post)
		if err != nil {
			return err
		}
		onMessage, err := reactionsInTeams(message)
		if err != nil {
			return err
		}
		if !slices.Equal(onPost, inMattermost) || !slices.Equal(onMessage, inTeams) {
			return fmt.Errorf("reactions %q and %q, want %q and %q", onPost, onMessage, inMattermost, inTeams)
		}
		return nil
	})
}

func TestReactionsCrossEachWay(t *testing.T) {
	l := newLink(t)
	post, message := l.pair(t, false)
	l.react(t, shared.alex, post, "+1", true)
	l.react(t, shared.alex, post, "heart", true)
	l.react(t, shared.casey, post, "tada", true) // through the bot
	l.haveReactions(t, post, message, []string{"alex +1", "alex heart", "casey tada"}, []string{"Alex Demo ❤️", "Alex Demo 👍", "bridge Demo 🎉"})

	if _, err := shared.Emulator.Teams().React("blake@demo.example", message.Ref(), "😮"); err != nil {
		t.Fatal(err)
	}
	bot := shared.bridgeBot(t)
	if _, err := shared.Emulator.Teams().React(shared.drew, message.Ref(), "😮"); err != nil {
		t.Fatal(err)
	}
	if _, err := shared.Emulator.Teams().React(olga, message.Ref(), "😮"); err != nil {
		t.Fatal(err)
	}
	want := []string{"alex +1", "alex heart", "blake open_mouth", "casey tada", bot + " open_mouth", shared.mirrorOf(t, "drew") + " open_mouth"}
	slices.Sort(want)
	l.haveReactions(t, post, message, want, []string{"Alex Demo ❤️", "Alex Demo 👍", "Blake Demo 😮", "Olga Other 😮", "bridge Demo 🎉", "drew Demo 😮"})

	l.react(t, shared.alex, post, "heart", false)
	l.react(t, shared.casey, post, "tada", false)
	l.react(t, shared.blake, post, "open_mouth", false)
	if _, err := shared.Emulator.Teams().Unreact("alex@demo.example", message.Ref(), "👍"); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{shared.drew, olga} {
		if _, err := shared.Emulator.Teams().Unreact(who, message.Ref(), "😮"); err != nil {
			t.Fatal(err)
		}
	}
	l.haveReactions(t, post, message, nil, nil)
}

// bridgeBot is the id of the plugin's bot in Mattermost.
func (w *world) bridgeBot(t *testing.T) string {
	t.Helper()
	bot, _, err := w.Mattermost.Client().GetUserByUsername(t.Context(), "msteamssync", "")
	if err != nil {
		t.Fatal(err)
	}
	return bot.Id
}

func TestChangesWhileThePluginIsDisabled(t *testing.T) {
	l := newLink(t)
	var posts []*model.Post
	var messages []*teams.Message
	for i := range 3 {
		text := fmt.Sprintf("number %d.", i)
		posts = append(posts, l.write(t, shared.alex, "", text))
		messages = append(messages, l.message(t, text))
	}
	if err := shared.DisablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	edit(t, shared.alex, posts[0], "edited while disabled")
	if _, err := shared.alex.Client.DeletePost(t.Context(), posts[1].Id); err != nil {
		t.Fatal(err)
	}
	l.react(t, shared.alex, posts[2], "+1", true)
	if err := shared.EnablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.showsInTeams(t, messages[0], "edited while disabled")
	l.haveReactions(t, posts[2], messages[2], []string{"alex +1"}, []string{"Alex Demo 👍"})
	eventually(t, func(context.Context) error {
		now, err := shared.Emulator.Teams().Message(messages[1].Ref())
		if err == nil && now.DeletedAt == nil {
			return fmt.Errorf("the message stands")
		}
		return err
	})
}

// A PATCH that took effect and whose answer was lost is not made twice, and a throttled one is made when it may be.
func TestEditsOverBadConnections(t *testing.T) {
	l := newLink(t)
	post, message := l.pair(t, false)
	for i, rule := range []faults.Rule{
		{Effect: faults.Drop, Route: "PATCH /teams/**", Next: 1, AfterCommit: true},
		{Effect: faults.Throttle, RetryAfter: faults.Duration(time.Second), Route: "PATCH /teams/**", Next: 1},
	} {
		if _, err := shared.Emulator.Faults().Add(rule); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("edit number %d.", i)
		edit(t, shared.alex, post, text)
		l.showsInTeams(t, message, text)
	}
}
