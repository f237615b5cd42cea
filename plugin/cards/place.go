// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Part is what is to be shown in place of an attachment.
type Part struct {
	ID   string // of the attachment; the element <attachment id="…"> says where it stands
	HTML string
}

// Place puts the parts where the body says that they stand. Those that it does not mention follow it.
func Place(body string, parts []Part) string {
	if len(parts) == 0 {
		return body
	}
	rest := slices.Clone(parts)
	nodes, err := fragment(body)
	if err == nil {
		root := &html.Node{Type: html.DocumentNode}
		for _, n := range nodes {
			root.AppendChild(n)
		}
		var marks []*html.Node
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && n.Data == "attachment" {
				marks = append(marks, n)
			}
		}
		placed := false
		for _, mark := range marks {
			at := slices.IndexFunc(rest, func(p Part) bool { return p.ID != "" && p.ID == idOf(mark) })
			if at < 0 {
				continue
			}
			placed = insert(mark, rest[at].HTML) || placed
			rest = slices.Delete(rest, at, at+1)
		}
		if placed {
			var b bytes.Buffer
			if err := html.Render(&b, root); err == nil {
				body = b.String()
			}
		}
	}
	var b strings.Builder
	b.WriteString(body)
	for _, p := range rest {
		b.WriteString(p.HTML)
	}
	return b.String()
}

func fragment(content string) ([]*html.Node, error) {
	return html.ParseFragment(strings.NewReader(content), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
}

// insert puts content in place of a mark.
func insert(mark *html.Node, content string) bool {
	nodes, err := fragment(content)
	if err != nil {
		return false
	}
	after := mark.NextSibling
	// The element may hold what follows it: Teams does not always close it where it should.
	for c := mark.FirstChild; c != nil; {
		next := c.NextSibling
		mark.RemoveChild(c)
		mark.Parent.InsertBefore(c, after)
		c = next
	}
	for _, n := range nodes {
		mark.Parent.InsertBefore(n, mark)
	}
	mark.Parent.RemoveChild(mark)
	return true
}

func idOf(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "id" {
			return a.Val
		}
	}
	return ""
}
