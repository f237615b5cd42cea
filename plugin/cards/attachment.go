// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"encoding/json"
	"strings"
)

// Attachment is an attachment of a Teams message (Graph docs, "chatMessageAttachment resource type").
type Attachment struct {
	ID          string
	ContentType string
	ContentURL  string
	Content     string // JSON
	Name        string
}

// largest is how many bytes of a card are read. Teams takes cards of 28 KB, and of 40 KB from bots.
const largest = 256 << 10

// The content types that are not those of cards.
const (
	file      = "reference"
	quote     = "messageReference"
	forward   = "forwardedMessageReference"
	meeting   = "meetingReference"
	tab       = "tabReference"
	microsoft = "application/vnd.microsoft."
	snippet   = microsoft + "card.codesnippet"
)

// IsCard tells whether the attachment is one that HTML shows. Files are not: they have to be fetched.
func (a Attachment) IsCard() bool { return a.ContentType != file }

// HTML is what the attachment shows, of a code snippet only that there is one. message is the address of the message in Teams, where buttons that work only there
// lead; empty when it has none, as in chats.
func (a Attachment) HTML(message string) string {
	p := &page{message: message, left: mostElements}
	content := object{}
	if len(a.Content) <= largest {
		// What cannot be read is shown by its name.
		_ = json.Unmarshal([]byte(a.Content), &content)
	}
	kind := strings.ToLower(strings.TrimPrefix(a.ContentType, microsoft))
	switch {
	case a.ContentType == quote:
		p.quote(content)
	case a.ContentType == forward:
		p.forward(content)
	case a.ContentType == meeting:
		p.meeting(content, a.Name)
	case a.ContentType == snippet:
		s, _ := a.Snippet()
		p.only("Code snippet", s.Name)
	case a.ContentType == tab:
		p.only("Tab", a.Name)
	case kind == "card.adaptive":
		p.adaptive(content)
	case kind == "card.hero", kind == "card.thumbnail", kind == "card.signin":
		p.hero(content)
	case kind == "card.receipt":
		p.receipt(content)
	case kind == "card.audio", kind == "card.video", kind == "card.animation":
		p.media(strings.TrimPrefix(kind, "card."), content)
	case kind == "teams.card.o365connector", kind == "card.o365connector":
		p.connector(content)
	case kind == "teams.card.list", kind == "card.list":
		p.list(content)
	case strings.Contains(kind, "announcement"):
		p.heading(content.text("title"))
	case strings.Contains(kind, "fluid"), strings.Contains(kind, "loop"):
		p.loop(content)
	default:
		p.unknown(content)
	}
	if p.b.Len() == 0 {
		p.only(nameOf(kind), a.Name)
	}
	return p.b.String()
}

// nameOf is what a person would call a content type.
func nameOf(kind string) string {
	kind = strings.TrimPrefix(strings.TrimPrefix(kind, "teams."), "card.")
	switch {
	case strings.Contains(kind, "announcement"):
		return "Announcement"
	case strings.HasPrefix(kind, "image/"):
		return "Picture"
	case kind == "":
		return "Attachment"
	}
	if len(kind) > 60 || strings.Contains(kind, "/") {
		return "Attachment"
	}
	return "Card (" + kind + ")"
}
