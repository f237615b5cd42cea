// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/cards"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Teams keeps the text of a code snippet beside the message, as it keeps pictures. The post shows it as a code block where the
// snippet stands. Of the record only that there is a snippet is a part: nothing is fetched to find out whether a message changed.

// largestSnippet is how many bytes of code are shown. Larger ones are named, with a link.
const largestSnippet = 256 << 10

// snippetKeys is what the hash of a message has of its snippets; empty when it has none.
func snippetKeys(message TeamsMessage) (keys string) {
	for _, a := range message.Attachments {
		if s, is := card(a).Snippet(); is {
			keys += "\x00" + a.ID + "/" + s.Hosted
		}
	}
	return keys
}

// patience is withSnippets' answer to a failure of an event: a few more tries.
func (w *worker) patience(ctx context.Context, event Event) func(string, error) error {
	return func(name string, err error) error {
		_, err = w.giveUp(ctx, event, name, err)
		return err
	}
}

// withSnippets fetches the code snippets of a message. failed tells what to do about one that cannot be fetched: with an error
// the message waits, with none the snippet is named.
func (w *worker) withSnippets(ctx context.Context, message TeamsMessage, failed func(name string, err error) error) (TeamsMessage, error) {
	if w.TeamsFiles == nil {
		return message, nil
	}
	fetched := map[string]string{}
	for _, a := range message.Attachments {
		snippet, is := card(a).Snippet()
		if !is || snippet.Hosted == "" {
			continue
		}
		code := ""
		err := w.transfer(ctx, func(ctx context.Context) (err error) {
			code, err = w.snippet(ctx, message.Ref, snippet)
			return err
		})
		if err != nil {
			if err := failed(snippet.Name, err); err != nil {
				return message, err
			}
			continue
		}
		fetched[a.ID] = code
	}
	message.snippets = fetched
	return message, nil
}

// snippet is the Markdown of a code snippet.
func (w *worker) snippet(ctx context.Context, in MessageRef, s cards.Snippet) (string, error) {
	source, err := w.TeamsFiles.OpenPicture(ctx, in, s.Hosted)
	if err != nil {
		return "", err
	}
	content, err := source.Open(ctx, 0)
	if err != nil {
		return "", err
	}
	defer content.Close()
	code, err := io.ReadAll(io.LimitReader(content, largestSnippet+1))
	switch {
	case err != nil:
		return "", err
	case len(code) > largestSnippet:
		return "", &Failure{Class: Permanent, Err: errors.New("the code snippet is too long for posts")}
	}
	text := strings.TrimPrefix(strings.ToValidUTF8(strings.ReplaceAll(string(code), "\x00", ""), "\ufffd"), "\ufeff")
	block := markup.CodeBlock(text, s.Language)
	if s.Name != "" {
		block = "**" + markup.EscapeMarkdown(s.Name) + "**\n\n" + block
	}
	return block, nil
}

// untouched is withSnippets' answer to a failure while a message is edited: what may be fetched later is waited for, since the
// post may show it.
func untouched(_ string, err error) error {
	switch ClassOf(err) {
	case NotFound, Permanent, UserAction:
		return nil
	}
	return err
}
