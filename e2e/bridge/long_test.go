//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
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

	l.longWithFiles(t)

	l = newLink(t)
	said := l.say(t, "blake@demo.example", "", strings.Repeat("<p>"+strings.Repeat("nine char ", 25)+"</p>", 90))
	one, two := l.post(t, "(1/2)"), l.post(t, "(2/2)")
	if n := strings.Count(one.Message+two.Message, "nine char"); n != 25*90 || two.RootId != one.Id || two.UserId != shared.blake.ID {
		t.Errorf("%d words in Mattermost; the second part is by %s and replies to %q", n, two.UserId, two.RootId)
	}
	editInTeams(t, "blake@demo.example", said, "<p>short</p>")
	l.shows(t, one, "short")
	if posts, _ := l.counts(t); posts != 1 {
		t.Errorf("%d posts, want one", posts)
	}
}

// longWithFiles writes what would be one message without its files, and an edit that adds files to another one.
func (l *link) longWithFiles(t *testing.T) {
	t.Helper()
	text := func(word string) string {
		return strings.TrimSpace(strings.Repeat(strings.Repeat(word+" ", 16)+word+"\n\n", 135))
	}
	var files, want []string
	for i := range 5 {
		name := fmt.Sprint(strings.Repeat("отчёт ", 8), i, ".pdf")
		files, want = append(files, l.upload(t, shared.alex, name, noise(100+i))), append(want, named(name, noise(100+i)))
	}
	l.writeWith(t, shared.alex, text("слова"), files...)
	shows := func(word string, with, beside *teams.Message) {
		t.Helper()
		eventually(t, func(context.Context) error {
			one, err := shared.Emulator.Teams().Message(beside.Ref())
			if err != nil {
				return err
			}
			two, err := shared.Emulator.Teams().Message(with.Ref())
			if n := strings.Count(one.Text()+two.Text(), word); err == nil && n != 135*17 || len(one.Attachments) > 0 {
				err = fmt.Errorf("%d words of %q in Teams, want all; %d files in the wrong part", n, word, len(one.Attachments))
			}
			return err
		})
		l.hasFilesInTeams(t, with, want...)
	}
	first, last := l.message(t, "слова</p><p><em>(1/2)"), l.message(t, "слова</p><p><em>(2/2)")
	shows("слова", last, first)

	post := l.write(t, shared.alex, "", text("фраза"))
	whole := l.message(t, "фраза")
	if strings.Contains(whole.Text(), "(1/") {
		t.Fatal("without files it is in parts already")
	}
	ids := model.StringArray{}
	for i := range 5 {
		ids = append(ids, l.upload(t, shared.alex, fmt.Sprint(strings.Repeat("отчёт ", 8), i, ".pdf"), noise(100+i)))
	}
	if _, _, err := shared.alex.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{FileIds: &ids}); err != nil {
		t.Fatal(err)
	}
	l.showsInTeams(t, whole, "(1/2)")
	shows("фраза", whole, l.message(t, "фраза</p><p><em>(2/2)"))
}

// Each part of a long message may be changed, on either side, and there may be more of them than there were.
func TestPartsOfLongMessagesChange(t *testing.T) {
	l := newLink(t)
	// A character that takes five bytes in Teams.
	paragraphs := func(n int) string { return strings.Repeat(strings.Repeat("&", 99)+"\n\n", n) }
	post := l.write(t, shared.alex, "", "short")
	message := l.message(t, "short")
	edit(t, shared.alex, post, "begin\n\n"+paragraphs(60)+"second\n\n"+paragraphs(60)+"end\n\n"+paragraphs(30))
	l.showsInTeams(t, message, "(1/3)")
	two, three := l.message(t, "(2/3)"), l.message(t, "(3/3)")
	if two.Ref().Root != message.ID || three.Ref().Root != message.ID {
		t.Errorf("the parts stand in the threads of %q and %q", two.Ref().Root, three.Ref().Root)
	}
	first, err := shared.Emulator.Teams().Message(message.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(first.Text()+two.Text()+three.Text(), "&amp;"); n != 99*150 || !strings.Contains(first.Text(), "begin") || !strings.Contains(three.Text(), "end") {
		t.Errorf("%d characters in Teams, want all", n)
	}
	says := func(count int, has, without string) {
		t.Helper()
		eventually(t, func(ctx context.Context) error {
			now, _, err := shared.Mattermost.Client().GetPost(ctx, post.Id, "")
			if err != nil {
				return err
			}
			if n := strings.Count(now.Message, "&"); n != count || !strings.Contains(now.Message, has) || strings.Contains(now.Message, without) {
				return fmt.Errorf("the post has %d characters, want %d with %q and without %q", n, count, has, without)
			}
			return nil
		})
	}
	if _, err := shared.Emulator.Teams().Delete("alex@demo.example", two.Ref()); err != nil {
		t.Fatal(err)
	}
	says(99*150-strings.Count(two.Text(), "&amp;"), "end", "second")
	if _, err := shared.Emulator.Teams().Delete("alex@demo.example", message.Ref()); err != nil {
		t.Fatal(err)
	}
	says(strings.Count(three.Text(), "&amp;"), "end", "begin")
	edit(t, shared.alex, post, "what is left")
	l.showsInTeams(t, three, "what is left")
	if posts, messages := l.counts(t); posts != 1 || messages != 3 {
		t.Errorf("%d posts and %d messages, want 1 and 3", posts, messages)
	}

	l = newLink(t)
	said := l.say(t, "alex@demo.example", "", strings.Repeat("<p>"+strings.Repeat("nine char ", 25)+"</p>", 90))
	one, other := l.post(t, "(1/2)"), l.post(t, "(2/2)")
	edit(t, shared.alex, other, strings.Replace(other.Message, "nine char", "**the second**", 1))
	l.showsInTeams(t, said, "<strong>the second</strong>")
	edit(t, shared.alex, one, strings.Replace(one.Message, "nine char", "the first", 1))
	l.showsInTeams(t, said, "the first")
	now, err := shared.Emulator.Teams().Message(said.Ref())
	if err != nil || strings.Count(now.Text(), "nine char") != 25*90-2 || strings.Contains(now.Text(), "/2)") || !strings.Contains(now.Text(), "the second") {
		t.Errorf("the message has %d words, %v", strings.Count(now.Text(), "nine char"), err)
	}
	if posts, messages := l.counts(t); posts != 2 || messages != 1 {
		t.Errorf("%d posts and %d messages, want 2 and 1", posts, messages)
	}
}
