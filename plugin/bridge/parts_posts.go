// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// A message from Teams that stands in several posts is the first one's mapping. Each of the posts may be edited: what they say
// together is the message's text then. Record.RestHash tells whether the others still say what was agreed.

// otherPart is a part of a message beside the mapping's.
type otherPart struct {
	Post           // zero when it does not stand
	name MappingID // that its post has or will have
}

// rest finds the posts of a mapping's other parts. A part that was deleted, because the text had become shorter, gets
// another name when it is needed again.
func (w *worker) rest(ctx context.Context, mapping Mapping, message TeamsMessage) (parts []otherPart, err error) {
	since := mapping.ReservedAt
	if !message.CreatedAt.IsZero() && message.CreatedAt.Before(since) {
		since = message.CreatedAt // older messages have their own time
	}
	for {
		part := otherPart{name: mapping.ID.part(len(parts) + 1)}
		for again := 0; ; again++ {
			if again > 0 {
				part.name = MappingID(fmt.Sprintf("%s.%d", mapping.ID.part(len(parts)+1), again))
			}
			post, found, err := w.Mattermost.FindByMapping(ctx, mapping.Channel, part.name, since.Add(-w.Tuning.ScanOverlap))
			switch {
			case err != nil:
				return nil, err
			case !found && again == 0:
				return parts, nil
			case found && post.DeleteAt > 0:
				continue
			case found:
				part.Post = post
			}
			break
		}
		parts = append(parts, part)
	}
}

// part names a part of a mapping's message.
func (id MappingID) part(n int) MappingID { return MappingID(fmt.Sprintf("%s/%d", id, n)) }

// isPart tells whether a post shows a part of a message beside the mapping's. Reactions to it stay in Mattermost.
func (id MappingID) isPart() bool { return strings.Contains(string(id), "/") }

// whole is the mapping of the message of which the post with the name shows a part.
func (id MappingID) whole() MappingID {
	whole, _, _ := strings.Cut(string(id), "/")
	return MappingID(whole)
}

// writeRest brings the posts of the other parts to what they are to show. Doing it twice changes nothing.
func (w *worker) writeRest(ctx context.Context, mapping Mapping, message TeamsMessage, first Post, texts []string) error {
	parts, err := w.rest(ctx, mapping, message)
	if err != nil {
		return err
	}
	for i, text := range texts {
		if i == len(parts) {
			parts = append(parts, otherPart{name: mapping.ID.part(i + 1)})
		}
		switch part := parts[i]; {
		case part.ID == "":
			if err := w.writePart(ctx, part.name, i, first, text); err != nil {
				return err
			}
		case part.Message != text:
			if _, err := w.Mattermost.UpdatePost(ctx, part.ID, text); err != nil && !w.postIsGone(ctx, part.ID) {
				return err
			}
		}
	}
	return w.deletePosts(ctx, thoseThatStand(parts[len(texts):]))
}

// thoseThatStand are the posts of those parts that stand.
func thoseThatStand(parts []otherPart) (posts []PostID) {
	for _, part := range parts {
		if part.ID != "" {
			posts = append(posts, part.ID)
		}
	}
	return posts
}

func (w *worker) writePart(ctx context.Context, name MappingID, i int, first Post, text string) error {
	next := NewPost{Channel: first.Channel, Root: first.Root, Author: first.Author, Message: text, Mapping: name}
	if next.Root == "" {
		next.Root = first.ID
	}
	if first.Own {
		next.Author = ""
	}
	if created := time.UnixMilli(first.CreateAt); time.Since(created) > time.Hour {
		next.CreatedAt = created.Add(time.Duration(i+1) * time.Millisecond)
	}
	_, err := w.Mattermost.CreatePost(ctx, next)
	return err
}

// restHash is of the texts of the posts beside the mapping's.
func restHash(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return hash(strings.Join(texts, "\x00"))
}

// restOf are the posts beside the mapping's of a message from Teams, if it has some.
func (w *worker) restOf(ctx context.Context, mapping Mapping, first Post) ([]otherPart, error) {
	if mapping.Direction != Inbound || mapping.Copy || mapping.Record.RestHash == "" && !partNumber.MatchString(first.Message) {
		return nil, nil
	}
	return w.rest(ctx, mapping, TeamsMessage{CreatedAt: time.UnixMilli(first.CreateAt)})
}

// standing are the texts of those parts that stand.
func standing(parts []otherPart) (texts []string) {
	for _, part := range parts {
		if part.ID != "" {
			texts = append(texts, part.Message)
		}
	}
	return texts
}

// restChanged tells whether somebody changed a post beside the mapping's in Mattermost.
func (w *worker) restChanged(ctx context.Context, mapping Mapping, first Post) (bool, error) {
	if mapping.Writing || mapping.Record.RestHash == "" {
		return false, nil
	}
	parts, err := w.restOf(ctx, mapping, first)
	return err == nil && restHash(standing(parts)) != mapping.Record.RestHash, err
}

// together is what the posts of a message say together. shown is what they would say if nobody had changed them.
func together(first Post, rest []otherPart, shown string) string {
	if len(rest) == 0 {
		return first.Message
	}
	texts := []string{withoutNumber(first.Message)}
	for _, part := range rest {
		texts = append(texts, withoutNumber(part.Message))
	}
	pieces := postPieces(shown)
	for len(texts) > len(pieces) && texts[len(texts)-1] == "" {
		texts = texts[:len(texts)-1] // of when the message was longer
	}
	if len(texts) == len(pieces) {
		return markup.Rejoin(shown, pieces, texts)
	}
	return joined(texts)
}

// joined puts texts below each other.
func joined(texts []string) string {
	var all []string
	for _, text := range texts {
		if text = strings.Trim(text, "\n"); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n\n")
}

// changeOfPost has the message looked at of which a post beside the mapping's was changed.
func (w *worker) changeOfPost(ctx context.Context, event *OutboundEvent, post Post) error {
	if event.Kind == React {
		return w.ignore(ctx, event.Event, Echo)
	}
	thread, err := w.Mattermost.Replies(ctx, post.Root)
	if err != nil {
		return err
	}
	root, err := w.Mattermost.Post(ctx, post.Root)
	if err != nil && ClassOf(err) != NotFound {
		return err
	}
	for _, first := range append(thread, root) {
		if first.Mapping != post.Mapping.whole() || first.DeleteAt > 0 {
			continue
		}
		edit := editOf(first, w.link)
		edit.SourceAt, edit.Found = event.SourceAt, true
		if _, err := w.Store.Depart(ctx, []Departure{edit}, 0); err != nil {
			return err
		}
		break
	}
	return w.ignore(ctx, event.Event, Echo)
}

// deleteRest deletes the posts beside the mapping's after the mapping's was deleted, and the message.
func (w *worker) deleteRest(ctx context.Context, mapping Mapping, first Post) error {
	parts, err := w.restOf(ctx, mapping, first)
	if err != nil {
		return err
	}
	return w.deletePosts(ctx, thoseThatStand(parts))
}

// tooLong says why an edit in Mattermost of a message from Teams is not carried.
var tooLong = &Failure{Class: Permanent, Err: errors.New("the message would be longer than Microsoft Teams takes; it was written there as one message and cannot become several. Make it shorter, or write the rest as another message")}
