// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"html"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/cards"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// expanded is a message's body with what its cards say where they stand: cards of apps, quotes, forwarded messages, and a
// line for each thing that only Teams can show. All that is made of a message's text is made of this.
func expanded(message TeamsMessage) string {
	var parts []cards.Part
	for _, a := range message.Attachments {
		switch {
		case !showsAsText(a, message):
		case message.snippets[a.ID] != "":
			parts = append(parts, cards.Part{ID: a.ID, HTML: attachmentTag(a.ID)}) // for who reads it
		default:
			parts = append(parts, cards.Part{ID: a.ID, HTML: card(a).HTML(message.WebURL)})
		}
	}
	body := message.HTML
	if message.Text && len(parts) > 0 {
		body = "<p>" + strings.ReplaceAll(html.EscapeString(body), "\n", "<br>") + "</p>"
	}
	return cards.Place(body, parts)
}

// showsAsText tells whether an attachment is shown as text. A quote in a chat is the thread that the post is in, or stands before
// the text.
func showsAsText(a Attachment, message TeamsMessage) bool {
	return card(a).IsCard() && !(a.ContentType == MessageReference && message.Ref.Conversation.IsChat())
}

func card(a Attachment) cards.Attachment {
	return cards.Attachment{ID: a.ID, ContentType: a.ContentType, ContentURL: a.ContentURL, Content: a.Content, Name: a.Name}
}

// asText tells whether a message's body is plain text and nothing else.
func asText(message TeamsMessage) bool { return message.Text && expanded(message) == message.HTML }

// label asks for the attention that a message's importance asks for, where a post cannot have a priority of its own.
func label(i Importance) string {
	switch i {
	case High:
		return "**Important!**\n"
	case Urgent:
		return "**Urgent!**\n"
	}
	return ""
}

// labelled puts the label of a message before its text, unless the post shows the same by its priority.
func labelled(message TeamsMessage, shown Importance, text string) string {
	if message.Importance == shown {
		return text
	}
	return label(message.Importance) + text
}

// priority is the priority that the post of a message gets: only roots can have one, where the server's setting allows it. What
// answers something in a chat is a reply in Mattermost only.
func (w *worker) priority(message TeamsMessage, thread PostID) Importance {
	if message.Importance == "" || message.Ref.Root != "" || thread != "" || !w.Mattermost.Priorities() {
		return ""
	}
	return message.Importance
}

// eventHTML is what a system event says, as HTML; empty when it is not to be carried.
func (e *Engine) eventHTML(ctx context.Context, message TeamsMessage) string {
	if !message.System || len(message.Event) == 0 || !e.SystemMessages() {
		return ""
	}
	return cards.Event(message.Event, func(id string) string {
		user, known, err := e.People.UserOf(ctx, TeamsUserID(id))
		if err != nil || !known {
			return ""
		}
		person, err := e.Mattermost.User(ctx, user)
		if err != nil {
			return ""
		}
		return person.DisplayName
	})
}

// outgoing tells whether a post of a linked channel is to be carried to Teams.
func (e *Engine) outgoing(post Post, link Link) bool {
	return e.outward(post, link) && !olderThan(link, post)
}

// outward is outgoing whatever the post's age.
func (e *Engine) outward(post Post, link Link) bool {
	return e.carries(post, link) && !post.Own && !post.Foreign && post.Mapping == "" && post.DeleteAt == 0
}

func olderThan(link Link, post Post) bool { return post.CreateAt < link.CreatedAt.UnixMilli() }

// carries tells whether posts of the kind are carried at all. What nobody wrote is said by a bot, of which there is none in a chat;
// what became of mirrored users is the bridge's doing and no news to Teams.
func (e *Engine) carries(post Post, link Link) bool {
	return !post.Ephemeral && (!post.System || e.SystemMessages() && !post.OfMirror && !link.Conversation.IsChat())
}

// said is what a post shows in Teams: its text, and what its message attachments and the post that it forwards say.
func said(post Post) string {
	switch {
	case post.Cards == "":
		return post.Message
	case strings.TrimSpace(post.Message) == "":
		return post.Cards
	}
	return post.Message + "\n\n" + post.Cards
}

// with is the post with another text and other files.
func (p Post) with(text string, files []FileID) Post {
	p.Message, p.Files = text, files
	return p
}

// withoutCards takes what message attachments and a forwarded post say from the text of a message that its author edited in Teams: the post shows
// them by itself.
func withoutCards(text string, post Post) string {
	if post.Cards == "" {
		return text
	}
	return strings.TrimSpace(strings.TrimSuffix(text, markup.ToMarkdown(markup.ToHTML(post.Cards))))
}

// as gives a message what else its post has.
func (o Outgoing) as(post Post) Outgoing {
	o.Importance = post.Priority
	return o
}
