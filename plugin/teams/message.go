// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// chatMessage is Graph's as far as it is used (Graph docs, "chatMessage resource type").
type chatMessage struct {
	Chat    bridge.ConversationID `json:"chatId"`
	Channel struct {
		ID bridge.ConversationID `json:"channelId"`
	} `json:"channelIdentity"`
	ID       bridge.TeamsMessageID `json:"id"`
	ReplyTo  bridge.TeamsMessageID `json:"replyToId"`
	Etag     string                `json:"etag"`
	Type     string                `json:"messageType"`
	Created  time.Time             `json:"createdDateTime"`
	Modified time.Time             `json:"lastModifiedDateTime"`
	Edited   *time.Time            `json:"lastEditedDateTime"`
	Deleted  *time.Time            `json:"deletedDateTime"`
	Subject  string                `json:"subject"`
	WebURL   string                `json:"webUrl"`
	From     struct {
		User        *identity `json:"user"`
		Application *identity `json:"application"`
	} `json:"from"`
	Body struct {
		ContentType string `json:"contentType"`
		Content     string `json:"content"`
	} `json:"body"`
	Importance  string          `json:"importance"`
	Event       json.RawMessage `json:"eventDetail"`
	Mentions    []mention       `json:"mentions"`
	Attachments []attachment    `json:"attachments"`
	Reactions   []struct {
		Type string    `json:"reactionType"`
		Name string    `json:"displayName"`
		At   time.Time `json:"createdDateTime"`
		User struct {
			User *identity `json:"user"`
		} `json:"user"`
	} `json:"reactions"`
}

type identity struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Kind        string `json:"userIdentityType,omitempty"`
	TenantID    string `json:"tenantId,omitempty"`
}

// anonymous tells whether an identity of this kind is nobody's account.
func anonymous(kind string) bool {
	switch kind {
	case "anonymousGuest", "skypeUser", "phoneUser", "emailUser":
		return true
	}
	return false
}

// ReadMessage reads a message's JSON as a notification carries it. in is where the notification says that it stands; the
// message itself says so as well and is believed.
func ReadMessage(document []byte, in bridge.Conversation) (bridge.TeamsMessage, error) {
	var m chatMessage
	if err := json.Unmarshal(document, &m); err != nil {
		return bridge.TeamsMessage{}, errors.New("what was encrypted is no message")
	}
	if own := cmp.Or(m.Channel.ID, m.Chat); own != "" {
		in.ID = own
	}
	return m.toBridge(in), nil
}

func (m chatMessage) toBridge(in bridge.Conversation) bridge.TeamsMessage {
	t := bridge.TeamsMessage{
		Ref:  bridge.MessageRef{Conversation: in, Root: m.ReplyTo, ID: m.ID},
		Etag: m.Etag, HTML: m.Body.Content, Text: m.Body.ContentType == "text", Subject: m.Subject, WebURL: m.WebURL,
		CreatedAt: m.Created, ModifiedAt: m.Modified, EditedAt: orZero(m.Edited), DeletedAt: orZero(m.Deleted),
		// Graph shows system events as unknownFutureValue to clients that do not ask for more.
		System: m.Type != "" && m.Type != "message",
	}
	if !t.Text {
		t.Attempt = attempt(m.Body.Content)
	}
	switch {
	case m.From.User != nil:
		t.From = bridge.Sender{
			User: bridge.TeamsUserID(m.From.User.ID), Name: m.From.User.DisplayName, Tenant: m.From.User.TenantID,
			Anonymous: anonymous(m.From.User.Kind),
		}
	case m.From.Application != nil:
		t.From = bridge.Sender{Name: m.From.Application.DisplayName, Application: true}
	}
	if string(m.Event) != "null" {
		t.Event = m.Event
	}
	switch i := bridge.Importance(m.Importance); i {
	case bridge.High, bridge.Urgent:
		t.Importance = i
	}
	for _, mention := range m.Mentions {
		t.Mentions = append(t.Mentions, mention.toBridge())
	}
	for _, a := range m.Attachments {
		t.Attachments = append(t.Attachments, bridge.Attachment(a))
	}
	for _, r := range m.Reactions {
		reaction := bridge.Reaction{Emoji: emojiOf(r.Type, r.Name), At: r.At}
		if r.User.User != nil {
			reaction.User = bridge.TeamsUserID(r.User.User.ID)
		}
		t.Reactions = append(t.Reactions, reaction)
	}
	return t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func sortNewestFirst(messages []bridge.TeamsMessage) {
	slices.SortStableFunc(messages, func(a, b bridge.TeamsMessage) int { return b.CreatedAt.Compare(a.CreatedAt) })
}
