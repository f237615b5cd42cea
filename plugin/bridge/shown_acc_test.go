// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// What a message shows by itself is in the text of its post. An edit of the post must not make the message show it twice.
func TestEditsOfMessagesThatShowMoreThanText(t *testing.T) {
	forward := bridge.Attachment{ID: "f", ContentType: "forwardedMessageReference",
		Content: `{"originalMessageContent":"<p>ship it, @alex</p>","originalMessageSender":{"user":{"displayName":"Sasha"}}}`}
	gif := `<img src="https://media.example/cat.gif" alt="a cat" width="200">`
	for name, test := range map[string]struct {
		html        string
		attachments []bridge.Attachment
		edit        func(shown string) string
		want        string
		left        int // attachments
	}{
		"a card": {
			"<p>see</p>" + tag(poll("Pizza?")) + "<p>there</p>", []bridge.Attachment{poll("Pizza?")},
			func(shown string) string { return strings.Replace(shown, "see", "look", 1) },
			"<p>look</p>" + tag(poll("Pizza?")) + "<p>there</p>", 1,
		},
		"a card without a place": {
			"<p>see</p>", []bridge.Attachment{poll("Pizza?")},
			func(shown string) string { return "look" + strings.TrimPrefix(shown, "see") },
			"<p>look</p>" + tag(poll("Pizza?")), 1,
		},
		"a forwarded message": {
			"<p>see</p>" + tag(forward), []bridge.Attachment{forward},
			func(shown string) string { return strings.Replace(shown, "see", "look *here*", 1) },
			"<p>look <em>here</em></p>" + tag(forward), 1,
		},
		"a forwarded message that is taken away": {
			"<p>see</p>" + tag(forward), []bridge.Attachment{forward},
			func(string) string { return "never mind" },
			"<p>never mind</p>", 0,
		},
		"a card whose text was changed": {
			"<p>see</p>" + tag(poll("Pizza?")), []bridge.Attachment{poll("Pizza?")},
			func(shown string) string { return strings.Replace(shown, "Pizza?", "Sushi?", 1) },
			"<p>see</p><p><strong>Sushi?</strong></p><p>Vote (in Microsoft Teams)</p>", 0,
		},
		"two of which one shows a part of the other": {
			"<p>see</p>" + tag(bridge.Attachment{ID: "g"}) + tag(forward), []bridge.Attachment{forward, {ID: "g", ContentType: "forwardedMessageReference",
				Content: strings.Replace(forward.Content, "@alex", "@alex and more", 1)}},
			func(shown string) string { return strings.Replace(shown, "see", "look", 1) },
			"<p>look</p>" + tag(bridge.Attachment{ID: "g"}) + tag(forward), 2,
		},
		"a picture from elsewhere": {
			"<p>see " + gif + " here</p>", nil,
			func(shown string) string { return strings.Replace(shown, "see", "look at", 1) },
			"<p>look at " + gif + " here</p>", 0,
		},
		"a picture from elsewhere in a link": {
			`<p>see <a href="https://example.com/x">` + gif + "</a></p>", nil,
			func(shown string) string { return strings.Replace(shown, "see", "look at", 1) },
			`<p>look at <a href="https://example.com/x">` + gif + "</a></p>", 0,
		},
		"a picture from elsewhere that is taken away": {
			"<p>see " + gif + " here</p>", nil,
			func(string) string { return "see here" },
			"<p>see here</p>", 0,
		},
		"a picture that nobody sees": {
			`<p>see<img src="https://tracker.example/1" width="1" height="1"></p>`, nil,
			func(string) string { return "look" },
			"<p>look</p>", 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			m := s.put("", asAlex, test.html, func(m *bridge.TeamsMessage) { m.Attachments = test.attachments })
			s.quiet()
			post := s.mattermost.posts[0]
			edited := test.edit(post.Message)
			s.editPost(post.ID, edited)
			s.quiet()
			now, _ := s.teams.read(m.Ref)
			if now.HTML != test.want || len(now.Attachments) != test.left {
				t.Errorf("the post showed %q; after its edit the message is\n%q with %d attachments, want\n%q with %d", post.Message, now.HTML, len(now.Attachments), test.want, test.left)
			}
			if after, _ := s.mattermost.Post(t.Context(), post.ID); after.Message != edited {
				t.Errorf("the post has become %q", after.Message)
			}
			// The next edit in Teams shows everything once, too.
			s.inTeams(m.Ref, setText(now.HTML+"<p>end</p>"))
			s.quiet()
			if after, _ := s.mattermost.Post(t.Context(), post.ID); !strings.HasSuffix(after.Message, "end") || strings.Count(after.Message, "ship it") > strings.Count(edited, "ship it") || strings.Count(after.Message, "Pizza?") > strings.Count(edited, "Pizza?") {
				t.Errorf("after an edit in Teams the post shows %q", after.Message)
			}
			if s.tally.dead != 0 {
				t.Errorf("%d dead letters", s.tally.dead)
			}
		})
	}
}
