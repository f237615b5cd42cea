// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// revisedPost is the text of a post after its message was edited in Teams: around the message's own text stays what the
// first carrying put there, the author's name before a text of the plugin's bot, a quote before a reply that lost its thread.
func (w *worker) revisedPost(ctx context.Context, mapping Mapping, message TeamsMessage, post Post) (string, error) {
	if mapping.Direction == Outbound {
		return w.revisedOwnPost(ctx, mapping, message, post)
	}
	text := content(message)
	if post.Own {
		text = named(message.From.Name, text)
	}
	if mapping.Ref.Root != "" && mapping.RootPost == "" {
		text = leadingQuote.FindString(post.Message) + text
	}
	return text, nil
}

// revisedOwnPost is for a post that was written in Mattermost: in Teams a bot's message begins with the author's name and
// a reply that lost its thread with a quote. Neither belongs into the post.
func (w *worker) revisedOwnPost(ctx context.Context, mapping Mapping, message TeamsMessage, post Post) (string, error) {
	text := markdown(message)
	bot, err := w.Accounts.WasBot(ctx, mapping.Sender)
	if err != nil {
		return "", err
	}
	if bot {
		name, err := w.authorName(ctx, post)
		if err != nil {
			return "", err
		}
		text = strings.TrimLeft(strings.TrimPrefix(text, "**"+markup.EscapeMarkdown(name)+":**"), " \n")
	}
	if post.Root != "" && mapping.Ref.Root == "" {
		text = strings.TrimPrefix(text, leadingQuote.FindString(text))
	}
	if strings.TrimSpace(text) == "" {
		text = nothingShown
	}
	return text, nil
}

// leadingQuote is the quote that a text begins with, as quoted makes it.
var leadingQuote = regexp.MustCompile(`\A(?:> [^\n]*\n)+\n+`)

// revisedMessage is the body of a message after its post was edited in Mattermost.
func (w *worker) revisedMessage(ctx context.Context, mapping Mapping, account Account, post Post) (Outgoing, error) {
	text := post.Message
	if text == "" {
		text = emptyPost
	}
	if mapping.Direction == Inbound {
		return w.revisedOwnMessage(ctx, mapping, post)
	}
	if post.Root != "" && mapping.Ref.Root == "" {
		quote, err := w.quoteOf(ctx, post.Root)
		if err != nil {
			return Outgoing{}, err
		}
		text = quote + text
	}
	if account.MattermostUser == post.Author && post.AuthorName == "" {
		return body("", text), nil
	}
	name, err := w.authorName(ctx, post)
	if err != nil {
		return Outgoing{}, err
	}
	return body(name, text), nil
}

// revisedOwnMessage is for a message that was written in Teams. What a post cannot hold would be lost from the message.
func (w *worker) revisedOwnMessage(ctx context.Context, mapping Mapping, post Post) (Outgoing, error) {
	message, err := w.Teams.Message(ctx, mapping.Ref)
	if err != nil {
		return Outgoing{}, err
	}
	for _, element := range []string{"<attachment", "<at ", "<img", "<codeblock"} {
		if strings.Contains(message.HTML, element) {
			return Outgoing{}, &Failure{Class: Permanent, Err: errors.New("the message has files, pictures, mentions or a code block of Teams' own, which an edit from Mattermost would take away from it; edit it in Teams")}
		}
	}
	text := post.Message
	if message.Subject != "" {
		text = strings.TrimPrefix(text, heading(message))
	}
	return body("", text), nil
}

// quoteOf is the quote of a post that a reply in Teams cannot be placed under.
func (w *worker) quoteOf(ctx context.Context, root PostID) (string, error) {
	post, err := w.Mattermost.Post(ctx, root)
	if err != nil && ClassOf(err) != NotFound {
		return "", err
	}
	if err != nil || post.DeleteAt > 0 {
		return quoted("", lostOriginal), nil //nolint:nilerr // a root that is gone is quoted as lost
	}
	name, err := w.authorName(ctx, post)
	if err != nil {
		return "", err
	}
	return quoted(name, post.Message), nil
}
