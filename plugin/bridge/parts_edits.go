// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// A post that stands in Teams in parts is edited on either side: in Mattermost each part becomes what it is to be, in Teams the
// post becomes what the parts say together. Only the last part is the mapping's, so what happens to the others is found by the
// keys in them.

// revisedParts are the messages of a post in parts after its edit: those beside the mapping's, and that one. attempt is the key of
// the send, beside how many others stand in Teams. There may be fewer than before; more would stand in the wrong place.
func (w *worker) revisedParts(ctx context.Context, mapping Mapping, account Account, post Post, files []CarriedFile, attempt AttemptKey, beside int) ([]Outgoing, Outgoing, error) {
	text, shown := said(post), ""
	name, err := w.authorName(ctx, post)
	if err != nil {
		return nil, Outgoing{}, err
	}
	if !post.System && (account.MattermostUser != post.Author || post.AuthorName != "") {
		shown = name
	}
	referring := mapping.Ref.Conversation.IsChat() && post.Root != ""
	var now TeamsMessage
	if referring {
		if now, err = w.Teams.Message(ctx, mapping.Ref); err != nil {
			return nil, Outgoing{}, err
		}
	}
	if post.Root != "" && mapping.Ref.Root == "" && len(references(now)) == 0 {
		quote, err := w.quoteOf(ctx, post.Root)
		if err != nil {
			return nil, Outgoing{}, err
		}
		text = quote + text
	}
	texts, err := w.messageParts(ctx, post, name, text)
	if err != nil {
		return nil, Outgoing{}, err
	}
	last := len(texts) - 1
	if attempt == "" || last > beside {
		return nil, Outgoing{}, tooLong
	}
	parts := make([]Outgoing, len(texts))
	for i, text := range texts {
		part, err := w.inTeams(ctx, post, text, nil)
		if err != nil {
			return nil, Outgoing{}, err
		}
		parts[i] = authored(shown, part).as(post)
		key := attempt.part(i)
		if i == last {
			key = attempt
			if parts[i], err = w.withPictures(ctx, mapping, w.attach(keepReferences(parts[i], now), files), files); err != nil {
				return nil, Outgoing{}, err
			}
		}
		parts[i].HTML = markup.Mark(parts[i].HTML, string(key))
	}
	return parts[:last], parts[last], nil
}

// changeOfPart carries an edit of a part beside the mapping's that somebody made in Teams. done is false of what is no such part.
func (w *worker) changeOfPart(ctx context.Context, event *InboundEvent) (done bool, err error) {
	if event.Kind != Edit || w.beforeLink(event.Ref.ID) {
		return false, nil
	}
	if _, queued, err := w.Store.InboundState(ctx, event.Ref, Create); queued || err != nil {
		return false, err
	}
	part, err := w.Teams.Message(ctx, event.Ref)
	switch {
	case err != nil && ClassOf(err) == NotFound:
		return false, nil //nolint:nilerr // what is gone is no part; the caller goes on as without
	case err != nil:
		return false, err
	case !part.Attempt.isPart():
		return false, nil
	}
	if part.EditedAt.IsZero() || !part.DeletedAt.IsZero() {
		return true, w.ignore(ctx, event.Event, Echo) // reactions to parts stay in Teams
	}
	recent, err := w.Teams.Recent(ctx, w.link.Conversation, event.Ref.Root, part.CreatedAt.Add(-clockSkew))
	if err != nil {
		return false, err
	}
	for _, message := range recent {
		if message.Attempt != part.Attempt.whole() {
			continue
		}
		mapping, known, err := w.Store.MappingOf(ctx, message.Ref)
		if err != nil {
			return false, err
		}
		if known && mapping.State == Confirmed && mapping.Direction == Outbound && !mapping.Record.Deleted {
			return true, w.revisePartly(ctx, event, mapping, message)
		}
	}
	return false, nil
}

// revisePartly brings a post to what the parts in Teams say together. message is the mapping's.
func (w *worker) revisePartly(ctx context.Context, event *InboundEvent, mapping Mapping, message TeamsMessage) error {
	post, err := w.Mattermost.Post(ctx, mapping.Post)
	if err != nil && ClassOf(err) != NotFound {
		return err
	}
	if err != nil || post.DeleteAt > 0 {
		return w.ignore(ctx, event.Event, Deleted) // that is on its way to Teams
	}
	now, err := w.broughtAgain(ctx, event, mapping, message, post)
	if err != nil {
		return err
	}
	revised, err := w.revisedPost(ctx, mapping, now.shown, post)
	if err != nil {
		return err
	}
	if revised == post.Message {
		return w.nothingToWrite(ctx, event, mapping, Echo)
	}
	if !mapping.carries(mapping.Record.postHashOf(post)) && mapping.Record.PostHash != "" {
		if wait, err := w.editIsOnItsWay(ctx, event, post); wait || err != nil {
			return err
		}
	}
	record := mapping.Record
	record.PostHash = record.postHashOf(post.with(revised, post.Files))
	if err := w.write(ctx, event, mapping, record, record.PostHash, func(ctx context.Context, record *Record) error {
		updated, err := w.update(ctx, post, revised, post.Files, record)
		if err != nil && w.postIsGone(ctx, post.ID) {
			*record = mapping.Record
			return nil
		}
		if err != nil {
			return err
		}
		record.PostHash = record.postHashOf(updated)
		return w.updateCopies(ctx, mapping, updated.Message)
	}); err != nil {
		return err
	}
	w.carriedChange(Edit, message.ModifiedAt)
	return nil
}

// allParts is the text of a post whose message is the last part of several. What nobody changed in Teams stays as its author wrote
// it: own are the post's parts as they were sent, text is the message's. alone takes from a text of Teams what is not the post's.
func (w *worker) allParts(ctx context.Context, mapping Mapping, message TeamsMessage, post Post, text string, own []string, alone func(part int, text string) string) (string, error) {
	var there map[AttemptKey]TeamsMessage
	if message.Attempt != "" {
		var err error
		if there, err = w.partsInTeams(ctx, mapping.Ref.Root, message.Attempt, time.UnixMilli(post.CreateAt)); err != nil {
			return "", err
		}
	}
	last := len(own) - 1
	for key := range there {
		last = max(last, key.number()+1)
	}
	whole := ""
	for i := range last {
		part, found := there[message.Attempt.part(i)]
		said := ""
		if found {
			var err error
			if said, err = w.markdown(ctx, part, post.Message); err != nil {
				return "", err
			}
			said = alone(i, said)
		}
		if last == len(own)-1 && (!found || w.samePart(ctx, post, own[i], said, part)) {
			said = own[i]
		}
		if said = partNumber.ReplaceAllString(said, ""); said != "" {
			whole += said + "\n\n"
		}
	}
	if last == len(own)-1 && w.samePart(ctx, post, own[last], text, message) {
		text = own[last]
	}
	return whole + partNumber.ReplaceAllString(text, ""), nil
}

// samePart tells whether a part says in Teams what it says in the post.
func (w *worker) samePart(ctx context.Context, post Post, own, said string, part TeamsMessage) bool {
	if part.EditedAt.IsZero() {
		return true
	}
	sent, err := w.inTeams(ctx, post, own, nil)
	if err != nil {
		return false
	}
	text, err := w.markdown(ctx, TeamsMessage{Ref: part.Ref, HTML: sent.HTML, Mentions: sent.Mentions}, post.Message)
	return err == nil && text == said
}
