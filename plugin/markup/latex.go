// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"bytes"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Formulas stay as they stand: what is between $$, on one line or on several, and what is between single $ that touch it.

// latexLength is how long the formula is with which a text begins; 0: it begins with none.
func latexLength(text string) int {
	if inside, is := strings.CutPrefix(text, "$$"); is {
		end := strings.Index(inside, "$$")
		if end < 1 || strings.TrimSpace(inside[:end]) == "" || strings.Contains(inside[:end], "`") || interrupted(inside[:end+2]) {
			return 0
		}
		return 2 + end + 2
	}
	inside, is := strings.CutPrefix(text, "$")
	end := strings.IndexAny(inside, "$\n`@")
	if !is || end < 1 || inside[end] != '$' || strings.Contains(inside[:end], "://") {
		return 0
	}
	first, _ := utf8.DecodeRuneInString(inside)
	last, _ := utf8.DecodeLastRuneInString(inside[:end])
	if unicode.IsSpace(first) || unicode.IsSpace(last) || !closesLatex(inside[end+1:]) {
		return 0 // an amount of money
	}
	return 1 + end + 1
}

// closesLatex tells whether a single $ may end a formula before a text.
func closesLatex(rest string) bool {
	return rest == "" || rest[0] != '$' && (rest[0] < '0' || rest[0] > '9')
}

// lastClosing is where the last $ stands in a text that may end a formula between single ones; -1: nowhere.
func lastClosing(text string) int {
	for i := len(text) - 1; i > 0; i-- {
		if text[i] != '$' {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(text[:i]); !unicode.IsSpace(before) && closesLatex(text[i+1:]) {
			return i
		}
	}
	return -1
}

// interrupted tells whether a line of a text behind its first would end the paragraph.
func interrupted(text string) bool {
	_, rest, more := strings.Cut(text, "\n")
	for more {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		line = strings.TrimSpace(line)
		if line == "" || escapeLine(line) != line || line == "*" || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "~~~") || strings.Trim(line, "*_ \t") == "" {
			return true
		}
	}
	return false
}

// formulaLines is how many lines at the beginning are a formula that has its lines to itself, from one that begins with $$ to
// one that ends with $$; 0: there is none.
func formulaLines(lines iter.Seq[string]) int {
	n := 0
	for line := range lines {
		n++
		at := strings.Index(line, "$$")
		switch {
		case line == "" || strings.Contains(line, "`"):
			return 0
		case n == 1 && (at != 0 || strings.Contains(line[2:], "$")):
			return 0
		case n > 1 && at >= 0:
			if at != len(line)-2 {
				return 0
			}
			return n
		}
	}
	return 0
}

// linesOf are the lines of a text without what stands around them.
func linesOf(text []byte, around string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range bytes.SplitSeq(text, []byte("\n")) {
			if !yield(string(bytes.TrimRight(bytes.TrimLeft(line, around), " \t\r"))) {
				return
			}
		}
	}
}

// latexNode is a formula in a line, or over several.
type latexNode struct {
	ast.BaseInline
	formula string
}

var kindLatex = ast.NewNodeKind("Latex")

func (*latexNode) Kind() ast.NodeKind              { return kindLatex }
func (n *latexNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// latexParser takes a formula in a paragraph.
type latexParser struct{}

func (latexParser) Trigger() []byte { return []byte{'$'} }

func (latexParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	rest := string(line)
	if inside, is := strings.CutPrefix(rest, "$$"); is && !strings.Contains(inside, "$$") {
		rest = throughNext(block, "$$")
	}
	n := latexLength(strings.TrimRight(rest, "\r\n"))
	if n == 0 {
		return nil
	}
	block.Advance(n)
	formula := rest[:n]
	if parent.Kind() == extast.KindTableCell {
		formula = strings.ReplaceAll(formula, `\|`, "|")
	}
	return &latexNode{formula: formula}
}

// throughNext is what is left of a block to the end of the line on which a mark stands next. The first line begins with one.
func throughNext(block text.Reader, mark string) string {
	line, position := block.Position()
	defer block.SetPosition(line, position)
	var b strings.Builder
	for {
		next, _ := block.PeekLine()
		first := b.Len() == 0
		if next == nil {
			return b.String()
		}
		b.Write(next)
		if !first && strings.Contains(string(next), mark) {
			return b.String()
		}
		block.AdvanceLine()
	}
}

// formulaNode is a formula that has its lines to itself.
type formulaNode struct {
	ast.BaseBlock
	left int // lines that are still to come
}

var kindFormula = ast.NewNodeKind("Formula")

func (*formulaNode) Kind() ast.NodeKind              { return kindFormula }
func (n *formulaNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// formulaParser takes such a formula, in which nothing begins a list or a heading.
type formulaParser struct{}

func (formulaParser) Trigger() []byte { return []byte{'$'} }

func (formulaParser) Open(_ ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	if !bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("$$")) {
		return nil, parser.NoChildren
	}
	source, around := reader.Source(), " \t"
	begin := bytes.LastIndexByte(source[:segment.Start], '\n') + 1
	if bytes.IndexByte(source[begin:segment.Start], '>') >= 0 {
		around += ">" // in a quote
	}
	n := formulaLines(linesOf(source[segment.Start:], around))
	if n == 0 {
		return nil, parser.NoChildren
	}
	node := &formulaNode{left: n - 1}
	node.Lines().Append(segment)
	return node, parser.NoChildren
}

func (formulaParser) Continue(block ast.Node, reader text.Reader, _ parser.Context) parser.State {
	node, ok := block.(*formulaNode)
	if !ok || node.left == 0 {
		return parser.Close
	}
	_, segment := reader.PeekLine()
	node.left--
	node.Lines().Append(segment)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (formulaParser) Close(ast.Node, text.Reader, parser.Context) {}

func (formulaParser) CanInterruptParagraph() bool { return true }

func (formulaParser) CanAcceptIndentedLine() bool { return false }

// latex writes a formula. The mark that keeps a name in it from notifying stays in Mattermost.
func (w *writer) latex(formula string) {
	for i, line := range strings.Split(strings.ReplaceAll(formula, "@"+joiner, "@"), "\n") {
		if i > 0 {
			w.lineBreak()
		}
		w.text(strings.TrimSpace(line))
	}
}

func (w *writer) formula(n *formulaNode) {
	var lines []string
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		lines = append(lines, string(line.Value(w.source)))
	}
	w.element("p", "", func() { w.latex(strings.TrimRight(strings.Join(lines, ""), "\n")) })
}
