// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// userChatMessage is how Graph names a chat's message where it is deleted (Graph docs, "chatMessage: softDelete").
const userChatMessage = "/users/{user-id}" + chatMessageByID

// Edit makes exactly one PATCH of the message as the account. The bridge decides whether it is made again.
func (c *Client) Edit(ctx context.Context, as bridge.Account, ref bridge.MessageRef, message bridge.Outgoing) error {
	route, path := messageOf(ref)
	return c.do(ctx, request{method: "PATCH", route: route, path: path, body: outgoing(message), as: as.ID}, nil)
}

// Delete soft-deletes the message as the account.
func (c *Client) Delete(ctx context.Context, as bridge.Account, ref bridge.MessageRef) error {
	route, path := messageOf(ref)
	if route == chatMessageByID {
		route, path = userChatMessage, append([]string{string(as.TeamsUser)}, path...)
	}
	return c.do(ctx, request{method: "POST", route: route + "/softDelete", path: path, as: as.ID}, nil)
}

// React sets the account's reaction, a Unicode emoji, or takes it away.
func (c *Client) React(ctx context.Context, as bridge.Account, ref bridge.MessageRef, emoji string, on bool) error {
	route, path := messageOf(ref)
	action := "/unsetReaction"
	if on {
		action = "/setReaction"
	}
	return c.do(ctx, request{method: "POST", route: route + action, path: path, body: map[string]string{"reactionType": emoji}, as: as.ID}, nil)
}

// oldNames are the reactions that Graph still names with words in messages that got them long ago.
var oldNames = map[string]string{
	"like": "👍", "heart": "❤️", "laugh": "😆", "surprised": "😮", "sad": "😢", "angry": "😡", "checkmarkbutton": "✅",
}

// emojiOf is the emoji of a reaction: its code, or :name: for one that the organisation made itself, whose type is the word
// custom (Graph docs, "chatMessageReaction resource type"). A word that is not known is a name, too.
func emojiOf(kind, name string) string {
	if emoji, old := oldNames[kind]; old {
		return emoji
	}
	switch word := strings.IndexFunc(kind, func(c rune) bool { return c >= 0x80 }) < 0; {
	case !word:
		return kind
	case kind == "custom" && name != "":
		return ":" + name + ":"
	}
	return ":" + kind + ":"
}
