// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package chats

import (
	"context"
	"slices"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// Joined is told that somebody was put into the private channel of a chat in Mattermost, by whom. They are put into the chat too,
// with that person's account; when that cannot be they leave the channel again: who reads a chat must be seen in it. Who leaves
// the channel stays in the chat, from which the guide's permissions let nobody be taken.
func (c *Chats) Joined(ctx context.Context, link bridge.Link, user, by bridge.UserID) error {
	known, found, err := c.Store.Chat(ctx, link.Conversation.ID)
	if err != nil || !found || !known.OwnChannel {
		return err
	}
	current, err := c.Current()
	if err != nil {
		return err
	}
	chat, err := current.Graph.Chat(ctx, link.Conversation.ID)
	if err != nil {
		return err
	}
	person, somebody, err := c.People.PersonOf(ctx, user)
	if err != nil {
		return err
	}
	if somebody && slices.ContainsFunc(chat.Members, func(m teams.ChatMember) bool { return m.User == person.ID }) {
		return nil // the bridge put them there
	}
	if somebody {
		account, able, err := c.Accounts.OfUser(ctx, by)
		if err != nil {
			return err
		}
		if able && by != user {
			if err = current.Graph.AddChatMember(ctx, account.ID, chat.ID, person.ID); err == nil {
				return nil
			}
			c.Log.Warn("could not put somebody into a chat", "conversation", chat.ID, "user", user, "by", by, "error", err)
		}
	}
	if err := c.Mattermost.RemoveMember(ctx, link.Channel, user); err != nil {
		return err
	}
	return c.Mattermost.Notify(ctx, by, notInChat)
}

const notInChat = "Only people who are in the Microsoft Teams chat can be in the channel that shows it, so who you added has left it again. " +
	"You can add people who have connected a Teams account, when you have connected yours; others are added in Teams."
