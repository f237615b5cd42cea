// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	render "github.com/yuin/goldmark/renderer/html"
)

// What stands in the lines of a post, as Teams shows it, with the white space as a reader sees it.

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
