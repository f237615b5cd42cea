// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// wordless is a Mattermost that is asked nothing: the texts here name nobody and no emoji.
type wordless struct{ Mattermost }

// The part that carries files leaves room for them, and those before it are the same as without.
func TestPartsLeaveRoomForFiles(t *testing.T) {
	w := &worker{Engine: &Engine{Config: Config{Mattermost: wordless{}}}, link: Link{Conversation: Conversation{Team: "team"}}}
	name := strings.Repeat("отчёт ", 20) + ".pdf"
	var files []CarriedFile
	for i := range 10 {
		id := fmt.Sprintf("%036d", i)
		files = append(files, CarriedFile{Teams: id, Attachment: &Attachment{
			ID: id, ContentType: fileReference, ContentURL: "https://contoso.sharepoint.com/sites/team/Shared%20Documents/General/" + url.PathEscape(name), Name: name,
		}})
	}
	for paragraphs := 1; paragraphs < 300; paragraphs += 7 {
		text := strings.TrimSpace(strings.Repeat(strings.Repeat("слова ", 20)+"\n\n", paragraphs))
		without, err := w.messageParts(t.Context(), Post{}, "Alex Demo", text, load{})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []int{0, 1, lastPart} {
			parts, err := w.messageParts(t.Context(), Post{}, "Alex Demo", text, w.load(files, part))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(strings.Join(parts, ""), "слова"); n != 20*paragraphs {
				t.Errorf("%d paragraphs: %d words in %d parts, want all", paragraphs, n, len(parts))
			}
			loaded := min(part, len(parts)-1)
			for i, text := range parts {
				message, err := w.inTeams(t.Context(), Post{}, text, nil)
				if err != nil {
					t.Fatal(err)
				}
				if message = authored("Alex Demo", message); i == loaded {
					message = w.attach(message, files)
				}
				if n := sizeInTeams(message); n > largestMessage {
					t.Errorf("%d paragraphs: part %d of %d has %d bytes", paragraphs, i, len(parts), n)
				}
			}
			for i := range min(loaded, len(without)-1) {
				if i < min(part, len(without)-1) && withoutNumber(parts[i]) != withoutNumber(without[i]) {
					t.Errorf("%d paragraphs: part %d is another one with files", paragraphs, i)
				}
			}
		}
	}
}

// Whatever a message carries, there is room for text, and no text is one part.
func TestPartsOfAMessageThatIsFull(t *testing.T) {
	w := &worker{Engine: &Engine{Config: Config{Mattermost: wordless{}}}}
	full := w.load([]CarriedFile{{Attachment: &Attachment{Name: strings.Repeat("x", 2*largestMessage)}}}, lastPart)
	for text, want := range map[string]int{"": 1, "short": 1, strings.TrimSpace(strings.Repeat("nine chars ", 700)): 2} {
		parts, err := w.messageParts(t.Context(), Post{}, "", text, full)
		if err != nil || len(parts) != want {
			t.Errorf("%d characters are %d parts, want %d: %v", len(text), len(parts), want, err)
		}
	}
}
