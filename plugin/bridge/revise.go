// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// revisedPost is the text of a post after its message was edited in Teams: around the message's own text stays what the
// first carrying put there, the author's name before a text of the plugin's bot, a quote before a reply that lost its thread.
func (w *worker) revisedPost(ctx context.Context, mapping Mapping, message TeamsMessage, post Post) (string, error) {
	if mapping.Direction == Outbound {
		return w.revisedOwnPost(ctx, mapping, message, post)
	}
	text, err := w.content(ctx, message, post.Message, post.Priority)
	if err != nil {
		return "", err
	}
	if post.Own {
		text = named(message.From.Name, text)
	}
	quote, err := w.quoteBefore(ctx, mapping, message, post)
	return quote + text, err
}

// revisedOwnPost is for a post that was written in Mattermost: in Teams a bot's message begins with the author's name and
// a reply that lost its thread with a quote. Neither belongs into the post.
func (w *worker) revisedOwnPost(ctx context.Context, mapping Mapping, message TeamsMessage, post Post) (string, error) {
	text, err := w.markdown(ctx, message, post.Message)
	if err != nil {
		return "", err
	}
	bot, err := w.Accounts.WasBot(ctx, mapping.Sender)
	if err != nil {
		return "", err
	}
	name, err := w.authorName(ctx, post)
	if err != nil {
		return "", err
	}
	quotes := post.Root != "" && mapping.Ref.Root == "" && !(mapping.Ref.Conversation.IsChat() && len(references(message)) > 0)
	alone := func(text string, first bool) string {
		if olderThan(w.link, post) {
			text = strings.TrimLeft(strings.TrimPrefix(text, writtenAtInMarkdown(post)), " \n")
		}
		if bot {
			text = withoutName(name, text)
		}
		if quotes && first {
			text = strings.TrimPrefix(text, quoteAtBeginning(text))
		}
		return text
	}
	others, err := w.messagesBeside(ctx, mapping)
	if err != nil {
		return "", err
	}
	text = w.withoutNotices(alone(text, len(others.before) == 0), mapping.Record.Files, "Mattermost")
	if text, err = w.allParts(ctx, post, message, mapping.Record.Files, text, name, others, alone); err != nil {
		return "", err
	}
	text = withoutCards(text, post)
	if strings.TrimSpace(text) == "" && message.brought == 0 && post.Cards == "" {
		text = nothingShown
	}
	return text, nil
}

// withoutName takes the author's name from the text of a bot's message.
func withoutName(name, text string) string {
	return strings.TrimLeft(strings.TrimPrefix(text, "**"+markup.EscapeMarkdown(name)+":**"), " \n")
}

// revisedMessage is the body of a message after its post was edited in Mattermost.
// It fails with errSeveral when it needs several. rest are the posts beside it, of a message from Teams.
func (w *worker) revisedMessage(ctx context.Context, mapping Mapping, account Account, post Post, rest []otherPart, files []CarriedFile) (Outgoing, error) {
	text := said(post)
	if text == "" && len(post.Files) == 0 {
		text = emptyPost
	}
	if mapping.Direction == Inbound {
		return w.revisedOwnMessage(ctx, mapping, post, rest, files)
	}
	if w.link.Conversation.IsChat() {
		edited, err := w.revisedInChat(ctx, mapping, post, text)
		if err != nil {
			return Outgoing{}, err
		}
		return w.alone(w.withPictures(ctx, mapping, w.attach(edited.as(post), files), files))
	}
	if post.Root != "" && mapping.Ref.Root == "" {
		quote, err := w.quoteOf(ctx, post.Root)
		if err != nil {
			return Outgoing{}, err
		}
		text = quote + text
	}
	name := ""
	if !post.System && (account.MattermostUser != post.Author || post.AuthorName != "") {
		var err error
		if name, err = w.authorName(ctx, post); err != nil {
			return Outgoing{}, err
		}
	}
	message, err := w.inTeams(ctx, post, text, nil)
	if err != nil {
		return Outgoing{}, err
	}
	message = authored(name, message)
	if dated, err := w.showsWhenWritten(ctx, mapping, post); err != nil {
		return Outgoing{}, err
	} else if dated {
		message = dating(post, message)
	}
	return w.alone(w.withPictures(ctx, mapping, w.attach(message.as(post), files), files))
}

// alone is a message if Teams takes it as one.
func (w *worker) alone(message Outgoing, err error) (Outgoing, error) {
	if err == nil && sizeInTeams(message) > largestMessage {
		return Outgoing{}, errSeveral
	}
	return message, err
}

// revisedOwnMessage is for a message that was written in Teams: it says what its posts say together.
func (w *worker) revisedOwnMessage(ctx context.Context, mapping Mapping, post Post, rest []otherPart, files []CarriedFile) (Outgoing, error) {
	message, err := w.Teams.Message(ctx, mapping.Ref)
	if err != nil {
		return Outgoing{}, err
	}
	if message, err = w.withSnippets(ctx, message, untouched); err != nil {
		return Outgoing{}, err
	}
	quote, err := w.quoteBefore(ctx, mapping, message, post)
	if err != nil {
		return Outgoing{}, err
	}
	shown := post.Message
	for _, part := range rest {
		shown += "\n\n" + part.Message
	}
	whole, err := w.content(ctx, message, shown, post.Priority)
	if err != nil {
		return Outgoing{}, err
	}
	if len(rest) == 0 && len(postParts(quote+whole)) > 1 {
		if rest, err = w.rest(ctx, mapping, message); err != nil {
			return Outgoing{}, err
		}
	}
	text := strings.TrimPrefix(w.withoutNotices(together(post, rest, quote+whole), files, "Microsoft Teams"), quote)
	text = strings.TrimPrefix(text, label(message.Importance))
	if message.Subject != "" {
		text = strings.TrimPrefix(text, heading(message))
	}
	reading, err := w.reading(ctx, message, shown)
	if err != nil {
		return Outgoing{}, err
	}
	marked, err := takeShown(text, whole, message, reading)
	if err != nil {
		return Outgoing{}, err
	}
	message = marked.message
	edited, err := w.inTeams(ctx, post, marked.text, message.Mentions)
	if err != nil {
		return Outgoing{}, err
	}
	edited.HTML = marked.put(edited.HTML)
	edited.Importance, edited.Subject = message.Importance, message.Subject
	// What Teams has, it takes again.
	now := sizeInTeams(Outgoing{HTML: message.HTML, Mentions: message.Mentions, Attachments: message.Attachments})
	if edited = keep(edited, message, files); sizeInTeams(edited) > max(largestMessage, now) {
		return Outgoing{}, tooLong
	}
	return edited, nil
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
	return quoted(name, said(post)), nil
}

// revisedInChat is the body of a message that answers another one: an edit replaces what it quotes too.
func (w *worker) revisedInChat(ctx context.Context, mapping Mapping, post Post, text string) (Outgoing, error) {
	name := post.AuthorName
	edited, err := w.inTeams(ctx, post, text, nil)
	if err != nil || post.Root == "" {
		return authored(name, edited), err
	}
	message, err := w.Teams.Message(ctx, mapping.Ref)
	if err != nil {
		return Outgoing{}, err
	}
	if len(references(message)) > 0 {
		return keepReferences(authored(name, edited), message), nil
	}
	quote, err := w.quoteOf(ctx, post.Root)
	if err != nil {
		return Outgoing{}, err
	}
	if edited, err = w.inTeams(ctx, post, quote+text, nil); err != nil {
		return Outgoing{}, err
	}
	return keepReferences(authored(name, edited), message), nil
}
