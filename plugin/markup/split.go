// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Split cuts Markdown into parts that fit, between blocks where that is possible: paragraphs, the items of a list, the rows of
// a table, whose head is repeated, the lines of a code block, whose fence is closed and opened again. A block that does not
// fit is cut between lines, a line between words. A text without anything that shows is one part. fits must hold for a shorter
// text when it holds for a longer one.
func Split(source string, fits func(part string) bool) []string {
	source = strings.TrimRight(strings.ReplaceAll(source, "\r\n", "\n"), " \n")
	if fits(source) {
		return []string{source}
	}
	s := splitter{source: source, fits: fits}
	document := markdown.Parse(text.NewReader([]byte(source)))
	return s.pack(s.children(document, 0, len(source)), bare)
}

type splitter struct {
	source string
	fits   func(string) bool
}

// stretch is a part of the source, with the block that it is.
type stretch struct {
	text  string
	block ast.Node // nil: lines or words
}

// wrap makes a text of stretches stand for itself.
type wrap func(string) string

func bare(text string) string { return strings.Trim(text, "\n") }

// children are the stretches of the blocks in a block, which is from…to of the source.
func (s splitter) children(parent ast.Node, from, to int) (out []stretch) {
	begin, block := from, ast.Node(nil)
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		at := n.Pos()
		if at < begin || at > to {
			continue
		}
		at = max(begin, strings.LastIndexByte(s.source[:at], '\n')+1)
		if at > begin {
			out = append(out, stretch{s.source[begin:at], block})
		}
		begin, block = at, n
	}
	return append(out, stretch{s.source[begin:to], block})
}

// pack puts as many stretches together as fit.
func (s splitter) pack(all []stretch, w wrap) (parts []string) {
	for i := 0; i < len(all); {
		upTo := func(n int) string {
			var b strings.Builder
			for _, each := range all[i : i+n] {
				b.WriteString(each.text)
			}
			return w(b.String())
		}
		n := sort.Search(len(all)-i, func(n int) bool { return !s.fits(upTo(n + 1)) })
		if n == 0 {
			parts = append(parts, s.cut(all[i], w)...)
			i++
			continue
		}
		if part := upTo(n); strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
		i += n
	}
	return parts
}

// cut cuts a stretch that does not fit.
func (s splitter) cut(whole stretch, w wrap) []string {
	switch whole.block.(type) {
	case *ast.List, *ast.ListItem:
		if items := s.within(whole); len(items) > 1 {
			return s.pack(items, w)
		}
	case *extast.Table:
		lines := strings.SplitAfter(whole.text, "\n")
		if len(lines) > 3 && s.fits(w(lines[0]+lines[1]+lines[2])) {
			head := lines[0] + lines[1]
			return s.pack(plainStretches(lines[2:]), func(rows string) string { return w(head + rows) })
		}
	case *ast.FencedCodeBlock:
		lines := strings.SplitAfter(strings.TrimRight(whole.text, "\n"), "\n")
		open := strings.TrimRight(lines[0], "\n")
		indent := open[:len(open)-len(strings.TrimLeft(open, " "))]
		mark := strings.TrimLeft(open, " ")[:1]
		marks := strings.Repeat(mark, len(strings.TrimLeft(open, " "))-len(strings.TrimLeft(strings.TrimLeft(open, " "), mark)))
		lines = lines[1:]
		if last := len(lines) - 1; last >= 0 && strings.TrimSpace(lines[last]) == marks {
			lines = lines[:last]
		}
		if fenced := func(code string) string {
			return w(open + "\n" + strings.TrimRight(code, "\n") + "\n" + indent + marks)
		}; s.fits(fenced("x")) {
			return s.pack(plainStretches(lines), fenced)
		}
	}
	return s.smaller(whole.text, w)
}

// within are the stretches of what is in a block.
func (s splitter) within(whole stretch) []stretch {
	from := strings.Index(s.source, whole.text)
	if at := whole.block.Pos(); at >= 0 {
		if line := strings.LastIndexByte(s.source[:at], '\n') + 1; strings.HasPrefix(s.source[line:], whole.text) {
			from = line
		}
	}
	return s.children(whole.block, from, from+len(whole.text))
}

// smaller cuts lines at words, and words anywhere.
func (s splitter) smaller(line string, w wrap) []string {
	for _, apart := range []string{"\n", " "} {
		if pieces := plainStretches(strings.SplitAfter(line, apart)); len(pieces) > 1 {
			return s.pack(pieces, w)
		}
	}
	if utf8.RuneCountInString(strings.TrimSpace(line)) < 2 {
		return []string{w(line)} // nothing is left to cut
	}
	return s.pack(plainStretches(strings.Split(line, "")), w)
}

func plainStretches(texts []string) (out []stretch) {
	for _, each := range texts {
		if each != "" {
			out = append(out, stretch{text: each})
		}
	}
	return out
}
