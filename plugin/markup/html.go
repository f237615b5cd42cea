// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Mention is somebody or something that a text speaks to.
type Mention struct {
	Key   string // who; only the caller knows what it means
	Shown string // the name as Teams shows it
}

// Writing says what in a Markdown text needs more than the text. Its zero value knows nobody and no emoji.
type Writing struct {
	// Mention tells what the text behind an @ begins with: somebody, and how many bytes their name takes; 0: nobody. It is not
	// asked about e-mail addresses and code. A name that Reading wrote so that it notifies nobody begins with a word joiner.
	Mention func(rest string) (Mention, int)
	// Emoji returns the emoji of a name without its colons.
	Emoji func(name string) (string, bool)
	// Image returns the HTML of a picture; false: it becomes a link. Teams would not load it by its address.
	Image func(target, alt string) (string, bool)
}

// joiner is an invisible character that stands between an @ and a name that is not to be notified.
const joiner = "\u2060"

// ToHTML turns the Markdown of a post into HTML for Teams.
func ToHTML(source string) string {
	body, _ := Writing{}.HTML(source)
	return body
}

// HTML turns the Markdown of a post into HTML for Teams. The mentions are those whose elements <at id="…"> the HTML has, in
// the order of their numbers from 0 on.
func (w Writing) HTML(source string) (string, []Mention) {
	source = strings.ReplaceAll(strings.ToValidUTF8(source, "\ufffd"), "\r\n", "\n")
	pc := parser.NewContext()
	pc.Set(writingKey, &w)
	out := writer{Writing: w, source: []byte(source)}
	document := markdown.Parse(text.NewReader(out.source), parser.WithContext(pc))
	out.blocks(document)
	return string(out.b), out.mentions
}

// writer renders a tree; the fields are what was written and what is around the present node.
type writer struct {
	Writing
	source        []byte
	b             []byte
	mentions      []Mention
	quotes, lists int
	link          bool
	style         style
	space         bool // a space is due before what comes next
	broken        bool // a line break is due before it
	begun         bool // the line has something on it
	// Where inline elements have just begun: before the first of them and behind the last.
	outside, inside int
}

func (w *writer) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n)
	}
}

func (w *writer) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.ThematicBreak:
		w.raw("<hr>")
	case *ast.Heading:
		w.element("h"+strconv.Itoa(n.Level), "", func() { w.inlines(n) })
	case *ast.Blockquote:
		if w.quotes == deepest {
			w.blocks(n)
			return
		}
		w.quotes++
		w.element("blockquote", "", func() { w.blocks(n) })
		w.quotes--
	case *ast.List:
		if w.lists == deepest {
			for item := n.FirstChild(); item != nil; item = item.NextSibling() {
				w.blocks(item)
			}
			return
		}
		w.lists++
		w.list(n)
		w.lists--
	case *ast.FencedCodeBlock:
		w.code(n, string(n.Language(w.source)))
	case *ast.CodeBlock:
		w.code(n, "")
	case *extast.Table:
		w.table(n)
	case *formulaNode:
		w.formula(n)
	default:
		w.element("p", "", func() { w.inlines(n) })
	}
}

// element writes an element unless nothing is in it.
func (w *writer) element(tag, attributes string, content func()) {
	w.fresh()
	before := len(w.b)
	w.raw("<" + tag + attributes + ">")
	inside := len(w.b)
	content()
	if len(w.b) == inside {
		w.b = w.b[:before]
	} else {
		w.raw("</" + tag + ">")
	}
	w.fresh()
}

// list writes a list. A blank line between items makes no difference here: the first text of an item stands in it as it is.
func (w *writer) list(n *ast.List) {
	tag, start := "ul", ""
	if n.IsOrdered() {
		tag = "ol"
		if n.Start != 1 {
			start = fmt.Sprintf(` start="%d"`, n.Start)
		}
	}
	w.element(tag, start, func() {
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			w.element("li", "", func() {
				for c := item.FirstChild(); c != nil; c = c.NextSibling() {
					if k := c.Kind(); c == item.FirstChild() && (k == ast.KindParagraph || k == ast.KindTextBlock) {
						w.inlines(c)
						w.fresh()
						continue
					}
					w.block(c)
				}
			})
		}
	})
}

func (w *writer) table(n *extast.Table) {
	w.raw("<table>")
	body := false
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		cell := "td"
		switch {
		case row.Kind() == extast.KindTableHeader:
			cell = "th"
			w.raw("<thead>")
		case !body:
			w.raw("<tbody>")
			body = true
		}
		w.raw("<tr>")
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			w.fresh()
			w.raw("<" + cell + ">")
			w.inlines(c)
			w.raw("</" + cell + ">")
		}
		w.raw("</tr>")
		if cell == "th" {
			w.raw("</thead>")
		}
	}
	if body {
		w.raw("</tbody>")
	}
	w.raw("</table>")
	w.fresh()
}

// code writes a code block as Teams has it: its lines are parted by breaks and spaces at their beginning must not collapse.
func (w *writer) code(n ast.Node, language string) {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(w.source))
	}
	code := strings.ReplaceAll(html.EscapeString(strings.Trim(b.String(), "\n")), "\t", "    ")
	w.raw(`<codeblock class="` + html.EscapeString(blockLanguage(language)) + `"><code>`)
	for i, line := range strings.Split(code, "\n") {
		if i > 0 {
			w.raw("<br>")
		}
		text := strings.TrimLeft(line, " ")
		w.raw(strings.Repeat("\u00a0", len(line)-len(text)))
		w.raw(strings.ReplaceAll(text, "  ", " \u00a0"))
	}
	w.raw("</code></codeblock>")
}
