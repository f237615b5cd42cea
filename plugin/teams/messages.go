// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// It is the bridge's Teams.
var _ bridge.Teams = (*Client)(nil)

const (
	channelMessages = "/teams/{team-id}/channels/{channel-id}/messages"
	channelMessage  = channelMessages + "/{message-id}"
	channelReplies  = channelMessage + "/replies"
	channelReply    = channelReplies + "/{reply-id}"
	chatMessages    = "/chats/{chat-id}/messages"
	chatMessageByID = chatMessages + "/{message-id}"
)

// messagesOf returns the route of a conversation's root messages, or of the replies to root.
func messagesOf(in bridge.Conversation, root bridge.TeamsMessageID) (route string, path []string) {
	switch {
	case in.Team == "":
		return chatMessages, []string{string(in.ID)} // chats have no reply chains
	case root == "":
		return channelMessages, []string{string(in.Team), string(in.ID)}
	}
	return channelReplies, []string{string(in.Team), string(in.ID), string(root)}
}

// messageOf returns the route of one message.
func messageOf(ref bridge.MessageRef) (route string, path []string) {
	route, path = messagesOf(ref.Conversation, ref.Root)
	switch route {
	case chatMessages:
		route = chatMessageByID
	case channelMessages:
		route = channelMessage
	case channelReplies:
		route = channelReply
	}
	return route, append(path, string(ref.ID))
}

// Message reads one message as the application.
func (c *Client) Message(ctx context.Context, ref bridge.MessageRef) (bridge.TeamsMessage, error) {
	route, path := messageOf(ref)
	var m chatMessage
	err := c.do(ctx, request{method: "GET", route: route, path: path, repeat: true}, &m)
	if err != nil {
		return bridge.TeamsMessage{}, err
	}
	return m.toBridge(ref.Conversation), nil
}

// pageSize is Graph's largest page of messages (Graph docs, "List channel messages").
const pageSize = "50"

// maxPages bounds other listings, mostMessages what is read of a conversation's messages.
const (
	maxPages     = 40
	mostMessages = 10_000
)

// Recent lists the root messages of a conversation, or the replies to root, newest first, back to since. When there are too
// many it returns the newest and bridge.ErrCutShort.
func (c *Client) Recent(ctx context.Context, in bridge.Conversation, root bridge.TeamsMessageID, since time.Time) ([]bridge.TeamsMessage, error) {
	route, path := messagesOf(in, root)
	r := request{method: "GET", route: route, path: path, query: "$top=" + pageSize, repeat: true}
	var found []bridge.TeamsMessage
	var cutShort error
	for read := 0; ; {
		var page struct {
			Value []chatMessage
			Next  string `json:"@odata.nextLink"`
		}
		if err := c.do(ctx, r, &page); err != nil {
			return nil, err
		}
		older := 0
		for _, m := range page.Value {
			if m.Created.Before(since) {
				// Lists are ordered by what changed last, so an old message may stand before a new one.
				if m.Modified.Before(since) {
					older++
				}
				continue
			}
			found = append(found, m.toBridge(in))
		}
		if page.Next == "" || older > 0 && older == len(page.Value) {
			break
		}
		if read += len(page.Value); read >= mostMessages {
			cutShort = bridge.ErrCutShort
			break
		}
		r.link = page.Next
	}
	sortNewestFirst(found)
	return found, cutShort
}

// Send makes exactly one POST as the account.
func (c *Client) Send(ctx context.Context, as bridge.Account, to bridge.Conversation, root bridge.TeamsMessageID, message bridge.Outgoing) (bridge.TeamsMessage, error) {
	route, path := messagesOf(to, root)
	var m chatMessage
	if err := c.do(ctx, request{method: "POST", route: route, path: path, body: outgoing(message), as: as.ID}, &m); err != nil {
		return bridge.TeamsMessage{}, err
	}
	return m.toBridge(to), nil
}
