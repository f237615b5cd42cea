// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"net/url"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

const channelDelta = channelMessages + "/delta"

// chainsPerPage is how many messages with their replies are read at once: each may have 1,000 replies.
const chainsPerPage = "20"

// maxHistory bounds what is read of one page of a history.
const maxHistory = 64 << 20

// chain is a message with its replies as far as they were expanded.
type chain struct {
	chatMessage
	Replies []chatMessage `json:"replies"`
	More    string        `json:"replies@odata.nextLink"`
}

// History reads one page of what changed in a conversation since then, deleted messages included: of a channel whole reply
// chains in which anything changed, which also hold messages that did not. page is empty for the first one, else what the page
// before returned as next; next is empty after the last page. Pages and messages have no order and may repeat.
//
// Channels are read with a delta query from a time on, because delta tokens end and times do not (Graph docs, "chatMessage:
// delta"), chats by lastModifiedDateTime (Graph docs, "List messages in a chat").
func (c *Client) History(ctx context.Context, in bridge.Conversation, since time.Time, page string) (messages []bridge.TeamsMessage, next string, err error) {
	filter := url.QueryEscape("lastModifiedDateTime gt " + since.UTC().Format("2006-01-02T15:04:05.000Z"))
	r := request{method: "GET", route: channelDelta, path: []string{string(in.Team), string(in.ID)}, link: page, repeat: true, most: maxHistory,
		query: "$top=" + chainsPerPage + "&$expand=replies&$filter=" + filter}
	if in.Team == "" {
		r.route, r.path = chatMessages, []string{string(in.ID)}
		r.query = "$top=" + pageSize + "&$orderby=lastModifiedDateTime%20desc&$filter=" + filter
	}
	var answer struct {
		Value []chain `json:"value"`
		Next  string  `json:"@odata.nextLink"`
	}
	if err := c.do(ctx, r, &answer); err != nil {
		return nil, "", err
	}
	for _, root := range answer.Value {
		if root.ID == "" {
			continue
		}
		messages = append(messages, root.toBridge(in))
		replies, err := c.replies(ctx, in, root)
		if err != nil {
			return nil, "", err
		}
		for _, reply := range replies {
			if reply.ReplyTo == "" {
				reply.ReplyTo = root.ID
			}
			messages = append(messages, reply.toBridge(in))
		}
	}
	return messages, answer.Next, nil
}

// replies are those that were expanded and those that were too many to be.
func (c *Client) replies(ctx context.Context, in bridge.Conversation, root chain) ([]chatMessage, error) {
	replies := root.Replies
	for next := root.More; next != ""; {
		var page struct {
			Value []chatMessage `json:"value"`
			Next  string        `json:"@odata.nextLink"`
		}
		if err := c.do(ctx, request{method: "GET", route: channelReplies, path: []string{string(in.Team), string(in.ID), string(root.ID)}, link: next, repeat: true}, &page); err != nil {
			return nil, err
		}
		replies, next = append(replies, page.Value...), page.Next
	}
	return replies, nil
}
