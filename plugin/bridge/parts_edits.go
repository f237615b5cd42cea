// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"slices"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// What somebody does in Teams to one of the messages of a post changes the post to what they say together: an edit, a delete, which
// takes that part of the text away, and bringing one back. What nobody changed stays as its author wrote it.

// changeOfPart carries what somebody did in Teams to a message beside the mapping's.
func (w *worker) changeOfPart(ctx context.Context, event *InboundEvent, mapping Mapping) error {
	switch {
	case mapping.State == Reserved:
		return w.park(ctx, event.Event, PostMapped(mapping.Post), w.Tuning.ParkFor, "waits for the other parts of the message that it changes")
	case mapping.State == Tombstone, mapping.Record.Deleted:
		return w.ignore(ctx, event.Event, Deleted)
	}
	message, err := w.Teams.Message(ctx, mapping.Ref)
	switch {
	case err != nil && ClassOf(err) == NotFound, err == nil && !message.DeletedAt.IsZero():
		return w.ignore(ctx, event.Event, Deleted) // that it was is on its way
	case err != nil:
		return err
	}
	return w.revisePartly(ctx, event, mapping, message)
}

// changeWithout carries that the mapping's message was deleted in Teams while others of the post stand: the last of them takes its
// place.
func (w *worker) changeWithout(ctx context.Context, event *InboundEvent, mapping Mapping, others beside) error {
	all := others.all()
	last := all[len(all)-1]
	if err := w.Store.TakePart(ctx, w.lease, mapping, last.Ref, teamsHash(last)); err != nil {
		return w.lookAgainAfter(ctx, event, mapping, err)
	}
	mapping, known, err := w.Store.MappingOfPart(ctx, event.Ref)
	if err != nil || !known {
		return err
	}
	return w.changeOfPart(ctx, event, mapping)
}

// revisePartly brings a post to what its messages say together. message is the mapping's.
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
	files := postFiles(now.files)
	if revised == post.Message && sameFiles(files, post.Files) {
		return w.nothingToWrite(ctx, event, mapping, Echo)
	}
	if !mapping.carries(mapping.Record.postHashOf(post)) && mapping.Record.PostHash != "" {
		if wait, err := w.editIsOnItsWay(ctx, event, post); wait || err != nil {
			return err
		}
	}
	record := mapping.Record
	record.Files = now.files
	record.PostHash = record.postHashOf(post.with(revised, files))
	if err := w.write(ctx, event, mapping, record, record.PostHash, func(ctx context.Context, record *Record) error {
		updated, err := w.update(ctx, post, revised, files, record)
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

// allParts is the text of a post that stands in Teams in several messages, or did until they were deleted. text is the mapping's
// message's, name the author's, alone takes from a text of Teams what is not the post's.
func (w *worker) allParts(ctx context.Context, post Post, message TeamsMessage, files []CarriedFile, text, name string, others beside, alone func(text string, first bool) string) (string, error) {
	if !others.ever {
		return text, nil
	}
	carrying, _, found := numberOf(text)
	if !found {
		carrying = lastPart
	}
	pieces, err := w.messagePieces(ctx, post, name, said(post), w.load(files, carrying))
	if err != nil {
		return "", err
	}
	messages := slices.Concat(others.before, []TeamsMessage{message}, others.after)
	texts := make([]string, len(messages))
	untouched := len(messages) == len(pieces)
	for i, part := range messages {
		untouched = untouched && part.EditedAt.IsZero()
		if i == len(others.before) {
			texts[i] = text
			continue
		}
		if texts[i], err = w.markdown(ctx, part, post.Message); err != nil {
			return "", err
		}
		texts[i] = alone(texts[i], i == 0)
	}
	if untouched {
		return said(post), nil
	}
	own := whole(pieces)
	parts, numbers := make([]string, len(pieces)), 0
	for i, text := range texts {
		number, of, found := numberOf(text)
		if texts[i] = withoutNumber(text); !found || of != len(own) || parts[number] != "" {
			continue
		}
		numbers++
		if parts[number] = texts[i]; w.samePart(ctx, post, own[number], text, messages[i]) {
			parts[number] = withoutNumber(own[number])
		}
	}
	if numbers < len(texts) {
		return joined(texts), nil // they are not the parts that the post has now
	}
	for number, part := range parts {
		if part == "" && others.missing {
			parts[number] = withoutNumber(own[number]) // only what was deleted goes
		}
	}
	return markup.Rejoin(said(post), pieces, parts), nil
}

// samePart tells whether a part says in Teams what it says in the post.
func (w *worker) samePart(ctx context.Context, post Post, own, said string, part TeamsMessage) bool {
	if own == said {
		return true
	}
	sent, err := w.inTeams(ctx, post, own, nil)
	if err != nil {
		return false
	}
	text, err := w.markdown(ctx, TeamsMessage{Ref: part.Ref, HTML: sent.HTML, Mentions: sent.Mentions}, post.Message)
	return err == nil && text == said
}
