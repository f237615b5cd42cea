// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// sizedPictures reads links, and pictures with the size that Mattermost lets one say behind their address, e.g.
// ![a](https://example.com/a.png =100x50). Teams gives pictures its own size.
type sizedPictures struct{ parser.InlineParser }

func (p sizedPictures) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if line[0] == ']' && inPicture(parent, block.Source()) {
		if from, to := pictureSize(line); to > 0 {
			// The same line with spaces where the size is.
			source, lines := bytes.Clone(block.Source()), text.NewSegments()
			copy(source[segment.Start+from:], bytes.Repeat([]byte{' '}, to-from))
			lines.Append(segment)
			bare := text.NewBlockReader(source, lines)
			n := p.InlineParser.Parse(parent, bare, pc)
			if n != nil {
				_, at := bare.Position()
				block.Advance(at.Start - segment.Start)
			}
			return n
		}
	}
	return p.InlineParser.Parse(parent, block, pc)
}

// CloseBlock lets brackets that nobody closed be text.
func (p sizedPictures) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if closer, ok := p.InlineParser.(parser.CloseBlocker); ok {
		closer.CloseBlock(parent, block, pc)
	}
}

// inPicture tells whether the bracket that was opened last is that of a picture.
func inPicture(parent ast.Node, source []byte) bool {
	for n := parent.LastChild(); n != nil; n = n.PreviousSibling() {
		if label, is := n.(interface{ Text(source []byte) []byte }); is && n.Kind().String() == "LinkLabelState" {
			return string(label.Text(source)) == "!["
		}
	}
	return false
}

// pictureSize is where the size stands in what follows the label of a picture, with the space before it; 0, 0: nowhere.
func pictureSize(line []byte) (from, to int) {
	rest, is := bytes.CutPrefix(line, []byte("]("))
	from = len(line) - len(bytes.TrimLeft(rest, " \t"))
	if !is || from == len(line) {
		return 0, 0
	}
	if from = addressEnd(line, from); from == 0 {
		return 0, 0
	}
	to = from + spaces(line[from:])
	if to == from || to == len(line) || line[to] != '=' {
		return 0, 0
	}
	width := digits(line[to+1:])
	to += 1 + width
	if to < len(line) && (line[to] == 'x' || line[to] == 'X') {
		height := digits(line[to+1:])
		to += 1 + height
		width += height
	}
	if width == 0 || !endsPicture(line[to:]) {
		return 0, 0
	}
	return from, to
}

// addressEnd is where the address of a picture ends that begins somewhere; 0: it is none.
func addressEnd(line []byte, begin int) int {
	if line[begin] == '<' {
		end := bytes.IndexAny(line[begin:], ">\\")
		if end < 0 || line[begin+end] != '>' {
			return 0
		}
		return begin + end + 1
	}
	open := 0
	for i := begin; i < len(line); i++ {
		switch line[i] {
		case '\\', '\n', '\r':
			return 0
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return 0
			}
		case ' ', '\t':
			if open > 0 {
				return 0
			}
			return i
		}
	}
	return 0
}

// endsPicture tells whether a text begins with the end of a picture, with or without a title before it.
func endsPicture(rest []byte) bool {
	begin := spaces(rest)
	if begin == len(rest) {
		return false
	}
	quote := rest[begin]
	if quote != '"' && quote != '\'' {
		return quote == ')'
	}
	end := bytes.IndexByte(rest[begin+1:], quote)
	if begin == 0 || end < 0 || bytes.IndexByte(rest[begin+1:begin+1+end], '\\') >= 0 {
		return false
	}
	rest = rest[begin+1+end+1:]
	begin = spaces(rest)
	return begin < len(rest) && rest[begin] == ')'
}

func spaces(text []byte) int { return len(text) - len(bytes.TrimLeft(text, " \t")) }

func digits(text []byte) int { return len(text) - len(bytes.TrimLeft(text, "0123456789")) }
