//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// call asks one of the plugin's routes as somebody and returns the status and the body.
func call(t *testing.T, as *stack.User, method, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, catalog.PluginURL(shared.Mattermost.URL, path), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+as.Client.AuthToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := as.Client.HTTPClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// unheard has Graph withhold all notifications of the link until the returned function is called.
func (l *link) unheard(t *testing.T) (heard func()) {
	t.Helper()
	rule, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.Withhold, Route: fmt.Sprintf("* /teams/*/channels/%s/**", l.place.Channel)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(rule.ID) })
	return func() { _ = shared.Emulator.Faults().Remove(rule.ID) }
}

// gone waits until the post is deleted.
func (l *link) gone(t *testing.T, post *model.Post) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		_, resp, err := shared.Mattermost.Client().GetPost(ctx, post.Id, "")
		if resp == nil || resp.StatusCode != http.StatusNotFound {
			return fmt.Errorf("post %s stands (error %w)", post.Id, err)
		}
		return nil
	})
}

func TestWhatWasMissedIsFoundOnDemand(t *testing.T) {
	for name, resync := range map[string]func(*testing.T, *link){
		"by slash command": func(t *testing.T, l *link) {
			answer, err := shared.Command(t.Context(), shared.alex, l.channel.Id, "/msteams-sync resync")
			if err != nil || !strings.Contains(answer, "Looking for what this channel missed") {
				t.Fatalf("the command answers %q, %v", answer, err)
			}
		},
		"over REST": func(t *testing.T, l *link) {
			if status, body := call(t, shared.casey, http.MethodPost, "/api/v1/links/"+l.channel.Id+"/resync", ""); status != http.StatusForbidden {
				t.Errorf("a plain member is answered %d %s", status, body)
			}
			if status, body := call(t, shared.alex, http.MethodPost, "/api/v1/links/"+l.channel.Id+"/resync", ""); status != http.StatusAccepted {
				t.Fatalf("a channel admin is answered %d %s", status, body)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLink(t)
			edited := l.say(t, "blake@demo.example", "", "<p>to be edited</p>")
			erased := l.say(t, "blake@demo.example", "", "<p>to be erased</p>")
			editedPost, erasedPost := l.post(t, "to be edited"), l.post(t, "to be erased")
			heard := l.unheard(t)
			editInTeams(t, "blake@demo.example", edited, "<p>now edited</p>")
			if _, err := shared.Emulator.Teams().Delete("blake@demo.example", erased.Ref()); err != nil {
				t.Fatal(err)
			}
			l.say(t, "blake@demo.example", edited.ID, "<p>unheard reply</p>")
			l.say(t, shared.drew, "", "<p>unheard root</p>")
			heard()
			resync(t, l)
			l.shows(t, editedPost, "now edited")
			l.gone(t, erasedPost)
			if reply := l.post(t, "unheard reply"); reply.RootId != editedPost.Id {
				t.Errorf("the reply is under %q, want %q", reply.RootId, editedPost.Id)
			}
			l.post(t, "unheard root")
			if posts, _ := l.counts(t); posts != 3 {
				t.Errorf("%d posts, want 3", posts)
			}
		})
	}
}

func TestWhatWasMissedWhileASubscriptionWasGone(t *testing.T) {
	for name, end := range map[string]func(string) error{
		"it was removed": func(id string) error { return shared.Emulator.Subscriptions().Announce(id, notify.SubscriptionRemoved) },
		"it lapsed": func(id string) error {
			if err := shared.Emulator.Subscriptions().Expire(id); err != nil {
				return err
			}
			// A change of the links has the plugin compare at once, if it has not just done so.
			return shared.Link(context.Background(), shared.alex, another.channel.Id, string(another.place.Team), string(another.place.Channel))
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLink(t)
			another = newChannels(t)
			said := l.say(t, "blake@demo.example", "", "<p>before</p>")
			post := l.post(t, "before")
			// There is no new subscription until the gap has something in it.
			refuse, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.Status, Status: 503, Route: "POST /subscriptions"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(refuse.ID) })
			if err := end(l.subscribed(t)); err != nil {
				t.Fatal(err)
			}
			l.say(t, "blake@demo.example", said.ID, "<p>reply in the gap</p>")
			editInTeams(t, "blake@demo.example", said, "<p>edited in the gap</p>")
			l.say(t, "blake@demo.example", "", "<p>root in the gap</p>")
			if err := shared.Emulator.Faults().Remove(refuse.ID); err != nil {
				t.Fatal(err)
			}
			l.subscribed(t)
			l.shows(t, post, "edited in the gap")
			l.post(t, "reply in the gap")
			l.post(t, "root in the gap")
			if posts, _ := l.counts(t); posts != 3 {
				t.Errorf("%d posts, want 3", posts)
			}
		})
	}
}

// another is a pair of channels that a test links to have the plugin look after its subscriptions.
var another *link

func TestAnOldConversationIsBroughtAlong(t *testing.T) {
	l := newChannels(t)
	root := l.say(t, "blake@demo.example", "", "<p>an old root</p>")
	l.say(t, shared.drew, root.ID, "<p>an old reply</p>")
	erased := l.say(t, "blake@demo.example", "", "<p>erased long ago</p>")
	if _, err := shared.Emulator.Teams().Delete("blake@demo.example", erased.Ref()); err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"channel_id":%q,"teams_team_id":%q,"teams_channel_id":%q,"backfill_days":7}`, l.channel.Id, l.place.Team, l.place.Channel)
	if status, answer := call(t, shared.Mattermost.Admin(), http.MethodPost, "/api/v1/links", body); status != http.StatusCreated {
		t.Fatalf("linking answers %d %s", status, answer)
	}
	post := l.post(t, "an old root")
	if reply := l.post(t, "an old reply"); reply.RootId != post.Id {
		t.Errorf("the old reply is under %q, want %q", reply.RootId, post.Id)
	}
	if at := root.CreatedAt.Time().UnixMilli(); post.CreateAt != at {
		t.Errorf("the old message is shown as one of %d, want %d", post.CreateAt, at)
	}
	if posts, _ := l.counts(t); posts != 2 {
		t.Errorf("%d posts, want 2", posts)
	}
}

func TestOldPostsAreBroughtToTeams(t *testing.T) {
	l := newChannels(t)
	root := l.write(t, shared.alex, "", "an old root")
	reply := l.write(t, shared.casey, root.Id, "an old reply")
	erased := l.write(t, shared.alex, "", "erased long ago")
	if _, err := shared.alex.Client.DeletePost(t.Context(), erased.Id); err != nil {
		t.Fatal(err)
	}
	if _, _, err := shared.blake.Client.SaveReaction(t.Context(), &model.Reaction{UserId: shared.blake.ID, PostId: root.Id, EmojiName: "+1"}); err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"channel_id":%q,"teams_team_id":%q,"teams_channel_id":%q,"backfill_to_teams_days":7}`, l.channel.Id, l.place.Team, l.place.Channel)
	if status, answer := call(t, shared.Mattermost.Admin(), http.MethodPost, "/api/v1/links", body); status != http.StatusCreated {
		t.Fatalf("linking answers %d %s", status, answer)
	}
	message, answer := l.message(t, "an old root"), l.message(t, "an old reply")
	if answer.Ref().Root != message.ID {
		t.Errorf("the old reply is under %q, want %q", answer.Ref().Root, message.ID)
	}
	for _, shown := range []struct {
		post *model.Post
		text string
	}{{root, message.Text()}, {reply, answer.Text()}} {
		if at := time.UnixMilli(shown.post.CreateAt).UTC().Format("<p><em>2006-01-02 15:04") + " UTC</em></p>"; !strings.HasPrefix(shown.text, at) {
			t.Errorf("the old message begins with %q, want %q", shown.text, at)
		}
	}
	if by := message.From.User; by == nil || !strings.EqualFold(by.DisplayName, "Alex Demo") {
		t.Errorf("the old message is by %+v", by)
	}
	eventually(t, func(context.Context) error {
		liked, err := shared.Emulator.Teams().Message(message.Ref())
		if err == nil && len(liked.Reactions) != 1 {
			err = fmt.Errorf("the old message has the reactions %v", liked.Reactions)
		}
		return err
	})
	l.write(t, shared.alex, "", "a new root")
	l.message(t, "a new root")
	if posts, messages := l.counts(t); posts != 3 || messages != 3 {
		t.Errorf("%d posts and %d messages, want 3 and 3", posts, messages)
	}
}

func TestChangesInMattermostWhileThePluginIsDisabled(t *testing.T) {
	l := newLink(t)
	edited, erased, liked := l.write(t, shared.alex, "", "to be edited"), l.write(t, shared.alex, "", "to be erased"), l.write(t, shared.alex, "", "to be liked")
	inTeams, gone, reacted := l.message(t, "to be edited"), l.message(t, "to be erased"), l.message(t, "to be liked")
	if err := shared.DisablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	edit(t, shared.alex, edited, "edited while disabled")
	if _, err := shared.alex.Client.DeletePost(t.Context(), erased.Id); err != nil {
		t.Fatal(err)
	}
	if _, _, err := shared.blake.Client.SaveReaction(t.Context(), &model.Reaction{UserId: shared.blake.ID, PostId: liked.Id, EmojiName: "+1"}); err != nil {
		t.Fatal(err)
	}
	if err := shared.EnablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.showsInTeams(t, inTeams, "edited while disabled")
	eventually(t, func(context.Context) error {
		deleted, err := shared.Emulator.Teams().Message(gone.Ref())
		if err == nil && deleted.DeletedAt == nil {
			err = errors.New("the message of the deleted post stands")
		}
		liked, likedErr := shared.Emulator.Teams().Message(reacted.Ref())
		if likedErr == nil && len(liked.Reactions) != 1 {
			likedErr = fmt.Errorf("the message has the reactions %v", liked.Reactions)
		}
		return errors.Join(err, likedErr)
	})
}
