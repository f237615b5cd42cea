// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"encoding/json"
	"math"
	"net/url"
	"strings"
)

// One of the messages that show a post shows more than text: its files, and in a chat what it quotes. That counts like text.

// load is what a message carries beside its text.
type load struct {
	bytes int
	part  int // which one carries it first, counted from 0; the last one if there are not so many
}

const (
	lastPart = math.MaxInt
	// roomForReference is what the quote of another message takes at most: two hundred characters of up to seven bytes, and two names.
	roomForReference = 2_500
	// roomForText is left to the text of a part, whatever the part carries.
	roomForText = 4_000
	// roomForPicture is what a picture's element takes beside its name, or the attachment that it becomes.
	roomForPicture = 600
)

// load is that of a message with files. In chats messages may quote another one.
func (w *worker) load(files []CarriedFile, part int) load {
	carrying := load{part: part}
	if w.link.Conversation.IsChat() {
		carrying.bytes = roomForReference
	}
	for _, f := range files {
		switch {
		case f.Attachment != nil:
			carrying.bytes += attachmentSize(*f.Attachment) + len(attachmentTag(f.Attachment.ID))
		case strings.HasPrefix(f.Teams, pictureKey):
			carrying.bytes += roomForPicture + len(f.Name) + len(url.PathEscape(f.Name))
		case f.Missing != "" && f.Teams == "":
			carrying.bytes += len(noticeHTML(f, "Mattermost", w.fileLimits()))
		}
	}
	carrying.bytes = min(carrying.bytes, largestMessage-roomForNumber-roomForText)
	return carrying
}

// attachmentSize is how many bytes of an attachment Graph counts. As Graph has it, it has a field more than here.
func attachmentSize(a Attachment) int {
	encoded, _ := json.Marshal(a)
	return len(encoded) + 30
}
