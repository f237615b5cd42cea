// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"encoding/json"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Chats have no threads. What answers something quotes it: an attachment of the type messageReference, whose id is that of
// the quoted message (Graph docs, "chatMessageAttachment"). In Mattermost such a message stands in the thread of the quoted
// post, and a reply quotes the message that its thread begins with.

// MessageReference is the content type of a quote in a chat.
const MessageReference = "messageReference"

// reference is the content of a quote.
type reference struct {
	ID      TeamsMessageID `json:"messageId"`
	Preview string         `json:"messagePreview"`
	Sender  struct {
		User *referenceUser `json:"user"`
	} `json:"messageSender"`
}

type referenceUser struct {
	Type        string      `json:"userIdentityType"`
	ID          TeamsUserID `json:"id"`
	DisplayName string      `json:"displayName"`
}

// references are the quotes of a message, in their order.
func references(message TeamsMessage) (list []reference) {
	for _, a := range message.Attachments {
		if a.ContentType != MessageReference {
			continue
		}
		var r reference
		_ = json.Unmarshal([]byte(a.Content), &r) // what it says is for show
		if r.ID == "" {
			r.ID = TeamsMessageID(a.ID)
		}
		list = append(list, r)
	}
	return list
}

// quotedThread finds the thread of a message in a chat, that of the last message that it quotes. The others, and those that
// nobody can find, are shown as quotes before its text.
func (w *worker) quotedThread(ctx context.Context, event *InboundEvent, message TeamsMessage) (root PostID, quote string, err error) {
	if !w.link.Conversation.IsChat() {
		return "", "", nil
	}
	for _, r := range slices.Backward(references(message)) {
		thread, err := w.quotedPost(ctx, event, r.ID)
		switch {
		case err != nil:
			return "", "", err
		case thread != "" && (root == "" || root == thread):
			root = thread
			continue
		}
		quote = r.quote() + quote
	}
	return root, quote, nil
}

// quote is what a post shows of a quote that is not its thread.
func (r reference) quote() string {
	if r.Preview == "" {
		return quoted("", lostOriginal)
	}
	name := ""
	if r.Sender.User != nil {
		name = r.Sender.User.DisplayName
	}
	return quoted(name, markup.EscapeMarkdown(r.Preview))
}

// quoteBefore is the quote that the post of a message from Teams begins with: of the root of a reply that lost its thread, and
// of what a message in a chat quotes besides its thread. What its author quoted by hand is none of it.
func (w *worker) quoteBefore(ctx context.Context, mapping Mapping, message TeamsMessage, post Post) (quote string, err error) {
	if mapping.Ref.Root != "" && mapping.RootPost == "" {
		return quoteAtBeginning(post.Message), nil
	}
	if !mapping.Ref.Conversation.IsChat() {
		return "", nil
	}
	for _, r := range references(message) {
		target, known, err := w.Store.MappingOf(ctx, MessageRef{Conversation: mapping.Ref.Conversation, ID: r.ID})
		if err != nil {
			return "", err
		}
		if !known || mapping.RootPost == "" || target.Thread() != mapping.RootPost {
			quote += r.quote()
		}
	}
	return quote, nil
}

// quoteAtBeginning is the quote that a text begins with, as quoted makes it, with the blank lines behind it.
func quoteAtBeginning(text string) string {
	rest := text
	for strings.HasPrefix(rest, "> ") {
		_, behind, ended := strings.Cut(rest, "\n")
		if !ended {
			return ""
		}
		rest = behind
	}
	lines := strings.TrimLeft(rest, "\n")
	if len(rest) == len(text) || len(lines) == len(rest) {
		return ""
	}
	return text[:len(text)-len(lines)]
}

// quotedPost finds the thread that a quoted message is in. Empty: there is none, and none will come.
func (w *worker) quotedPost(ctx context.Context, event *InboundEvent, id TeamsMessageID) (PostID, error) {
	target := MessageRef{Conversation: event.Ref.Conversation, ID: id}
	mapping, known, err := w.Store.MappingOf(ctx, target)
	if err == nil && !known {
		mapping, known, err = w.Store.MappingOfPart(ctx, target)
	}
	switch {
	case err != nil:
		return "", err
	case known && mapping.State == Confirmed && mapping.Channel == w.link.Channel && !mapping.Record.Deleted:
		return mapping.Thread(), nil
	case known && mapping.State != Reserved:
		return "", nil
	}
	state, queued, err := w.Store.InboundState(ctx, target, Create)
	if err != nil {
		return "", err
	}
	if queued && state != Dead || !queued && !event.Waited && !w.beforeLink(id) {
		// Its turn is still to come, or it has not been announced yet, or its send is about to be confirmed.
		return "", w.park(ctx, event.Event, MessageMapped("", id), w.Tuning.ParkFor, "waits for the message that it quotes")
	}
	return "", nil
}

// withReference has a message for a chat quote the message that the post's thread begins with.
func (w *worker) withReference(ctx context.Context, message Outgoing, to TeamsMessageID, root PostID) (Outgoing, error) {
	if to == "" {
		return message, nil
	}
	r := reference{ID: to}
	mapping, known, err := w.Store.MappingOf(ctx, MessageRef{Conversation: w.link.Conversation, ID: to})
	if err != nil {
		return Outgoing{}, err
	}
	post, err := w.Mattermost.Post(ctx, root)
	if err != nil && ClassOf(err) != NotFound {
		return Outgoing{}, err
	}
	r.Preview = preview(markup.Canonical(w.mentioningNobody(post.Message).HTML)) // Teams shows it as it stands
	if known && mapping.Sender != "" {
		r.Sender.User = &referenceUser{Type: "aadUser", ID: mapping.Sender}
		if r.Sender.User.DisplayName, err = w.authorName(ctx, post); err != nil {
			return Outgoing{}, err
		}
	}
	content, err := json.Marshal(r)
	if err != nil {
		return Outgoing{}, err
	}
	message.HTML = `<attachment id="` + html.EscapeString(string(to)) + `"></attachment>` + message.HTML
	message.Attachments = append(slices.Clone(message.Attachments), Attachment{ID: string(to), ContentType: MessageReference, Content: string(content)})
	return message, nil
}

// preview is the beginning of a text, as Teams shows it in a quote.
func preview(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > longestQuote {
		text = string([]rune(text)[:longestQuote]) + "…"
	}
	return text
}

// keepReferences has the edit of a message keep what the message quotes.
func keepReferences(edited Outgoing, message TeamsMessage) Outgoing {
	for _, a := range slices.Backward(message.Attachments) {
		if a.ContentType == MessageReference && !slices.ContainsFunc(edited.Attachments, func(o Attachment) bool { return o.ID == a.ID }) {
			edited.HTML = `<attachment id="` + html.EscapeString(a.ID) + `"></attachment>` + edited.HTML
			edited.Attachments = append(slices.Clone(edited.Attachments), a)
		}
	}
	return edited
}
