// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"
)

// Snippet is a piece of code whose text Teams keeps beside the message.
type Snippet struct {
	Name     string // may be empty
	Language string // as Teams spells it; may be empty
	// Hosted is the id of the message's hosted content that is the text; empty when the card names none. The address that it
	// stands in is nowhere to go to.
	Hosted string
}

// Snippet reads a code snippet; false for every other attachment.
func (a Attachment) Snippet() (Snippet, bool) {
	if a.ContentType != snippet {
		return Snippet{}, false
	}
	content := object{}
	if len(a.Content) <= largest {
		_ = json.Unmarshal([]byte(a.Content), &content) // what cannot be read is shown by its name
	}
	s := Snippet{Name: strings.Join(strings.Fields(cmp.Or(content.text("name"), a.Name)), " "), Language: content.text("language")}
	address := content.text("codeSnippetUrl")
	if at := strings.LastIndex(address, "/hostedContents/"); at >= 0 {
		id, end, _ := strings.Cut(address[at+len("/hostedContents/"):], "/")
		if decoded, err := url.PathUnescape(id); err == nil && strings.HasPrefix(end, "$value") {
			s.Hosted = decoded
		}
	}
	return s, true
}
