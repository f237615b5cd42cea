// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"encoding/json"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// attachment is Graph's chatMessageAttachment (Graph docs, "chatMessageAttachment resource type").
type attachment struct {
	ID           string `json:"id"`
	ContentType  string `json:"contentType"`
	ContentURL   string `json:"contentUrl,omitempty"`
	Content      string `json:"content,omitempty"`
	Name         string `json:"name,omitempty"`
	ThumbnailURL string `json:"thumbnailUrl,omitempty"`
}

// mention is Graph's chatMessageMention (Graph docs, "chatMessageMention resource type").
type mention struct {
	ID        int       `json:"id"`
	Text      string    `json:"mentionText"`
	Mentioned mentioned `json:"mentioned"`
}

// mentioned has one field that is not null.
type mentioned struct {
	User         *identity     `json:"user,omitempty"`
	Application  *identity     `json:"application,omitempty"`
	Tag          *identity     `json:"tag,omitempty"`
	Conversation *conversation `json:"conversation,omitempty"`
}

type conversation struct {
	ID   string             `json:"id"`
	Name string             `json:"displayName,omitempty"`
	Type bridge.MentionKind `json:"conversationIdentityType"` // channel, team or chat
}

func (m mention) toBridge() bridge.Mention {
	b := bridge.Mention{ID: m.ID, Text: m.Text}
	switch {
	case m.Mentioned.User != nil:
		b.Kind, b.Target = bridge.MentionUser, m.Mentioned.User.ID
	case m.Mentioned.Application != nil:
		b.Kind, b.Target = bridge.MentionApplication, m.Mentioned.Application.ID
	case m.Mentioned.Tag != nil:
		b.Kind, b.Target = bridge.MentionTag, m.Mentioned.Tag.ID
	case m.Mentioned.Conversation != nil:
		b.Kind, b.Target = m.Mentioned.Conversation.Type, m.Mentioned.Conversation.ID
	}
	return b
}

func mentionOf(b bridge.Mention) mention {
	m := mention{ID: b.ID, Text: b.Text}
	who := &identity{ID: b.Target, DisplayName: b.Text}
	switch b.Kind {
	case bridge.MentionUser:
		m.Mentioned.User = who
	case bridge.MentionApplication:
		m.Mentioned.Application = who
	case bridge.MentionTag:
		m.Mentioned.Tag = who
	default:
		m.Mentioned.Conversation = &conversation{ID: b.Target, Name: b.Text, Type: b.Kind}
	}
	return m
}

// hosted is a picture on its way into a message (Graph docs, "chatMessageHostedContent resource type").
type hosted struct {
	ID      string `json:"@microsoft.graph.temporaryId"`
	Type    string `json:"contentType"`
	Content []byte `json:"contentBytes"`
}

// outgoing is the body of a request that makes or changes a message.
func outgoing(message bridge.Outgoing) json.Marshaler { return outgoingMessage(message) }

type outgoingMessage bridge.Outgoing

// MarshalJSON names only what the message has.
func (o outgoingMessage) MarshalJSON() ([]byte, error) {
	var document struct {
		Body struct {
			Type    string `json:"contentType"`
			Content string `json:"content"`
		} `json:"body"`
		Importance  bridge.Importance `json:"importance,omitempty"`
		Mentions    []mention         `json:"mentions,omitempty"`
		Attachments []attachment      `json:"attachments,omitempty"`
		Hosted      []hosted          `json:"hostedContents,omitempty"`
	}
	document.Body.Type, document.Body.Content, document.Importance = "html", o.HTML, o.Importance
	for _, m := range o.Mentions {
		document.Mentions = append(document.Mentions, mentionOf(m))
	}
	for _, a := range o.Attachments {
		document.Attachments = append(document.Attachments, attachment(a))
	}
	for _, p := range o.Pictures {
		document.Hosted = append(document.Hosted, hosted(p))
	}
	return json.Marshal(document)
}
