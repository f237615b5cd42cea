// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"encoding/json"
	"time"
)

// TeamID is a team's id, which is also the id of its group in the directory.
type TeamID string

// ChannelID is a channel's id, e.g. 19:0123…@thread.tacv2. It is unique in all of Teams.
type ChannelID string

// ChatID is a chat's id, e.g. 19:…@thread.v2.
type ChatID string

// MessageID is a message's id: the milliseconds of its creation, unique only inside its reply chain.
type MessageID string

// Place is where a conversation stands: a channel of a team, or a chat.
type Place struct {
	Team    TeamID
	Channel ChannelID
	Chat    ChatID
}

// Ref names one message. Root is empty for a root message, else the id of the message it replies to.
type Ref struct {
	Place
	Root MessageID
	ID   MessageID
}

// Timestamp is a time as Graph writes it: UTC, milliseconds, trailing zeros of the fraction dropped.
type Timestamp time.Time

const timestampLayout = "2006-01-02T15:04:05.999Z"

// Time returns the timestamp as a time.
func (t Timestamp) Time() time.Time { return time.Time(t) }

// MarshalJSON writes the timestamp as Graph does.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(t).UTC().Format(timestampLayout))
}

// UnmarshalJSON reads any RFC 3339 time.
func (t *Timestamp) UnmarshalJSON(data []byte) error { return (*time.Time)(t).UnmarshalJSON(data) }

func timestamp(ms int64) Timestamp { return Timestamp(time.UnixMilli(ms).UTC()) }

// Message is one message as Graph shows it (Graph docs, chatMessage resource). Values handed out are never changed
// afterwards, so they can be kept and compared.
type Message struct {
	ID              MessageID        `json:"id"`
	ReplyToID       *MessageID       `json:"replyToId"`
	ETag            string           `json:"etag"`
	Type            string           `json:"messageType"`
	CreatedAt       Timestamp        `json:"createdDateTime"`
	ModifiedAt      Timestamp        `json:"lastModifiedDateTime"`
	EditedAt        *Timestamp       `json:"lastEditedDateTime"`
	DeletedAt       *Timestamp       `json:"deletedDateTime"`
	Subject         *string          `json:"subject"`
	Summary         *string          `json:"summary"`
	ChatID          *ChatID          `json:"chatId"`
	Importance      string           `json:"importance"`
	Locale          string           `json:"locale"`
	WebURL          *string          `json:"webUrl"`
	ChannelIdentity *ChannelIdentity `json:"channelIdentity"`
	PolicyViolation json.RawMessage  `json:"policyViolation"`
	EventDetail     json.RawMessage  `json:"eventDetail"`
	From            *IdentitySet     `json:"from"`
	Body            Body             `json:"body"`
	Attachments     []Attachment     `json:"attachments"`
	Mentions        []Mention        `json:"mentions"`
	Reactions       []Reaction       `json:"reactions"`
}

// Ref returns the message's full name.
func (m *Message) Ref() Ref {
	ref := Ref{ID: m.ID}
	if m.ReplyToID != nil {
		ref.Root = *m.ReplyToID
	}
	if m.ChannelIdentity != nil {
		ref.Team, ref.Channel = m.ChannelIdentity.TeamID, m.ChannelIdentity.ChannelID
	}
	if m.ChatID != nil {
		ref.Chat = *m.ChatID
	}
	return ref
}

// Text is the body's content; a deleted message has none.
func (m *Message) Text() string {
	if m.Body.Content == nil {
		return ""
	}
	return *m.Body.Content
}

// ChannelIdentity says in which channel a message stands.
type ChannelIdentity struct {
	TeamID    TeamID    `json:"teamId"`
	ChannelID ChannelID `json:"channelId"`
}

// Body is an itemBody: contentType text or html. Content is null only in a deleted message.
type Body struct {
	ContentType string  `json:"contentType"`
	Content     *string `json:"content"`
}

// HTML makes an html body.
func HTML(content string) Body { return Body{ContentType: "html", Content: &content} }

// Text makes a plain text body.
func Text(content string) Body { return Body{ContentType: "text", Content: &content} }

// IdentitySet says who did something.
type IdentitySet struct {
	Application *Identity `json:"application"`
	Device      *Identity `json:"device"`
	User        *Identity `json:"user"`
}

// Identity is one party of an IdentitySet.
type Identity struct {
	Type             string `json:"@odata.type,omitempty"`
	ID               string `json:"id"`
	DisplayName      string `json:"displayName"`
	UserIdentityType string `json:"userIdentityType,omitempty"`
	TenantID         string `json:"tenantId,omitempty"`

	ApplicationIdentityType string `json:"applicationIdentityType,omitempty"`
}

func identityOf(p Person) *IdentitySet {
	return &IdentitySet{User: &Identity{
		Type:             "#microsoft.graph.teamworkUserIdentity",
		ID:               p.ID,
		DisplayName:      p.DisplayName,
		UserIdentityType: "aadUser",
		TenantID:         p.TenantID,
	}}
}

// Mention is a person, channel or team named in a message by <at id="…">.
type Mention struct {
	ID          int       `json:"id"`
	MentionText string    `json:"mentionText"`
	Mentioned   Mentioned `json:"mentioned"`
}

// Mentioned says who or what a mention names; exactly one member is set.
type Mentioned struct {
	Application  *Identity     `json:"application"`
	Device       *Identity     `json:"device"`
	User         *Identity     `json:"user"`
	Conversation *Conversation `json:"conversation"`
	Tag          *Identity     `json:"tag,omitempty"`
}

// Conversation is a mentioned channel or team.
type Conversation struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Type        string `json:"conversationIdentityType"`
}

// Attachment is a file reference or card, placed in the body by <attachment id="…">.
type Attachment struct {
	ID           string  `json:"id"`
	ContentType  string  `json:"contentType"`
	ContentURL   *string `json:"contentUrl"`
	Content      *string `json:"content"`
	Name         *string `json:"name"`
	ThumbnailURL *string `json:"thumbnailUrl"`
	TeamsAppID   *string `json:"teamsAppId"`
}

// Reaction is one person's reaction.
type Reaction struct {
	Type        string       `json:"reactionType"`
	DisplayName *string      `json:"displayName"`
	ContentURL  *string      `json:"reactionContentUrl"`
	CreatedAt   Timestamp    `json:"createdDateTime"`
	User        *IdentitySet `json:"user"`
}
