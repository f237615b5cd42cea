// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// A post shows as text what a message of Teams has beside its text: cards, forwarded messages, code snippets, pictures from
// elsewhere. When somebody edits the post, the message is to show those things themselves, once, where the post has their text.
// What of a post's text stands for them is therefore exchanged for marks before the text is turned into HTML, and the marks for
// the things after that. What was changed in the post is text from then on, and what was taken from it is taken from the message.

// shown is the text of a post with marks for what its message shows by itself.
type shown struct {
	text    string
	message TeamsMessage // without the attachments that the text does not show any more
	parts   []shownPart
}

// shownPart is what is put in the place of a mark.
type shownPart struct {
	html  string
	block bool
}

// Marks are made of characters for private use: nothing in Markdown or HTML means anything by them.
const (
	markBegins = "\ue2a0"
	markEnds   = "\ue2a1"
)

func mark(i int) string { return markBegins + strconv.Itoa(i) + markEnds }

// takeShown finds in the text of a post what its message shows by itself. whole is the text that the post would have if nobody
// had edited it.
func takeShown(text, whole string, message TeamsMessage, reading markup.Reading) (shown, error) {
	s := shown{text: strings.NewReplacer(markBegins, "", markEnds, "").Replace(text), message: message}
	if err := s.takePictures(whole, reading); err != nil {
		return shown{}, err
	}
	s.takeCards(whole, reading)
	return s, nil
}

// takePictures has marks stand for pictures from elsewhere, which a post shows as links.
func (s *shown) takePictures(whole string, reading markup.Reading) error {
	if s.message.Text {
		return nil
	}
	for _, picture := range markup.PicturesFromElsewhere(s.message.HTML) {
		standing := false
		for _, text := range []string{reading.Markdown(picture), markup.PictureInLink(picture)} {
			if text == "" || !strings.Contains(whole, text) {
				continue
			}
			standing = true
			if before, after, found := strings.Cut(s.text, text); found {
				s.text = before + mark(len(s.parts)) + after
				s.parts = append(s.parts, shownPart{html: picture})
				break
			}
		}
		if !standing {
			return &Failure{Class: Permanent, Err: errors.New("the message has a picture from elsewhere that its post does not show, so an edit from Mattermost would take it away; edit it in Teams")}
		}
	}
	return nil
}

// takeCards has marks stand for attachments that a post shows as text. One that the post never showed stays with the message.
func (s *shown) takeCards(whole string, reading markup.Reading) {
	type shownCard struct {
		at    int
		texts []string
	}
	var list []shownCard
	for i, a := range s.message.Attachments {
		if !showsAsText(a, s.message) {
			continue
		}
		texts := []string{s.message.snippets[a.ID], reading.Markdown(card(a).HTML(s.message.WebURL))}
		texts = slices.DeleteFunc(texts, func(text string) bool { return text == "" || !strings.Contains(whole, text) })
		if len(texts) > 0 {
			list = append(list, shownCard{i, texts})
		}
	}
	// What one shows may be a part of what another does.
	slices.SortStableFunc(list, func(a, b shownCard) int { return cmp.Compare(len(b.texts[0]), len(a.texts[0])) })
	gone := map[int]bool{}
	for _, c := range list {
		gone[c.at] = true
		for _, text := range c.texts {
			if before, after, found := strings.Cut(s.text, text); found {
				s.text = strings.TrimSpace(strings.TrimRight(before, "\n") + "\n\n" + mark(len(s.parts)) + "\n\n" + strings.TrimLeft(after, "\n"))
				s.parts = append(s.parts, shownPart{html: attachmentTag(s.message.Attachments[c.at].ID), block: true})
				gone[c.at] = false
				break
			}
		}
	}
	var kept []Attachment
	for i, a := range s.message.Attachments {
		if !gone[i] {
			kept = append(kept, a)
		}
	}
	s.message.Attachments = kept
}

// put puts what the marks stand for in their places.
func (s *shown) put(html string) string {
	for i, part := range s.parts {
		if part.block {
			html = strings.Replace(html, "<p>"+mark(i)+"</p>", part.html, 1)
			html = strings.ReplaceAll(html, mark(i), "") // inside of something else; the attachment stands before the text then
			continue
		}
		html = strings.ReplaceAll(html, mark(i), part.html)
	}
	return html
}
