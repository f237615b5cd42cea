// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	render "github.com/yuin/goldmark/renderer/html"
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

func (w *writer) inlines(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.inline(n)
	}
}

func (w *writer) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.decoded(n.Value(w.source))
		if n.SoftLineBreak() || n.HardLineBreak() {
			w.lineBreak()
		}
	case *ast.String:
		w.text(string(n.Value))
	case *latexNode:
		w.latex(n.formula)
	case *ast.CodeSpan:
		w.codeSpan(n)
	case *ast.Emphasis:
		w.styled(n)
	case *extast.Strikethrough:
		w.styled(n)
	case *ast.Link:
		w.anchor(string(n.Destination), n)
	case *ast.Image:
		w.image(n)
	case *ast.AutoLink:
		w.autoLink(n)
	case *mentionNode:
		w.mention(n)
	case *extast.TaskCheckBox:
		if n.IsChecked {
			w.text(done + " ")
		} else {
			w.text(open + " ")
		}
	default:
		w.inlines(n)
	}
}

// The boxes of a task in Teams, which has no tasks in messages.
const (
	open = "☐"
	done = "☑"
)

// styled writes text that looks otherwise. Inside itself a style means nothing, and of several styles of the same text the
// order means nothing.
func (w *writer) styled(n ast.Node) {
	all := styleIn(n)
	for c := n.FirstChild(); c != nil && c == n.LastChild() && styleIn(c) != 0; c = n.FirstChild() {
		all |= styleIn(c)
		n = c
	}
	all &^= w.style
	w.style |= all
	w.within(all, n)
	w.style &^= all
}

func (w *writer) within(all style, n ast.Node) {
	for _, s := range []struct {
		style
		tag string
	}{{struck, "s"}, {italic, "em"}, {bold, "strong"}} {
		if all&s.style != 0 {
			w.span(s.tag, "", func() { w.within(all&^s.style, n) })
			return
		}
	}
	w.inlines(n)
}

func styleIn(n ast.Node) style {
	switch n := n.(type) {
	case *ast.Emphasis:
		if n.Level == 2 {
			return bold
		}
		return italic
	case *extast.Strikethrough:
		return struck
	}
	return 0
}

// span writes an inline element unless nothing is in it.
func (w *writer) span(tag, attributes string, content func()) {
	w.due()
	before := len(w.b)
	if before == 0 || before != w.inside {
		w.outside = before
	}
	w.raw("<" + tag + attributes + ">")
	w.inside = len(w.b)
	begun := w.inside
	content()
	if len(w.b) == begun {
		w.b = w.b[:before]
		w.inside = 0
		return
	}
	w.raw("</" + tag + ">")
}

func (w *writer) lineBreak() {
	w.broken = w.broken || w.begun
	w.space, w.begun = false, false
}

// fresh is for where a block begins or ends: nothing is due.
func (w *writer) fresh() { w.space, w.broken, w.begun = false, false, false }

func (w *writer) codeSpan(n *ast.CodeSpan) {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Value(w.source))
		}
	}
	code := strings.NewReplacer("\n", " ", "\u00a0", " ").Replace(b.String())
	if strings.TrimSpace(code) == "" {
		w.text(" ")
		return
	}
	w.due()
	w.raw("<code>" + html.EscapeString(code) + "</code>")
	w.begun = true
}

func (w *writer) anchor(target string, n ast.Node) {
	clean, ok := address(target)
	if !ok || w.link {
		before := len(w.b)
		w.inlines(n)
		if beside := shownAddress(target); !ok && beside != "" && beside != withoutTags(w.b[before:]) {
			w.text(" (" + beside + ")")
		}
		return
	}
	w.due() // something is shown in any case
	w.link = true
	before := len(w.b)
	w.span("a", ` href="`+html.EscapeString(clean)+`"`, func() { w.inlines(n) })
	w.link = false
	if len(w.b) == before {
		w.linkTo(clean, clean)
	}
}

func (w *writer) linkTo(target, shown string) {
	w.due()
	w.raw(`<a href="` + html.EscapeString(target) + `">`)
	w.text(shown)
	w.raw("</a>")
}

// image writes a picture as whoever asked wants it, or as a link to it.
func (w *writer) image(n *ast.Image) {
	if w.Image != nil {
		inner := writer{source: w.source, link: true}
		inner.inlines(n)
		if picture, ok := w.Image(string(n.Destination), html.UnescapeString(withoutTags(inner.b))); ok {
			w.due()
			w.raw(picture)
			w.begun = true
			return
		}
	}
	w.anchor(string(n.Destination), n)
}

func withoutTags(body []byte) string { return Canonical(string(body)) }

func (w *writer) autoLink(n *ast.AutoLink) {
	shown := string(n.Label(w.source))
	target := shown
	switch {
	case n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(target), "mailto:"):
		target = "mailto:" + target
	case len(n.Protocol) > 0:
		target = string(n.Protocol) + "://" + target
	}
	clean, ok := cleanAddress(target)
	if !ok || w.link {
		w.text(shown)
		return
	}
	w.linkTo(clean, shown)
}

func (w *writer) mention(n *mentionNode) {
	if w.link {
		// A mention inside a link is none in Teams.
		w.text(n.written)
		return
	}
	w.due()
	w.raw(fmt.Sprintf(`<at id="%d">`, len(w.mentions)))
	w.text(n.Shown)
	w.raw("</at>")
	w.mentions = append(w.mentions, n.Mention)
}

func (w *writer) raw(text string) { w.b = append(w.b, text...) }

// due writes the space or line break that is due; before elements that have just begun, not in them.
func (w *writer) due() {
	due := ""
	if w.broken {
		due = "<br>"
	} else if w.space && w.begun {
		due = " "
	}
	if due != "" && w.inside > 0 && len(w.b) == w.inside {
		w.b = slices.Insert(w.b, w.outside, []byte(due)...)
		w.outside, w.inside = w.outside+len(due), w.inside+len(due)
	} else {
		w.raw(due)
	}
	w.space, w.broken = false, false
}

// text writes text that stands for itself.
func (w *writer) text(text string) { w.escaped(html.EscapeString(text)) }

// decoded writes text of the source, in which backslashes and character references have their meaning.
func (w *writer) decoded(source []byte) {
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	render.DefaultWriter.Write(out, source)
	_ = out.Flush()
	w.escaped(b.String())
}

// escaped writes text whose special characters are escaped. White space is as a reader sees it: one space, none at the
// borders of a line.
func (w *writer) escaped(text string) {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\n', '\r', '\f', '\u00a0':
			w.space = true
			continue
		}
		w.due()
		w.begun = true
		w.b = utf8.AppendRune(w.b, c)
	}
}
