// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package intake

import (
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func ref(team bridge.TeamID, conversation bridge.ConversationID, root, id bridge.TeamsMessageID) bridge.MessageRef {
	return bridge.MessageRef{Conversation: bridge.Conversation{Team: team, ID: conversation}, Root: root, ID: id}
}

func TestParseResource(t *testing.T) {
	const channel = "19:abc@thread.tacv2"
	for resource, want := range map[string]bridge.MessageRef{
		"teams('t')/channels('19:abc@thread.tacv2')/messages('1')":              ref("t", channel, "", "1"),
		"teams('t')/channels('19:abc@thread.tacv2')/messages('1')/replies('2')": ref("t", channel, "1", "2"),
		"/teams/t/channels/19:abc@thread.tacv2/messages/1/replies/2":            ref("t", channel, "1", "2"),
		"teams/t/channels/19%3Aabc%40thread.tacv2/messages/1":                   ref("t", channel, "", "1"),
		"Teams('t')/Channels('19:abc@thread.tacv2')/Messages('1')":              ref("t", channel, "", "1"),
		"teams('t')/channels/19:abc@thread.tacv2/messages('1')":                 ref("t", channel, "", "1"),
		"chats('19:a_b@unq.gbl.spaces')/messages('1')":                          ref("", "19:a_b@unq.gbl.spaces", "", "1"),
		"chats/19:a@thread.v2/messages/1":                                       ref("", "19:a@thread.v2", "", "1"),
		"chats('o''hara')/messages('1')":                                        ref("", "o'hara", "", "1"),
	} {
		got, err := parseResource(resource)
		if err != nil || got != want {
			t.Errorf("parseResource(%q) = %+v, %v, want %+v", resource, got, err, want)
		}
	}
}

func TestParseResourceRefusesTheRest(t *testing.T) {
	for _, resource := range []string{
		"", "/", "teams('t')", "teams('t')/channels('c')", "teams('t')/channels('c')/messages", "teams('t')/channels('c')/messages('')",
		"teams('t')/channels('c')/messages('1')/replies('2')/hostedContents('3')", "chats('c')/members('m')", "users('u')",
		"teams(t)/channels('c')/messages('1')", "teams('t/channels('c')/messages('1')", "teams/t/channels//messages/1", "teams/%zz/channels/c/messages/1", "NA",
		"/chats/c/messages/%00", "/chats/%ff/messages/1", "chats('c')/messages('1\x00')", // the database takes none of these
	} {
		if got, err := parseResource(resource); err == nil {
			t.Errorf("parseResource(%q) = %+v, want an error", resource, got)
		}
	}
}

func TestReferencePrefersThePlaceThatNamesTheResource(t *testing.T) {
	const first, second = "chats('c')/messages('1')", "chats('c')/messages('2')"
	for name, test := range map[string]struct{ resource, odataID, id, want string }{
		"both agree":             {first, first, "1", "1"},
		"the other disagrees":    {first, second, "1", "1"},
		"resource disagrees":     {second, first, "1", "1"},
		"no id":                  {first, second, "", "1"},
		"resource is unreadable": {"NA", first, "1", "1"},
		"no @odata.id":           {first, "", "9", "1"},
	} {
		got, err := reference(test.resource, test.odataID, test.id)
		if err != nil || string(got.ID) != test.want {
			t.Errorf("%s: %+v, %v, want message %s", name, got, err, test.want)
		}
	}
}

func FuzzParseResource(f *testing.F) {
	f.Add("teams('t')/channels('c')/messages('1')/replies('2')")
	f.Add("/chats/c/messages/1")
	f.Add("chats('it''s')/messages('m')")
	f.Add("/chats/c/messages/%00")
	f.Add("/chats/c/messages/%ff")
	f.Fuzz(func(t *testing.T, resource string) {
		if got, err := parseResource(resource); err == nil && (!storable(string(got.ID)) || !storable(string(got.Conversation.ID))) {
			t.Fatalf("parseResource(%q) = %+v without an error", resource, got)
		}
	})
}
