// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parse reads an HTML body. Nesting that no person writes is an error.
func parse(body string) (*html.Node, error) {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(body), context)
	if err != nil {
		return nil, err
	}
	root := &html.Node{Type: html.DocumentNode}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, nil
}

// silent elements are left out with all that is in them: code, and what a reader never sees.
var silent = []atom.Atom{
	atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Iframe, atom.Object, atom.Embed, atom.Noscript,
	atom.Svg, atom.Math, atom.Textarea, atom.Select, atom.Audio, atom.Video, atom.Canvas, atom.Abbr,
}

func isSilent(n *html.Node) bool {
	switch n.Type {
	case html.ElementNode:
		// An abbr that has text is an abbreviation; without, it is a mark of ours.
		if n.DataAtom == atom.Abbr && n.FirstChild != nil {
			return false
		}
		return n.Data == "attachment" || slices.Contains(silent, n.DataAtom)
	case html.TextNode:
		return false
	}
	return true
}

// blocks are the elements that begin on a new line.
var blocks = []atom.Atom{
	atom.P, atom.Div, atom.Blockquote, atom.Pre, atom.Ul, atom.Ol, atom.Li, atom.Table, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr,
	atom.Td, atom.Th, atom.Hr, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Section, atom.Article, atom.Header,
	atom.Footer, atom.Main, atom.Dl, atom.Dt, atom.Dd, atom.Figure, atom.Address, atom.Caption, atom.Form, atom.Fieldset,
}

func isBlock(n *html.Node) bool {
	return n.Type == html.ElementNode && (n.Data == "codeblock" || n.Data == "attachment" || slices.Contains(blocks, n.DataAtom))
}

// holders are the elements with a block somewhere inside them.
func holders(root *html.Node) map[*html.Node]bool {
	found := map[*html.Node]bool{}
	for d := range root.Descendants() {
		if !isBlock(d) {
			continue
		}
		for p := d.Parent; p != nil && !found[p]; p = p.Parent {
			found[p] = true
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// raw is the text of an element as it stands, with its line breaks: what code needs.
func raw(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			b.WriteString(d.Data)
		case d.DataAtom == atom.Br:
			b.WriteByte('\n')
		case isBlock(d) && b.Len() > 0 && !strings.HasSuffix(b.String(), "\n"):
			b.WriteByte('\n')
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\u00a0", " ")
}

// plain is the text of a body that cannot be parsed.
func plain(body string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(body))
	hidden := 0
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.Write(tokens.Text())
			}
		case html.StartTagToken:
			if name, _ := tokens.TagName(); slices.Contains(silent[:2], atom.Lookup(name)) {
				hidden++
			}
			b.WriteByte(' ')
		case html.EndTagToken:
			if name, _ := tokens.TagName(); hidden > 0 && slices.Contains(silent[:2], atom.Lookup(name)) {
				hidden--
			}
			b.WriteByte(' ')
		}
	}
}

// Canonical is the text of a body without any form, its words parted by single spaces. Two bodies with the same canonical
// text say the same, however Teams has rewritten one of them.
func Canonical(body string) string {
	root, err := parse(body)
	if err != nil {
		return strings.Join(strings.Fields(plain(body)), " ")
	}
	var b strings.Builder
	canonical(&b, root)
	return strings.Join(strings.Fields(b.String()), " ")
}

func canonical(b *strings.Builder, n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case isSilent(c):
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.DataAtom == atom.Br:
			b.WriteByte(' ')
		case c.Data == "emoji", c.DataAtom == atom.Img:
			b.WriteString(attribute(c, "alt"))
		case c.Data == "customemoji":
			b.WriteString(customEmoji(c))
		case isBlock(c):
			b.WriteByte(' ')
			canonical(b, c)
			b.WriteByte(' ')
		default:
			canonical(b, c)
		}
	}
}
