// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"slices"
	"testing"
	"time"
)

func TestPlanReactions(t *testing.T) {
	standIn := func(user TeamsUserID) (UserID, error) {
		return map[TeamsUserID]UserID{"T-alex": "alex", "T-bot": ""}[user] + map[TeamsUserID]UserID{"T-blake": "bot", "T-casey": "bot"}[user], nil
	}
	emojiOf := func(emoji string) (string, error) {
		if ownEmoji(emoji) && emoji != ":both:" {
			return StandIn, nil
		}
		return emoji, nil
	}
	for name, c := range map[string]struct {
		record      []CarriedReaction
		shown       []Reaction
		post        []PostReaction
		changed     []PostReaction
		add, remove []PostReaction
		after       []CarriedReaction
	}{
		"new, of somebody with an account": {
			shown: []Reaction{{User: "T-alex", Emoji: "👍"}},
			add:   []PostReaction{{"alex", "👍"}}, after: []CarriedReaction{{"T-alex", "alex", "👍", "", "", 0}},
		},
		"new, and the post has it": {
			shown: []Reaction{{User: "T-alex", Emoji: "❤"}}, post: []PostReaction{{"alex", "❤️"}},
			after: []CarriedReaction{{"T-alex", "alex", "❤", "", "", 0}},
		},
		"two share a stand-in": {
			shown: []Reaction{{User: "T-blake", Emoji: "👍"}, {User: "T-casey", Emoji: "👍"}},
			add:   []PostReaction{{"bot", "👍"}}, after: []CarriedReaction{{"T-blake", "bot", "👍", "", "", 0}, {"T-casey", "bot", "👍", "", "", 0}},
		},
		"one of two is gone": {
			record: []CarriedReaction{{"T-blake", "bot", "👍", "", "", 0}, {"T-casey", "bot", "👍", "", "", 0}},
			shown:  []Reaction{{User: "T-casey", Emoji: "👍"}}, post: []PostReaction{{"bot", "👍"}},
			after: []CarriedReaction{{"T-casey", "bot", "👍", "", "", 0}},
		},
		"gone": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", "", "", 0}}, post: []PostReaction{{"alex", "👍"}},
			remove: []PostReaction{{"alex", "👍"}},
		},
		"our bot's own": {shown: []Reaction{{User: "T-bot", Emoji: "👍"}}},
		"on its way to Teams": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", Outbound, "", 0}}, post: []PostReaction{{"alex", "👍"}},
			after: []CarriedReaction{{"T-alex", "alex", "👍", Outbound, "", 0}},
		},
		"perhaps added, and gone from Teams": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", Inbound, "", 0}}, post: []PostReaction{{"alex", "👍"}},
			remove: []PostReaction{{"alex", "👍"}},
		},
		"perhaps added": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", Inbound, "", 0}}, shown: []Reaction{{User: "T-alex", Emoji: "👍"}},
			add: []PostReaction{{"alex", "👍"}}, after: []CarriedReaction{{"T-alex", "alex", "👍", "", "", 0}},
		},
		"an emoji of Teams' own": {
			shown: []Reaction{{User: "T-alex", Emoji: ":party:"}},
			add:   []PostReaction{{"alex", StandIn}}, after: []CarriedReaction{{"T-alex", "alex", ":party:", "", StandIn, 0}},
		},
		"an emoji of Teams' own that the server has": {
			shown: []Reaction{{User: "T-alex", Emoji: ":both:"}},
			add:   []PostReaction{{"alex", ":both:"}}, after: []CarriedReaction{{"T-alex", "alex", ":both:", "", "", 0}},
		},
		"one of two that are shown alike is gone": {
			record: []CarriedReaction{{"T-alex", "alex", ":party:", "", StandIn, 0}, {"T-alex", "alex", ":cake:", "", StandIn, 0}},
			shown:  []Reaction{{User: "T-alex", Emoji: ":cake:"}}, post: []PostReaction{{"alex", StandIn}},
			after: []CarriedReaction{{"T-alex", "alex", ":cake:", "", StandIn, 0}},
		},
		"both are gone": {
			record: []CarriedReaction{{"T-alex", "alex", ":party:", "", StandIn, 0}, {"T-alex", "alex", ":cake:", "", StandIn, 0}},
			post:   []PostReaction{{"alex", StandIn}}, remove: []PostReaction{{"alex", StandIn}},
		},
		"an emoji of Mattermost's own, in Teams": {
			record: []CarriedReaction{{"T-alex", "alex", StandIn, "", ":ship:", 0}}, shown: []Reaction{{User: "T-alex", Emoji: StandIn}},
			post:  []PostReaction{{"alex", ":ship:"}},
			after: []CarriedReaction{{"T-alex", "alex", StandIn, "", ":ship:", 0}},
		},
		"added, and taken back since": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", Inbound, "", 0}}, shown: []Reaction{{User: "T-alex", Emoji: "👍"}}, changed: []PostReaction{{"alex", "👍"}},
			after: []CarriedReaction{{"T-alex", "alex", "👍", "", "", 0}},
		},
		"added, and gone from Teams since": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", Inbound, "", 0}}, post: []PostReaction{{"alex", "👍"}}, changed: []PostReaction{{"alex", "👍"}},
			remove: []PostReaction{{"alex", "👍"}},
		},
		"perhaps withdrawn": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", Withdrawn, "", 0}}, post: []PostReaction{{"alex", "👍"}},
			remove: []PostReaction{{"alex", "👍"}},
		},
		"withdrawn, and back in Teams": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", Withdrawn, "", 0}}, shown: []Reaction{{User: "T-alex", Emoji: "👍"}}, changed: []PostReaction{{"alex", "👍"}},
			add: []PostReaction{{"alex", "👍"}}, after: []CarriedReaction{{"T-alex", "alex", "👍", "", "", 0}},
		},
		"withdrawn, and made again since": {
			record: []CarriedReaction{{"T-alex", "alex", "👍", Withdrawn, "", 0}}, post: []PostReaction{{"alex", "👍"}}, changed: []PostReaction{{"alex", "👍"}},
		},
		"shown on one side only": {
			record: []CarriedReaction{{"", "blake", "👍", "", "", 0}, {"T-alex", "", "x", "", "", 0}}, shown: []Reaction{{User: "T-alex", Emoji: "x"}},
			after: []CarriedReaction{{"", "blake", "👍", "", "", 0}, {"T-alex", "", "x", "", "", 0}},
		},
	} {
		plan, err := planReactions(c.record, c.shown, c.post, c.changed, standIn, emojiOf)
		if err != nil || !slices.Equal(plan.add, c.add) || !slices.Equal(plan.remove, c.remove) || !slices.Equal(plan.after, c.after) {
			t.Errorf("%s: %+v, %v", name, plan, err)
		}
	}
}

func TestWhoEditedWhat(t *testing.T) {
	m := Mapping{
		Record: Record{TeamsHash: "t3", PostHash: "p3"}, Written: []string{"p4"},
		SentVersions: []SentVersion{
			{TeamsHash: "t1", PostHash: "p1", At: time.Now().Add(-time.Hour)}, {TeamsHash: "t2", PostHash: "p2", At: time.Now()}, {TeamsHash: "t3", PostHash: "p3", At: time.Now()},
		},
	}
	for hash, carries := range map[string]bool{"p3": true, "p4": true, "p2": false, "other": false} {
		if m.carries(hash) != carries {
			t.Errorf("a post that shows %s: %v", hash, !carries)
		}
	}
	for hash, before := range map[string]bool{"t3": false, "t2": true, "t1": false, "other": false} {
		if m.sentBefore(hash) != before {
			t.Errorf("a message that shows %s: %v", hash, !before)
		}
	}
}

// What was recorded before cards and importance were carried is the hash of the text alone.
func TestTheHashOfATextStays(t *testing.T) {
	file := Attachment{ID: "f", ContentType: "reference", Name: "plan.docx"}
	for _, m := range []TeamsMessage{
		{HTML: "<p>hello <b>you</b></p>"},
		{HTML: "hello\nyou", Text: true},
		{HTML: `<p>hello you</p><attachment id="f"></attachment>`, Attachments: []Attachment{file}},
	} {
		if got := textHash(m); got != hash("hello you") {
			t.Errorf("%+v has another hash than its text", m)
		}
	}
	plain := TeamsMessage{HTML: "<p>hello you</p>"}
	for name, change := range map[string]func(*TeamsMessage){
		"importance": func(m *TeamsMessage) { m.Importance = High },
		"a card":     func(m *TeamsMessage) { m.Attachments = []Attachment{{ContentType: "tabReference", Name: "Wiki"}} },
	} {
		m := plain
		change(&m)
		if teamsHash(m) == teamsHash(plain) {
			t.Errorf("%s makes no difference", name)
		}
	}
}
