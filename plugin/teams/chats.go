// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// The types of chats.
const (
	OneOnOne = "oneOnOne"
	Group    = "group"
	Meeting  = "meeting"
)

// Chat is a chat with its members.
type Chat struct {
	ID        bridge.ConversationID `json:"id"`
	Topic     string                `json:"topic"`
	Type      string                `json:"chatType"`
	TenantID  string                `json:"tenantId"`
	CreatedAt time.Time             `json:"createdDateTime"`
	Members   []ChatMember          `json:"members"`
}

// ChatMember is one person in a chat. User is empty for somebody who joined a meeting without an account.
type ChatMember struct {
	User     bridge.TeamsUserID `json:"userId"`
	Name     string             `json:"displayName"`
	TenantID string             `json:"tenantId"`
	Roles    []string           `json:"roles"`
}

// Guest tells whether the member is a guest of the tenant.
func (m ChatMember) Guest() bool { return slices.Contains(m.Roles, "guest") }

// External tells whether the member belongs to another organisation than the chat's.
func (c Chat) External(m ChatMember) bool {
	return m.User == "" || m.TenantID != "" && c.TenantID != "" && !strings.EqualFold(m.TenantID, c.TenantID)
}

const (
	chatByID    = "/chats/{chat-id}"
	chatMembers = chatByID + "/members"
)

// Chat reads a chat with its members as the application.
func (c *Client) Chat(ctx context.Context, id bridge.ConversationID) (Chat, error) {
	var chat Chat
	err := c.do(ctx, request{method: "GET", route: chatByID, path: []string{string(id)}, query: "$expand=members", repeat: true}, &chat)
	if err == nil && len(chat.Members) >= mostExpanded {
		chat.Members, err = list[ChatMember](ctx, c, request{method: "GET", route: chatMembers, path: []string{string(id)}, repeat: true})
	}
	return chat, err
}

// mostExpanded is how many members an expanded chat shows at most (Graph docs, "List chats").
const mostExpanded = 25

// AddChatMember makes exactly one POST that puts a person into a group chat or a meeting as the account.
func (c *Client) AddChatMember(ctx context.Context, as bridge.AccountID, chat bridge.ConversationID, person bridge.TeamsUserID) error {
	return c.do(ctx, request{method: "POST", route: chatMembers, path: []string{string(chat)}, body: c.newMember(person), as: as}, nil)
}

func (c *Client) newMember(person bridge.TeamsUserID) newChatMember {
	return newChatMember{
		Type: "#microsoft.graph.aadUserConversationMember", Roles: []string{"owner"},
		User: fmt.Sprintf("%s/v1.0/users('%s')", c.config.GraphURL, strings.ReplaceAll(string(person), "'", "''")),
	}
}

// ChatsOf lists the chats of the account's owner with their members.
func (c *Client) ChatsOf(ctx context.Context, as bridge.AccountID) ([]Chat, error) {
	return list[Chat](ctx, c, request{method: "GET", route: "/me/chats", query: "$expand=members&$top=50", as: as, repeat: true})
}

// newChatMember is a member in a request.
type newChatMember struct {
	Type  string   `json:"@odata.type"`
	Roles []string `json:"roles"`
	User  string   `json:"user@odata.bind"`
}

// CreateChat makes exactly one POST for a chat of these people as the account, whose owner is one of them. Two people have one
// chat, which is returned when they have it; a group gets a new one each time.
func (c *Client) CreateChat(ctx context.Context, as bridge.AccountID, kind string, people []bridge.TeamsUserID) (bridge.ConversationID, error) {
	body := struct {
		Type    string          `json:"chatType"`
		Members []newChatMember `json:"members"`
	}{Type: kind}
	for _, person := range people {
		body.Members = append(body.Members, c.newMember(person))
	}
	var made Chat
	if err := c.do(ctx, request{method: "POST", route: "/chats", body: body, as: as, repeat: kind == OneOnOne}, &made); err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", &bridge.Failure{Class: bridge.Unknown, Err: errors.New("Graph named no id of the chat that it made")}
	}
	return made.ID, nil
}

// MessagesOf reads one page of what changed since then in all chats of a person, as the application, deleted messages
// included. page is empty for the first one, else what the page before returned as next; next is empty after the last one.
// Where metering is in force this is metered.
func (c *Client) MessagesOf(ctx context.Context, person bridge.TeamsUserID, since time.Time, page string) (messages []bridge.TeamsMessage, next string, err error) {
	filter := url.QueryEscape("lastModifiedDateTime gt " + since.UTC().Format("2006-01-02T15:04:05.000Z"))
	var answer struct {
		Value []chatMessage `json:"value"`
		Next  string        `json:"@odata.nextLink"`
	}
	err = c.do(ctx, request{method: http.MethodGet, route: "/users/{user-id}/chats/getAllMessages", path: []string{string(person)}, link: page, repeat: true, most: maxHistory,
		query: "$top=" + pageSize + "&$filter=" + filter}, &answer)
	if err != nil {
		return nil, "", err
	}
	for _, m := range answer.Value {
		if m.ID != "" && m.Chat != "" {
			messages = append(messages, m.toBridge(bridge.Conversation{ID: m.Chat}))
		}
	}
	return messages, answer.Next, nil
}
