//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// A message that is longer than the other side takes comes in numbered parts, and nothing of it is lost.
func TestLongMessagesComeInParts(t *testing.T) {
	l := newLink(t)
	post := l.write(t, shared.alex, "", strings.TrimSpace(strings.Repeat(strings.Repeat("漢字", 50)+"\n\n", 150)))
	first, last := l.message(t, "(1/2)"), l.message(t, "(2/2)")
	if n := strings.Count(first.Text()+last.Text(), "漢字"); n != 50*150 {
		t.Errorf("%d words in Teams, want all", n)
	}
	// Each part may be edited in Teams, and the post in Mattermost.
	editInTeams(t, "alex@demo.example", first, strings.Replace(first.Text(), "<p>漢字", "<p>first 漢字", 1))
	editInTeams(t, "alex@demo.example", last, strings.Replace(last.Text(), "<p>漢字", "<p>last 漢字", 1))
	eventually(t, func(ctx context.Context) error {
		now, _, err := shared.Mattermost.Client().GetPost(ctx, post.Id, "")
		if err == nil && (!strings.HasPrefix(now.Message, "first 漢字") || strings.Count(now.Message, "last 漢字") != 1 || strings.Count(now.Message, "漢字") != 50*150 || strings.Contains(now.Message, "/2)")) {
			err = fmt.Errorf("the post has %d words and begins with %.20q", strings.Count(now.Message, "漢字"), now.Message)
		}
		return err
	})
	edit(t, shared.alex, post, "edited\n\n"+strings.TrimSpace(strings.Repeat(strings.Repeat("漢字", 50)+"\n\n", 149)))
	l.showsInTeams(t, first, "<p>edited</p>")
	eventually(t, func(context.Context) error {
		one, err := shared.Emulator.Teams().Message(first.Ref())
		if err != nil {
			return err
		}
		two, err := shared.Emulator.Teams().Message(last.Ref())
		if err == nil && strings.Count(one.Text()+two.Text(), "漢字") != 50*149 {
			err = fmt.Errorf("%d words in Teams", strings.Count(one.Text()+two.Text(), "漢字"))
		}
		return err
	})
	if _, err := shared.alex.Client.DeletePost(t.Context(), post.Id); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(context.Context) error {
		for _, m := range []string{string(first.ID), string(last.ID)} {
			messages, err := l.messages(t.Context())
			if err != nil {
				return err
			}
			for _, now := range messages {
				if string(now.ID) == m && now.DeletedAt == nil {
					return fmt.Errorf("part %s stands", m)
				}
			}
		}
		return nil
	})

	// An edit that fits into one message takes the place of all parts.
	again := l.write(t, shared.alex, "", strings.TrimSpace(strings.Repeat(strings.Repeat("語", 100)+"\n\n", 150)))
	first, last = l.message(t, "語</p><p><em>(1/2)"), l.message(t, "語</p><p><em>(2/2)")
	edit(t, shared.alex, again, "no longer long")
	l.showsInTeams(t, last, "no longer long")
	if now, err := shared.Emulator.Teams().Message(first.Ref()); err != nil || now.DeletedAt == nil {
		t.Errorf("the first part stands: %v", err)
	}

	said := l.say(t, "blake@demo.example", "", strings.Repeat("<p>"+strings.Repeat("nine char ", 25)+"</p>", 90))
	one, two := l.post(t, "(1/2)"), l.post(t, "(2/2)")
	if n := strings.Count(one.Message+two.Message, "nine char"); n != 25*90 || two.RootId != one.Id || two.UserId != shared.blake.ID {
		t.Errorf("%d words in Mattermost; the second part is by %s and replies to %q", n, two.UserId, two.RootId)
	}
	editInTeams(t, "blake@demo.example", said, "<p>short</p>")
	l.shows(t, one, "short")
	if posts, _ := l.counts(t); posts != 2 {
		t.Errorf("%d posts, want two", posts)
	}
}
