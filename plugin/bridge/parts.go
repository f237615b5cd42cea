// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// A message that is longer than the other side takes is shown in numbered parts. One of them is the mapping's: in Mattermost
// the first, whose replies the others are (parts_posts.go); in Teams the last of those that a post was sent in (parts_messages.go).
// The others carry the mapping's id or the attempt key with a number, so that after a crash those that are there already are found.
// In Teams they are also written down, because a message that was deleted carries nothing any more.

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
var partNumber = regexp.MustCompile(`\s*\*\((\d+)/(\d+)\)\*\z`)

func withoutNumber(part string) string { return partNumber.ReplaceAllString(part, "") }

// numberOf is which of how many parts a text says it is, counted from 0; false when it says nothing.
func numberOf(part string) (number, of int, found bool) {
	match := partNumber.FindStringSubmatch(part)
	if match == nil {
		return 0, 0, false
	}
	number, numberErr := strconv.Atoi(match[1])
	of, ofErr := strconv.Atoi(match[2])
	return number - 1, of, numberErr == nil && ofErr == nil && number > 0 && number <= of
}

// whole are the parts as they are shown.
func whole(pieces []markup.Piece) []string {
	parts := make([]string, len(pieces))
	for i, piece := range pieces {
		parts[i] = piece.Part()
	}
	return numbered(parts)
}

// postParts are the texts of the posts that show a text.
func postParts(text string) []string { return whole(postPieces(text)) }

func postPieces(text string) []markup.Piece {
	if utf8.RuneCountInString(text) <= longestPost {
		return []markup.Piece{{Text: text}}
	}
	return markup.Pieces(text, func(part string) bool { return utf8.RuneCountInString(part) <= longestPost-roomForNumber })
}

// messageParts are the Markdown of the messages that show a post's text.
func (w *worker) messageParts(ctx context.Context, post Post, name, text string, carrying load) ([]string, error) {
	pieces, err := w.messagePieces(ctx, post, name, text, carrying)
	return whole(pieces), err
}

// messagePieces cuts a text. Where a part that carries more than its text has no room for that, the text is cut anew from the first of
// them on; those before it are the same with and without.
func (w *worker) messagePieces(ctx context.Context, post Post, name, text string, carrying load) ([]markup.Piece, error) {
	if strings.TrimSpace(text) == "" || inOnePart(text+name, carrying.bytes) {
		return []markup.Piece{{Text: text}}, nil
	}
	var failed error
	fits := func(part string, beside int) bool {
		message, err := w.inTeams(ctx, post, part, nil)
		failed = errors.Join(failed, err)
		return failed != nil || sizeInTeams(authored(name, message))+beside <= largestMessage-roomForNumber
	}
	pieces := markup.Pieces(text, func(part string) bool { return fits(part, 0) })
	loaded := min(carrying.part, len(pieces)-1)
	if carrying.bytes == 0 || !slices.ContainsFunc(pieces[loaded:], func(piece markup.Piece) bool { return !fits(piece.Part(), carrying.bytes) }) {
		return pieces, failed
	}
	pieces = markup.NumberedPieces(text, func(number int, part string) bool {
		if number < loaded {
			return fits(part, 0)
		}
		return fits(part, carrying.bytes)
	})
	return pieces, failed
}

// inOnePart tells whether a text surely fits into one message beside so many bytes. Marks grow to at most ten times themselves, a
// mention to less than a kilobyte.
func inOnePart(text string, beside int) bool {
	return len(text)*10+strings.Count(text, "@")*1000+beside < largestMessage-roomForNumber
}

// sizeInTeams is how many bytes of a message Graph counts.
func sizeInTeams(message Outgoing) int {
	total := len(message.HTML)
	for _, m := range message.Mentions {
		// As Graph has them, a mention has some 200 bytes beside its texts.
		encoded, _ := json.Marshal(m)
		total += len(encoded) + len(m.Text) + 200
	}
	for _, a := range message.Attachments {
		total += attachmentSize(a)
	}
	return total
}

// isPart tells whether a message is one part of a send of ours, and not the mapping's.
func (k AttemptKey) isPart() bool { return strings.Contains(string(k), "/") }

func (k AttemptKey) part(n int) AttemptKey { return AttemptKey(fmt.Sprintf("%s/%d", k, n)) }
