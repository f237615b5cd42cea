// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// attemptPrefix makes the mark ours: other senders put titles on abbr elements too.
const attemptPrefix = "mmsync:"

// Mark adds the key of a send to an HTML body, as an empty element that Teams keeps and nobody sees. It stands inside the
// last paragraph: behind it, Teams would make an empty paragraph of it, which everybody sees.
func Mark(body, key string) string {
	mark := `<abbr title="` + html.EscapeString(attemptPrefix+key) + `"></abbr>`
	if text, closed := strings.CutSuffix(body, "</p>"); closed {
		return text + mark + "</p>"
	}
	return body + mark
}

// Attempt returns the key that Mark put into a body, or "" when there is none. With several the last one counts: a quoted
// message's mark stands before the own one.
func Attempt(body string) (key string) {
	if !strings.Contains(body, attemptPrefix) {
		return ""
	}
	tokens := html.NewTokenizer(strings.NewReader(body))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return key
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			if token.DataAtom != atom.Abbr {
				continue
			}
			for _, a := range token.Attr {
				if found, ours := strings.CutPrefix(a.Val, attemptPrefix); ours && a.Key == "title" {
					key = found
				}
			}
		}
	}
}
