// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// What is shown in place of something that cannot be.
const (
	lostOriginal = "a message that is no longer there"
	nothingShown = "_This message has no text. Open Microsoft Teams to see it._"
	emptyPost    = "_This message has no text. Open Mattermost to see it._"
)

// compose makes the post of a Teams message: as its author or who mirrors that person, else as the plugin's bot with the
// author's name before the text. thread is what it replies to, if that is known yet.
func (w *worker) compose(ctx context.Context, people People, message TeamsMessage, thread PostID, quote string) (NewPost, error) {
	post := NewPost{Channel: w.link.Channel}
	if event := w.eventHTML(ctx, message); event != "" {
		post.Message = quote + markup.ToMarkdown(event) // by the plugin's bot
		return post, nil
	}
	post.Priority = w.priority(message, thread)
	text, err := w.content(ctx, message, "", post.Priority)
	if err != nil {
		return NewPost{}, err
	}
	if message.From.User != "" {
		author, known, err := people.AuthorOf(ctx, message.From, w.link)
		if err != nil {
			return NewPost{}, err
		}
		if known {
			post.Author = author
		}
	}
	if post.Author == "" {
		text = named(message.From.Name, text)
	}
	post.Message = quote + text
	return post, nil
}

// content is what a post shows of a Teams message, without its author and what it replies to. shown is the post's text
// before, if there is one; its priority says that much of the message's importance.
func (w *worker) content(ctx context.Context, message TeamsMessage, shown string, priority Importance) (string, error) {
	text, err := w.markdown(ctx, message, shown)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" && message.brought == 0 {
		text = nothingShown
	}
	if message.Subject != "" {
		text = heading(message) + text
	}
	return labelled(message, priority, text), nil
}

// heading is the line that shows a message's subject.
func heading(message TeamsMessage) string {
	return "## " + markup.EscapeMarkdown(message.Subject) + "\n"
}

// markdown is a Teams message's text for Mattermost. shown is the post's text before, if there is one.
func (w *worker) markdown(ctx context.Context, message TeamsMessage, shown string) (string, error) {
	if asText(message) {
		return markup.EscapeMarkdown(message.HTML), nil
	}
	reading, err := w.reading(ctx, message, shown)
	if err != nil {
		return "", err
	}
	return reading.Markdown(expanded(message)), nil
}

// formless is a Teams message's text for a quote.
func formless(message TeamsMessage) string {
	if asText(message) {
		return markup.EscapeMarkdown(message.HTML)
	}
	return markup.ToMarkdown(expanded(message))
}

// named puts a name before a text: on the same line, unless the text begins with something that must begin a line.
func named(name, text string) string {
	if name == "" {
		name = "Unknown sender"
	}
	separator := " "
	if text == "" {
		separator = ""
	} else if beginsBlock(text) {
		separator = "\n"
	}
	return "**" + markup.EscapeMarkdown(name) + ":**" + separator + text
}

// beginsBlock tells whether a text begins with a heading, a quote, a list, a table, a code block or a
// formula that has its lines to itself.
func beginsBlock(text string) bool {
	switch text[0] {
	case '#', '>', '|':
		return true
	case '-', '+', '*':
		return strings.HasPrefix(text[1:], " ") || strings.HasPrefix(text, "---")
	case '$':
		first, _, more := strings.Cut(text, "\n")
		return more && strings.HasPrefix(text, "$$") && strings.Count(first, "$$") == 1 // a formula over several lines
	case '`', '~':
		return strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~")
	}
	rest := strings.TrimLeft(text, "0123456789")
	return rest != text && (strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, ") "))
}

// longestQuote is how many characters of an original are repeated in a quote.
const longestQuote = 200

// quoted is the Markdown quote of a message that cannot be replied to. It notifies nobody.
func quoted(name, text string) string {
	text = quiet(text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > longestQuote {
		text = string([]rune(text)[:longestQuote]) + "…"
	}
	if name == "" {
		return "> _" + text + "_\n\n"
	}
	return "> **" + markup.EscapeMarkdown(name) + ":** " + text + "\n\n"
}

// authored puts the author's name before a message that a bot sends for somebody.
func authored(name string, message Outgoing) Outgoing {
	if name == "" {
		return message
	}
	name = "<strong>" + html.EscapeString(name) + ":</strong>"
	if rest, ok := strings.CutPrefix(message.HTML, "<p>"); ok {
		message.HTML = "<p>" + name + " " + rest
	} else {
		message.HTML = "<p>" + name + "</p>" + message.HTML
	}
	return message
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// textHash is of the canonical text: Teams rewrites the HTML that it is given. What else a post shows is part of it where
// there is any, so that the hash of a mere text stays what it always was.
func textHash(message TeamsMessage) string {
	message.snippets = nil // whether they could be fetched makes no difference
	text := markup.Canonical(expanded(message))
	if asText(message) {
		text = strings.Join(strings.Fields(message.HTML), " ")
	}
	if message.Importance != "" {
		text += "\x00" + string(message.Importance)
	}
	if message.Subject != "" {
		text += "\x00subject " + message.Subject
	}
	text += snippetKeys(message)
	return hash(text)
}

// teamsForm is of the text with its form, in as far as Mattermost can show it.
func teamsForm(message TeamsMessage) string {
	message.snippets = nil
	if asText(message) {
		return hash(markup.EscapeMarkdown(expanded(message)))
	}
	return hash(formReading(message).Markdown(expanded(message)))
}
