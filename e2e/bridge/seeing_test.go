//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// callAs calls a route of the plugin as user and reads its answer into v, if it is not nil.
func callAs(ctx context.Context, user *stack.User, method, route string, body, v any) error {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, catalog.PluginURL(shared.Mattermost.URL, route), &content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+user.Client.AuthToken)
	resp, err := shared.Mattermost.HTTPClient().Do(request)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s answers %d: %s", route, resp.StatusCode, text.String())
	}
	if v == nil {
		return nil
	}
	return json.Unmarshal(text.Bytes(), v)
}

// listen opens the user's websocket and gathers the plugin's events of one name.
func listen(t *testing.T, user *stack.User, event string) <-chan map[string]any {
	t.Helper()
	transport, ok := shared.Mattermost.HTTPClient().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("the transport is a %T", shared.Mattermost.HTTPClient().Transport)
	}
	trusting := transport.TLSClientConfig.Clone()
	trusting.NextProtos = nil // the transport speaks HTTP/2, a websocket does not
	dialer := &websocket.Dialer{TLSClientConfig: trusting}
	client, err := model.NewWebSocketClientWithDialer(dialer, strings.Replace(shared.Mattermost.URL, "http", "ws", 1), user.Client.AuthToken)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	client.Listen()
	events := make(chan map[string]any, 100)
	go func() {
		for e := range client.EventChannel {
			if e.EventType() == model.WebsocketEventType("custom_"+catalog.PluginID+"_"+event) {
				events <- e.GetData()
			}
		}
	}()
	return events
}

// heard waits for an event.
func heard(t *testing.T, events <-chan map[string]any, is func(data map[string]any) bool) map[string]any {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), arrivesWithin)
	defer cancel()
	for {
		select {
		case data := <-events:
			if is(data) {
				return data
			}
		case <-ctx.Done():
			t.Fatal("no such event came")
		}
	}
}

// prefer sets one of the user's settings as the web app does.
func prefer(t *testing.T, user *stack.User, name, value string) {
	t.Helper()
	if _, err := user.Client.UpdatePreferences(t.Context(), user.ID, model.Preferences{{UserId: user.ID, Category: "pp_" + catalog.PluginID, Name: name, Value: value}}); err != nil {
		t.Fatal(err)
	}
}

// notifies waits until the user's membership of the channel has these notification properties.
func notifies(t *testing.T, user *stack.User, channel string, want map[string]string) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		member, _, err := user.Client.GetChannelMember(ctx, channel, user.ID, "")
		if err != nil {
			return err
		}
		for property, value := range want {
			if member.NotifyProps[property] != value {
				return fmt.Errorf("%s of %s is %q, want %q", property, user.Username, member.NotifyProps[property], value)
			}
		}
		return nil
	})
}

// TestWhoReadsInTeamsIsNotNotifiedTwice: the preference mutes what is linked, now and later, and gives back what was chosen.
func TestWhoReadsInTeamsIsNotNotifiedTwice(t *testing.T) {
	reader := newConnected(t, "reader")
	l := newLink(t)
	later := newChannels(t)
	for _, channel := range []string{l.channel.Id, later.channel.Id} {
		if _, _, err := shared.Mattermost.Client().AddChannelMember(t.Context(), channel, reader.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := reader.Client.UpdateChannelNotifyProps(t.Context(), l.channel.Id, reader.ID, map[string]string{"channel_id": l.channel.Id, "user_id": reader.ID, "desktop": "mention"}); err != nil {
		t.Fatal(err)
	}
	muted := map[string]string{"mark_unread": "mention", "desktop": "none", "push": "none", "email": "false"}
	prefer(t, reader, "platform", "msteams")
	notifies(t, reader, l.channel.Id, muted)
	notifies(t, reader, later.channel.Id, map[string]string{"mark_unread": "all", "desktop": "default"})

	if err := shared.Link(t.Context(), shared.alex, later.channel.Id, string(later.place.Team), string(later.place.Channel)); err != nil {
		t.Fatal(err)
	}
	notifies(t, reader, later.channel.Id, muted)
	third := newLink(t)
	if _, _, err := shared.Mattermost.Client().AddChannelMember(t.Context(), third.channel.Id, reader.ID); err != nil {
		t.Fatal(err)
	}
	notifies(t, reader, third.channel.Id, muted)
	if _, err := shared.Command(t.Context(), shared.alex, later.channel.Id, "/msteams-sync unlink"); err != nil {
		t.Fatal(err)
	}
	notifies(t, reader, later.channel.Id, map[string]string{"mark_unread": "all", "desktop": "default"})

	prefer(t, reader, "platform", "mattermost")
	notifies(t, reader, l.channel.Id, map[string]string{"mark_unread": "all", "desktop": "mention", "push": "default", "email": "default"})
	notifies(t, reader, third.channel.Id, map[string]string{"mark_unread": "all", "desktop": "default"})

	prefer(t, reader, "platform", "msteams")
	notifies(t, reader, l.channel.Id, muted)
	if _, err := shared.Command(t.Context(), reader, l.channel.Id, "/msteams-sync disconnect"); err != nil {
		t.Fatal(err)
	}
	notifies(t, reader, l.channel.Id, map[string]string{"mark_unread": "all", "desktop": "mention"})
}

// TestEverybodySeesWhatIsLinked: one's own linked channels, and a websocket event for each change.
func TestEverybodySeesWhatIsLinked(t *testing.T) {
	l := newChannels(t)
	events := listen(t, shared.casey, "link_mark")
	linked := func(ctx context.Context) (ids []string, err error) {
		var answer struct {
			Channels []struct {
				ChannelID string `json:"channel_id"`
				Kind      string `json:"kind"`
			}
		}
		err = callAs(ctx, shared.casey, http.MethodGet, "/api/v1/my/linked-channels", nil, &answer)
		for _, c := range answer.Channels {
			ids = append(ids, c.ChannelID+" "+c.Kind)
		}
		return ids, err
	}
	want := l.channel.Id + " channel"
	if ids, err := linked(t.Context()); err != nil || slices.Contains(ids, want) {
		t.Fatalf("before: %q, %v", ids, err)
	}
	if err := shared.Link(t.Context(), shared.alex, l.channel.Id, string(l.place.Team), string(l.place.Channel)); err != nil {
		t.Fatal(err)
	}
	data := heard(t, events, func(data map[string]any) bool { return data["channel_id"] == l.channel.Id })
	if data["linked"] != true || data["kind"] != "channel" {
		t.Errorf("told %v", data)
	}
	if ids, err := linked(t.Context()); err != nil || !slices.Contains(ids, want) {
		t.Errorf("linked: %q, %v", ids, err)
	}
	if _, err := shared.Command(t.Context(), shared.alex, l.channel.Id, "/msteams-sync unlink"); err != nil {
		t.Fatal(err)
	}
	if data := heard(t, events, func(data map[string]any) bool { return data["channel_id"] == l.channel.Id }); data["linked"] != false || data["kind"] != "channel" {
		t.Errorf("told %v", data)
	}
}

// postState is how far a post is, as its author's web app asks.
func postState(ctx context.Context, user *stack.User, id string) (state, reason string, err error) {
	var answer struct {
		Posts []struct {
			PostID string `json:"post_id"`
			State  string
			Reason string
		}
	}
	err = callAs(ctx, user, http.MethodPost, "/api/v1/posts/sync", map[string]any{"post_ids": []string{id}}, &answer)
	if err != nil || len(answer.Posts) != 1 {
		return "", "", errors.Join(err, fmt.Errorf("%d answers", len(answer.Posts)))
	}
	return answer.Posts[0].State, answer.Posts[0].Reason, nil
}

// TestAuthorsAreToldHowFarTheirPostsAre: who asked once hears of the rest.
func TestAuthorsAreToldHowFarTheirPostsAre(t *testing.T) {
	l := newLink(t)
	events := listen(t, shared.alex, "post_sync")
	before := l.write(t, shared.alex, "", "asked about first")
	if _, _, err := postState(t.Context(), shared.alex, before.Id); err != nil {
		t.Fatal(err)
	}
	post := l.write(t, shared.alex, "", "told of")
	heard(t, events, func(data map[string]any) bool {
		return strings.Contains(fmt.Sprint(data["posts"]), `{"post_id":"`+post.Id+`","state":"synced"`)
	})
	eventually(t, func(ctx context.Context) error {
		if state, reason, err := postState(ctx, shared.alex, before.Id); err != nil || state != "synced" {
			return fmt.Errorf("state %q, %q: %w", state, reason, err)
		}
		return nil
	})
	stranger := newPerson(t, "stranger")
	if _, _, err := postState(t.Context(), stranger, post.Id); err == nil || !strings.Contains(err.Error(), "0 answers") {
		t.Errorf("somebody who may not read the channel: %v", err)
	}
}

// TestPostingTakesAConnectedAccount: with the setting, and only for those who could connect one.
func TestPostingTakesAConnectedAccount(t *testing.T) {
	l := newLink(t)
	other := newChannels(t)
	settings := maps.Clone(shared.settings)
	settings["enforceconnectedposting"] = true
	if err := shared.ConfigurePlugin(t.Context(), shared.app, settings); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
	_, _, err := shared.casey.Client.CreatePost(t.Context(), &model.Post{ChannelId: l.channel.Id, Message: "without an account"})
	if err == nil || !strings.Contains(err.Error(), "connect") || !strings.Contains(err.Error(), "/connect") {
		t.Errorf("casey's post: %v", err)
	}
	if _, _, err := shared.casey.Client.CreatePost(t.Context(), &model.Post{ChannelId: l.channel.Id, Message: "as if carried", Props: model.StringInterface{"msteams_sync_mapping": "m", "from_webhook": "true"}}); err == nil {
		t.Error("a post with the props of a carried one was let through")
	}
	if _, _, err := shared.casey.Client.CreatePost(t.Context(), &model.Post{ChannelId: other.channel.Id, Message: "not linked"}); err != nil {
		t.Errorf("in a channel that is not linked: %v", err)
	}
	l.write(t, shared.Mattermost.Admin(), "", "by a system admin")
	l.write(t, shared.alex, "", "by somebody who is connected")
	l.message(t, "by somebody who is connected")

	// What comes from Teams comes, whoever wrote it: drew has no account here.
	l.say(t, shared.drew, "", "<p>by somebody in Teams</p>")
	l.post(t, "by somebody in Teams")
	l.say(t, "alex@demo.example", "", "<p>by alex in Teams</p>")
	l.post(t, "by alex in Teams")
}
