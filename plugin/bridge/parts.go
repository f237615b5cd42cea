// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// A message that is longer than the other side takes is shown in numbered parts. One of them is the mapping's: in Mattermost
// the first, whose replies the others are; in Teams the last, which is sent when the others are there. The others carry the
// mapping's id or the attempt key with their number, so that after a crash those that are there already are found.

const (
	// longestPost is how many characters a post may have.
	longestPost = 16_383
	// largestMessage is how many bytes of body, mentions and attachments Teams takes. Graph says about 28 KB.
	largestMessage = 28_000
	// roomForNumber is what the number of a part, the mark of a send and the time of an old post take at most.
	roomForNumber = 300
)

// numbered adds their numbers to parts.
func numbered(parts []string) []string {
	if len(parts) < 2 {
		return parts
	}
	for i := range parts {
		parts[i] += fmt.Sprintf("\n\n*(%d/%d)*", i+1, len(parts))
	}
	return parts
}

// partNumber is what numbered adds.
var partNumber = regexp.MustCompile(`\s*\*\(\d+/\d+\)\*\z`)

// postParts are the texts of the posts that show a text.
func postParts(text string) []string {
	if utf8.RuneCountInString(text) <= longestPost {
		return []string{text}
	}
	return numbered(markup.Split(text, func(part string) bool { return utf8.RuneCountInString(part) <= longestPost-roomForNumber }))
}

// messageParts are the Markdown of the messages that show a post's text.
func (w *worker) messageParts(ctx context.Context, post Post, name, text string) ([]string, error) {
	if inOnePart(text + name) {
		return []string{text}, nil
	}
	var failed error
	parts := markup.Split(text, func(part string) bool {
		message, err := w.inTeams(ctx, post, part, nil)
		failed = errors.Join(failed, err)
		return failed != nil || sizeInTeams(authored(name, message)) <= largestMessage-roomForNumber
	})
	return numbered(parts), failed
}

// inOnePart tells whether a text surely fits into one message. Marks grow to at most ten times themselves, a mention to less than a
// kilobyte.
func inOnePart(text string) bool { return len(text)*10+strings.Count(text, "@")*1000 < largestMessage }

// sizeInTeams is how many bytes of a message Graph counts.
func sizeInTeams(message Outgoing) int {
	total := len(message.HTML)
	for _, m := range message.Mentions {
		// As Graph has them, a mention has some 200 bytes beside its texts.
		encoded, _ := json.Marshal(m)
		total += len(encoded) + len(m.Text) + 200
	}
	return total
}

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

// isPart tells whether a post shows a part of a message beside the mapping's. What happens to it stays in Mattermost.
func (id MappingID) isPart() bool { return strings.Contains(string(id), "/") }

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

// isPart tells whether a message is one part of a send of ours, and not the mapping's.
func (k AttemptKey) isPart() bool { return strings.Contains(string(k), "/") }

// number is which part of a send a message is; -1: it is the mapping's.
func (k AttemptKey) number() int {
	if _, number, found := strings.Cut(string(k), "/"); found {
		if n, err := strconv.Atoi(number); err == nil {
			return n
		}
	}
	return -1
}

// whole is the key of the send that a message is a part of.
func (k AttemptKey) whole() AttemptKey {
	whole, _, _ := strings.Cut(string(k), "/")
	return AttemptKey(whole)
}

func (k AttemptKey) part(n int) AttemptKey { return AttemptKey(fmt.Sprintf("%s/%d", k, n)) }

// sendParts sends a message after those parts before it that are not in Teams yet. again tells whether some may be.
func (w *worker) sendParts(ctx context.Context, event *OutboundEvent, account Account, root TeamsMessageID, messages []Outgoing, since time.Time, again bool) (TeamsMessage, error) {
	last := len(messages) - 1
	there := map[AttemptKey]TeamsMessage{}
	if again && last > 0 {
		var err error
		if there, err = w.partsInTeams(ctx, root, event.Attempt, since); err != nil {
			// Nothing was sent, so nothing is unknown.
			return TeamsMessage{}, &Failure{Class: Retry, Err: err}
		}
	}
	for i, message := range messages[:last] {
		key := event.Attempt.part(i)
		if _, is := there[key]; is {
			continue
		}
		message.HTML = markup.Mark(message.HTML, string(key))
		if _, err := w.Teams.Send(ctx, account, w.link.Conversation, root, message); err != nil {
			return TeamsMessage{}, err
		}
	}
	message := messages[last]
	message.HTML = markup.Mark(message.HTML, string(event.Attempt))
	return w.Teams.Send(ctx, account, w.link.Conversation, root, message)
}

// partsInTeams finds the other parts of a send, as far as they stand.
func (w *worker) partsInTeams(ctx context.Context, root TeamsMessageID, attempt AttemptKey, since time.Time) (map[AttemptKey]TeamsMessage, error) {
	recent, err := w.Teams.Recent(ctx, w.link.Conversation, root, since.Add(-clockSkew))
	if err != nil {
		return nil, err
	}
	found := map[AttemptKey]TeamsMessage{}
	for _, m := range recent {
		if key := string(m.Attempt); strings.HasPrefix(key, string(attempt)+"/") && m.DeletedAt.IsZero() {
			found[m.Attempt] = m
		}
	}
	return found, nil
}

// messagesBeside finds the other parts of a message that was sent in parts, in their order, and the key of the send.
func (w *worker) messagesBeside(ctx context.Context, mapping Mapping, post Post) ([]TeamsMessage, AttemptKey, error) {
	if mapping.Direction != Outbound {
		return nil, "", nil
	}
	message, err := w.Teams.Message(ctx, mapping.Ref)
	switch {
	case err != nil && ClassOf(err) == NotFound:
		return nil, "", nil
	case err != nil:
		return nil, "", err
	case message.Attempt == "" || !numberedLine.MatchString(markup.ToMarkdown(message.HTML)):
		return nil, "", nil
	}
	there, err := w.partsInTeams(ctx, mapping.Ref.Root, message.Attempt, time.UnixMilli(post.CreateAt))
	parts := slices.SortedFunc(maps.Values(there), func(a, b TeamsMessage) int { return cmp.Compare(a.Attempt.number(), b.Attempt.number()) })
	return parts, message.Attempt, err
}

// numberedLine is what numbered adds, wherever it stands: files may follow.
var numberedLine = regexp.MustCompile(`(?m)\*\(\d+/\d+\)\*$`)

// deleteParts deletes the other parts of a message that is about to be deleted.
func (w *worker) deleteParts(ctx context.Context, account Account, mapping Mapping, post Post) error {
	if inOnePart(said(post)) {
		return nil
	}
	parts, _, err := w.messagesBeside(ctx, mapping, post)
	if err != nil {
		return err
	}
	return w.deleteMessages(ctx, account, parts)
}

func (w *worker) deleteMessages(ctx context.Context, account Account, messages []TeamsMessage) error {
	for _, m := range messages {
		if err := w.Teams.Delete(ctx, account, m.Ref); err != nil && ClassOf(err) != NotFound {
			return err
		}
	}
	return nil
}

// tooLong says why an edit of a message in parts is not carried.
var tooLong = &Failure{Class: Permanent, Err: errors.New("the message is longer than the other side takes and stands there in fewer parts than it would need now; edit it where it was written, or write a new one")}
