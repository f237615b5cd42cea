//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import "testing"

// A message keeps the time at which it was written, unless something newer is in the channel: people may have read past it.
func TestMessagesKeepTheirTimeBelowWhatWasRead(t *testing.T) {
	l := newLink(t)
	first := l.say(t, "blake@demo.example", "", "<p>with its own time</p>")
	if post := l.post(t, "with its own time"); post.CreateAt != first.CreatedAt.Time().UnixMilli() {
		t.Errorf("the post is of %d, the message of %d", post.CreateAt, first.CreatedAt.Time().UnixMilli())
	}
	if err := shared.DisablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := l.say(t, "blake@demo.example", "", "<p>said while the plugin was off</p>")
	read := l.write(t, shared.alex, "", "written and read after that")
	if err := shared.EnablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	late := l.post(t, "said while the plugin was off")
	if late.CreateAt <= read.CreateAt {
		t.Errorf("the post is of %d (the message of %d), above what was read at %d", late.CreateAt, second.CreatedAt.Time().UnixMilli(), read.CreateAt)
	}
	// Whoever was not looking has it unread.
	member, _, err := shared.Mattermost.Client().GetChannelUnread(t.Context(), l.channel.Id, shared.casey.ID)
	if err != nil || member.MsgCount < 3 {
		t.Errorf("casey has %+v, %v; want three unread messages", member, err)
	}
	posts, _, err := shared.Mattermost.Client().GetPostsAroundLastUnread(t.Context(), shared.alex.ID, l.channel.Id, 10, 10, false)
	if err != nil {
		t.Fatal(err)
	}
	if newest := posts.Posts[posts.Order[0]]; newest.Id != late.Id {
		t.Errorf("the newest post is %q", newest.Message)
	}
}
