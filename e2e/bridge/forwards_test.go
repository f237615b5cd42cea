//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Who forwards a message in Mattermost writes its address. Teams shows the original, too, when its readers may see it.
func TestForwardedPostsShowTheirOriginal(t *testing.T) {
	l := newLink(t)
	ctx, admin := t.Context(), shared.Mattermost.Client()
	config, _, err := admin.GetConfig(ctx)
	if err != nil {
		t.Fatal(err)
	}
	address := func(post *model.Post) string {
		return *config.ServiceSettings.SiteURL + "/" + shared.team.Name + "/pl/" + post.Id
	}
	in := func(kind model.ChannelType, as *stack.User, members ...*stack.User) *model.Post {
		t.Helper()
		name := "forward-" + strings.ToLower(string(kind)) + "-" + strings.ToLower(model.NewId())
		channel, _, err := admin.CreateChannel(ctx, &model.Channel{TeamId: shared.team.Id, Name: name, DisplayName: name, Type: kind})
		if err != nil {
			t.Fatal(err)
		}
		for _, member := range append(members, as) {
			if _, _, err := admin.AddChannelMember(ctx, channel.Id, member.ID); err != nil {
				t.Fatal(err)
			}
		}
		post, _, err := as.Client.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: "the **secret** of @alex\nand more"})
		if err != nil {
			t.Fatal(err)
		}
		return post
	}
	here := l.write(t, shared.blake, "", "the **secret** of @alex\nand more")
	l.message(t, "secret")
	quote := "<blockquote><p><strong>" + nameOf(t, shared.blake) + ":</strong> the secret of @alex<br/>and more</p></blockquote>"
	forward := func(text string, original *model.Post, shows bool) (*model.Post, *teams.Message) {
		t.Helper()
		post := l.write(t, shared.alex, "", text+" "+address(original))
		message := l.message(t, "<p>"+text+" ")
		if !strings.Contains(message.Text(), `<a href="`+address(original)+`">`) || strings.Contains(message.Text(), quote) != shows || !shows && strings.Contains(message.Text(), "secret") || len(message.Mentions) > 0 {
			t.Errorf("in Teams %q shows %s, mentioning %v; want the quote: %t", text, message.Text(), message.Mentions, shows)
		}
		return post, message
	}
	post, message := forward("of this channel:", here, true)
	forward("of a public channel:", in(model.ChannelTypeOpen, shared.blake), true)
	forward("of a private channel:", in(model.ChannelTypePrivate, shared.blake, shared.alex), false)
	forward("of a channel of others:", in(model.ChannelTypePrivate, shared.blake), false)

	// What is shown below the text is no text of the post.
	edit(t, shared.alex, post, "of our channel: "+address(here))
	l.showsInTeams(t, message, "of our channel")
	now, err := shared.Emulator.Teams().Message(message.Ref())
	if err != nil || strings.Count(now.Text(), quote) != 1 {
		t.Fatalf("after the edit in Mattermost it shows %s, %v", now.Text(), err)
	}
	body := teams.HTML(strings.Replace(now.Text(), "of our channel", "of a channel", 1))
	if _, err := shared.Emulator.Teams().Edit("alex@demo.example", message.Ref(), teams.Edit{Body: &body}); err != nil {
		t.Fatal(err)
	}
	l.shows(t, post, "of a channel: "+address(here))
}
