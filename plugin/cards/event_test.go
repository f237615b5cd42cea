// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards_test

import (
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/cards"
)

func TestEventsInPlainWords(t *testing.T) {
	const alex = `"initiator":{"application":null,"user":{"id":"a","displayName":"Alex Demo"}}`
	nameOf := func(id string) string { return map[string]string{"b": "Blake Demo"}[id] }
	for detail, want := range map[string]string{
		`"membersAdded",` + alex + `,"members":[{"id":"b","displayName":null},{"id":"c","displayName":"Casey"},{"id":"x"}]`:    "Alex Demo added Blake Demo, Casey and somebody.",
		`"membersDeleted",` + alex + `,"members":[{"id":"b"}]`:                                                                 "Alex Demo removed Blake Demo.",
		`"membersDeleted",` + alex + `,"members":[{"id":"a","displayName":"Alex Demo"}]`:                                       "Alex Demo left.",
		`"membersJoined","members":[{"id":"b"}]`:                                                                               "Blake Demo joined.",
		`"membersLeft","members":[]`:                                                                                           "somebody left.",
		`"conversationMemberRoleUpdated",` + alex + `,"conversationMemberRoles":["owner"],"conversationMemberUser":{"id":"b"}`: "Alex Demo made Blake Demo an owner.",
		`"chatRenamed",` + alex + `,"chatDisplayName":"Lunch <3"`:                                                              "Alex Demo renamed the chat to “Lunch &lt;3”.",
		`"channelDeleted",` + alex + `,"channelDisplayName":""`:                                                                "Alex Demo deleted the channel.",
		`"channelDescriptionUpdated","channelDescription":"x"`:                                                                 "Somebody changed the channel&#39;s description to “x”.",
		`"callStarted",` + alex + `,"callEventType":"meeting"`:                                                                 "Alex Demo started a meeting.",
		`"callEnded","callEventType":"call","callDuration":"PT12M3S"`:                                                          "The call has ended after 12m3s.",
		`"callRecording","callRecordingStatus":"success","callRecordingDisplayName":"Weekly.mp4"`:                              "The recording of the meeting “Weekly.mp4” is ready.",
		`"callRecording","callRecordingStatus":"initial"`:                                                                      "The recording of the meeting has started.",
		`"teamsAppInstalled",` + alex + `,"teamsAppDisplayName":"Polly"`:                                                       "Alex Demo added the app “Polly”.",
		`"somethingNewHappened",` + alex:                                                                                       "System event: something new happened",
	} {
		// The first string is the kind.
		kind, rest, _ := cut(detail)
		if got := cards.Event([]byte(`{"@odata.type":"#microsoft.graph.`+kind+`EventMessageDetail"`+rest+`}`), nameOf); got != "<p><em>"+want+"</em></p>" {
			t.Errorf("%s\nsays %s\nwant %s", detail, got, want)
		}
	}
	for _, detail := range []string{"", "null", "{}", "[]", `{"@odata.type":"#microsoft.graph.chatMessage"}`} {
		if got := cards.Event([]byte(detail), nil); got != "" {
			t.Errorf("%q says %q", detail, got)
		}
	}
}

// cut takes the quoted word that a text begins with.
func cut(text string) (word, rest string, ok bool) {
	for i := 1; i < len(text); i++ {
		if text[i] == '"' {
			return text[1:i], text[i+1:], true
		}
	}
	return "", text, false
}
