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
	pieces := Pieces(source, fits)
	parts := make([]string, len(pieces))
	for i, piece := range pieces {
		parts[i] = piece.Part()
	}
	return parts
}

// Pieces is Split for who puts the parts together again.
func Pieces(source string, fits func(part string) bool) []Piece {
	return NumberedPieces(source, func(_ int, part string) bool { return fits(part) })
}

// NumberedPieces is Pieces where not every part may be as long: fits is told which one it is, counted from 0.
func NumberedPieces(source string, fits func(number int, part string) bool) []Piece {
	source = splittable(source)
	if fits(0, source) {
		return []Piece{{Text: source}}
	}
	s := &splitter{source: source, allFit: fits}
	document := markdown.Parse(text.NewReader([]byte(source)))
	return s.pack(s.children(document, 0, len(source)), wrap{})
}

// splittable is a text as it is cut.
func splittable(source string) string {
	return strings.TrimRight(strings.ReplaceAll(source, "\r\n", "\n"), " \n")
}

type splitter struct {
	source string
	allFit func(number int, part string) bool
	made   int
}

// fits tells whether a part fits as the next one.
func (s *splitter) fits(part string) bool { return s.allFit(s.made, part) }

// next adds the next part to those that were made.
func (s *splitter) next(pieces []Piece, piece Piece) []Piece {
	s.made++
	return append(pieces, piece)
}

// stretch is a part of the source, with the block that it is.
type stretch struct {
	text  string
	block ast.Node // nil: lines or words
}

// wrap is what makes a text of stretches stand for itself.
type wrap struct{ head, foot string }

func (w wrap) piece(text string) Piece {
	if text = strings.TrimRight(text, "\n"); w.head == "" {
		text = strings.TrimLeft(text, "\n")
	}
	return Piece{Head: w.head, Text: text, Foot: w.foot}
}

func (w wrap) of(text string) string { return w.piece(text).Part() }

// children are the stretches of the blocks in a block, which is from…to of the source.
func (s *splitter) children(parent ast.Node, from, to int) (out []stretch) {
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
func (s *splitter) pack(all []stretch, w wrap) (pieces []Piece) {
	for i := 0; i < len(all); {
		upTo := func(n int) Piece {
			var b strings.Builder
			for _, each := range all[i : i+n] {
				b.WriteString(each.text)
			}
			return w.piece(b.String())
		}
		n := sort.Search(len(all)-i, func(n int) bool { return !s.fits(upTo(n + 1).Part()) })
		if n == 0 {
			pieces = append(pieces, s.cut(all[i], w)...)
			i++
			continue
		}
		if piece := upTo(n); strings.TrimSpace(piece.Part()) != "" {
			pieces = s.next(pieces, piece)
		}
		i += n
	}
	return pieces
}

// cut cuts a stretch that does not fit.
func (s *splitter) cut(whole stretch, w wrap) []Piece {
	switch whole.block.(type) {
	case *ast.List, *ast.ListItem:
		if items := s.within(whole); len(items) > 1 {
			return s.pack(items, w)
		}
	case *extast.Table:
		lines := strings.SplitAfter(whole.text, "\n")
		if len(lines) > 3 && s.fits(w.of(lines[0]+lines[1]+lines[2])) {
			return s.pack(plainStretches(lines[2:]), wrap{head: w.head + lines[0] + lines[1], foot: w.foot})
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
		if fenced := (wrap{head: w.head + open + "\n", foot: "\n" + indent + marks + w.foot}); s.fits(fenced.of("x")) {
			return s.pack(plainStretches(lines), fenced)
		}
	}
	return s.smaller(whole.text, w)
}

// within are the stretches of what is in a block.
func (s *splitter) within(whole stretch) []stretch {
	from := strings.Index(s.source, whole.text)
	if at := whole.block.Pos(); at >= 0 {
		if line := strings.LastIndexByte(s.source[:at], '\n') + 1; strings.HasPrefix(s.source[line:], whole.text) {
			from = line
		}
	}
	return s.children(whole.block, from, from+len(whole.text))
}

// smaller cuts lines at words, and words anywhere.
func (s *splitter) smaller(line string, w wrap) []Piece {
	for _, apart := range []string{"\n", " "} {
		if pieces := plainStretches(strings.SplitAfter(line, apart)); len(pieces) > 1 {
			return s.pack(pieces, w)
		}
	}
	if utf8.RuneCountInString(strings.TrimSpace(line)) < 2 {
		return s.next(nil, w.piece(line)) // nothing is left to cut
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
