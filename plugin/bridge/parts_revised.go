// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// An edit in Mattermost changes the messages that a post stands in. It may need fewer of them than there are, which are deleted, or
// more, which are sent: below the mapping's message, in its thread where there are threads, because there is no room between two
// messages of Teams. The mapping's message is edited last, so that it tells whether everything else has been done.

// revision is what an edit makes of the messages of a post.
type revision struct {
	message Outgoing // of the mapping's
	edited  []editedPart
	sent    []newPart
	deleted []TeamsMessage
	root    TeamsMessageID              // of what is sent
	there   map[AttemptKey]TeamsMessage // of what is to be sent, what an earlier try has sent
}

type editedPart struct {
	ref MessageRef
	newPart
}

// hash is of what the messages beside the mapping's are to show; empty: there are none.
func (r revision) hash(in Conversation) string {
	var all []string
	for _, part := range r.edited {
		all = append(all, outgoingHash(in, part.message))
	}
	for _, part := range r.sent {
		all = append(all, outgoingHash(in, part.message))
	}
	return restHash(all)
}

// besideHash is the hash of what the messages beside the mapping's show.
func besideHash(b beside) string {
	var all []string
	for _, message := range b.all() {
		all = append(all, teamsHash(message))
	}
	return restHash(all)
}

// revise plans the edit of the messages of a post. rest are the posts beside it, of a message from Teams.
func (w *worker) revise(ctx context.Context, event *OutboundEvent, mapping Mapping, account Account, post Post, rest []otherPart, files []CarriedFile) (revision, error) {
	others, err := w.messagesBeside(ctx, mapping)
	if err != nil {
		return revision{}, err
	}
	message, err := w.revisedMessage(ctx, mapping, account, post, rest, files)
	if errors.Is(err, errSeveral) {
		return w.revisedParts(ctx, event, mapping, account, post, files, others)
	}
	return revision{message: message, deleted: others.all()}, err
}

// errSeveral says that a post does not fit into one message.
var errSeveral = errors.New("the post is longer than one message")

// revisedParts plans the edit of a post that needs several messages.
func (w *worker) revisedParts(ctx context.Context, event *OutboundEvent, mapping Mapping, account Account, post Post, files []CarriedFile, others beside) (revision, error) {
	text, shown := said(post), ""
	name, err := w.authorName(ctx, post)
	if err != nil {
		return revision{}, err
	}
	if !post.System && (account.MattermostUser != post.Author || post.AuthorName != "") {
		shown = name
	}
	var now TeamsMessage
	if mapping.Ref.Conversation.IsChat() && post.Root != "" {
		if now, err = w.Teams.Message(ctx, mapping.Ref); err != nil {
			return revision{}, err
		}
	}
	if post.Root != "" && mapping.Ref.Root == "" && len(references(now)) == 0 {
		quote, err := w.quoteOf(ctx, post.Root)
		if err != nil {
			return revision{}, err
		}
		text = quote + text
	}
	dated, err := w.showsWhenWritten(ctx, mapping, post)
	if err != nil {
		return revision{}, err
	}
	texts, err := w.messageParts(ctx, post, name, text, w.load(files, len(others.before)))
	if err != nil {
		return revision{}, err
	}
	own := min(len(others.before), len(texts)-1) // which one is the mapping's
	after := min(len(others.after), len(texts)-1-own)
	r := revision{deleted: slices.Concat(others.before[own:], others.after[after:]), root: threadOf(mapping.Ref)}
	for i, text := range texts {
		part, err := w.inTeams(ctx, post, text, nil)
		if err != nil {
			return revision{}, err
		}
		if part = authored(shown, part); dated {
			part = dating(post, part)
		}
		part = part.as(post)
		key := AttemptKey(mapping.ID).part(i)
		switch {
		case i < own:
			r.edited = append(r.edited, editedPart{others.before[i].Ref, newPart{key, part}})
		case i == own:
			if r.message, err = w.withPictures(ctx, mapping, w.attach(keepReferences(part, now), files), files); err != nil {
				return revision{}, err
			}
		case i <= own+after:
			kept := others.after[i-own-1]
			r.edited = append(r.edited, editedPart{kept.Ref, newPart{key, keepReferences(part, kept)}})
		default:
			if mapping.Ref.Conversation.IsChat() {
				if part, err = w.withReference(ctx, part, mapping.Ref.ID, post.ID); err != nil {
					return revision{}, err
				}
			}
			r.sent = append(r.sent, newPart{key, part})
		}
	}
	if len(r.sent) > 0 {
		r.there, err = w.unnoted(ctx, mapping, r.root, event.ReceivedAt)
	}
	return r, err
}

// threadOf is the thread that begins with a message or that it is in.
func threadOf(ref MessageRef) TeamsMessageID {
	switch {
	case ref.Conversation.IsChat():
		return ""
	case ref.Root != "":
		return ref.Root
	}
	return ref.ID
}

// carry makes the messages of a post what they are to be. Doing it again does what was not done.
func (w *worker) carry(ctx context.Context, account Account, mapping Mapping, r revision) error {
	for _, part := range r.edited {
		part.message.HTML = markup.Mark(part.message.HTML, string(part.key))
		if err := w.Teams.Edit(ctx, account, part.ref, part.message); err != nil {
			return ofPart(err)
		}
	}
	for _, part := range r.sent {
		if err := w.sendPart(ctx, mapping.ID, account, r.root, part, r.there); err != nil {
			return err
		}
	}
	if err := w.deleteMessages(ctx, account, r.deleted); err != nil {
		return err
	}
	return w.Teams.Edit(ctx, account, mapping.Ref, r.message)
}

// unnoted finds the parts that an earlier try has sent and could not write down.
func (w *worker) unnoted(ctx context.Context, mapping Mapping, root TeamsMessageID, since time.Time) (map[AttemptKey]TeamsMessage, error) {
	there, err := w.partsInTeams(ctx, root, AttemptKey(mapping.ID), since)
	if err != nil || len(there) == 0 {
		return there, err
	}
	known, err := w.Store.PartsOf(ctx, mapping)
	for key, message := range there {
		if slices.ContainsFunc(known, func(ref MessageRef) bool { return ref.Root == message.Ref.Root && ref.ID == message.Ref.ID }) {
			delete(there, key)
		}
	}
	return there, err
}

// ofPart has an edit planned anew whose part was deleted meanwhile: the mapping's message may stand.
func ofPart(err error) error {
	if ClassOf(err) != NotFound {
		return err
	}
	return &Failure{Class: Retry, Err: fmt.Errorf("a part of the message is gone: %w", err)}
}
