// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

func TestAMessageSaysItselfWhereItStands(t *testing.T) {
	in := bridge.Conversation{ID: "19:one@thread.tacv2", Team: "team"}
	for name, test := range map[string]struct {
		document string
		want     bridge.MessageRef
	}{
		"in the channel": {`{"id":"2","replyToId":"1","channelIdentity":{"teamId":"team","channelId":"19:one@thread.tacv2"}}`, bridge.MessageRef{Conversation: in, Root: "1", ID: "2"}},
		"in another one": {`{"id":"2","replyToId":null,"channelIdentity":{"channelId":"19:two@thread.tacv2"}}`, bridge.MessageRef{Conversation: bridge.Conversation{ID: "19:two@thread.tacv2", Team: "team"}, ID: "2"}},
		"in a chat":      {`{"id":"2","chatId":"19:three@thread.v2","channelIdentity":null}`, bridge.MessageRef{Conversation: bridge.Conversation{ID: "19:three@thread.v2", Team: "team"}, ID: "2"}},
		"nowhere":        {`{"id":"2"}`, bridge.MessageRef{Conversation: in, ID: "2"}},
	} {
		message, err := teams.ReadMessage([]byte(test.document), in)
		if err != nil || message.Ref != test.want {
			t.Errorf("%s: %+v, %v; want %+v", name, message.Ref, err, test.want)
		}
	}
	if _, err := teams.ReadMessage([]byte("hello"), in); err == nil {
		t.Error("text is taken for a message")
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte(`{"id":"2","replyToId":"1","messageType":"message","from":{"user":{"id":"u"}},"body":{"contentType":"html","content":"<p>x</p>"},"reactions":[{"reactionType":"like","user":{"user":null}}]}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"channelIdentity":null,"from":null,"body":null,"reactions":[null]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		message, err := teams.ReadMessage(document, bridge.Conversation{ID: "c"})
		if err == nil && message.Ref.Conversation.ID == "" {
			t.Errorf("message %+v of no conversation", message)
		}
	})
}

func TestReactionsAsTheyAreRead(t *testing.T) {
	m, err := teams.ReadMessage([]byte(`{"id":"1","reactions":[{"reactionType":"like"},{"reactionType":"checkmarkbutton"},{"reactionType":"🫡"},
		{"reactionType":"custom","displayName":"party parrot"},{"reactionType":"custom"},{"reactionType":"rocket"}]}`), bridge.Conversation{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"👍", "✅", "🫡", ":party parrot:", ":custom:", ":rocket:"} {
		if m.Reactions[i].Emoji != want {
			t.Errorf("reaction %d is %s, want %s", i, m.Reactions[i].Emoji, want)
		}
	}
}
