// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost_test

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
)

func TestMessageAttachmentsAsText(t *testing.T) {
	site := "https://mattermost.example/"
	s := mattermost.New(&api{config: &model.Config{ServiceSettings: model.ServiceSettings{SiteURL: &site}}}, nil, "bot")
	for name, test := range map[string]struct {
		attachments any
		want        string
	}{
		"all of it": {
			[]any{map[string]any{
				"fallback": "not shown", "pretext": "Look:", "author_name": "CI", "author_link": "https://ci.example", "title": "Build *7*", "title_link": "https://ci.example/7(a)",
				"text": "It **failed**.", "image_url": "https://ci.example/graph.png", "footer": "since_noon",
				"fields":  []any{map[string]any{"title": "Branch", "value": "main", "short": true}, map[string]any{"title": "Tests:", "value": 12}, map[string]any{"value": "a\nb"}},
				"actions": []any{map[string]any{"name": "Retry", "type": "button"}, map[string]any{"name": "Who", "type": "select", "options": []any{map[string]any{"text": "Alex"}, map[string]any{"text": "Blake"}}}},
			}},
			"Look:\n\n[CI](https://ci.example)\n\n**[Build \\*7\\*](https://ci.example/7%28a%29)**\n\nIt **failed**.\n\n" +
				"- **Branch:** main\n- **Tests:** 12\n- a\n  b\n\n[image](https://ci.example/graph.png)\n\n" +
				"[Retry](https://mattermost.example/_redirect/pl/p1) · [Who (Alex, Blake)](https://mattermost.example/_redirect/pl/p1)\n\n*since_noon*",
		},
		"typed":           {[]*model.MessageAttachment{{Title: "One"}, {Text: "Two"}}, "**One**\n\nTwo"},
		"only a fallback": {[]any{map[string]any{"fallback": "the build failed"}}, "the build failed"},
		"none":            {nil, ""},
		"nonsense":        {"text", ""},
	} {
		post := &model.Post{Id: "p1", Message: "m"}
		if test.attachments != nil {
			post.AddProp("attachments", test.attachments)
		}
		if got := s.ToBridge(post); got.Cards != test.want || got.Message != "m" {
			t.Errorf("%s:\n%q\nwant\n%q", name, got.Cards, test.want)
		}
	}
}

func TestPrioritiesAndWhoDeleted(t *testing.T) {
	s := mattermost.New(&api{}, nil, "bot")
	urgent := "urgent"
	post := &model.Post{Metadata: &model.PostMetadata{Priority: &model.PostPriority{Priority: &urgent}}}
	if got := s.ToBridge(post); got.Priority != bridge.Urgent {
		t.Errorf("priority %q", got.Priority)
	}
	for by, want := range map[string]bridge.UserID{"com.mattermost.msteams-sync": "bot", "alex": "alex"} {
		post := &model.Post{}
		post.AddProp("deleteBy", by)
		if got := s.ToBridge(post).DeletedBy; got != want {
			t.Errorf("deleted by %q: %q, want %q", by, got, want)
		}
	}
}
