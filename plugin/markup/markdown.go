// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Picture is an image in a Teams message.
type Picture struct {
	Source string // its address as it stands
	Alt    string
}

// Reading says what in a Teams message becomes more than its text. Its zero value notifies nobody and loads nothing.
type Reading struct {
	// Mention returns who the mention with this number is of, and the Markdown that stands for them, e.g. @alex; with an empty
	// Markdown, the name is shown. Neighbours of the same key are the words of one name.
	Mention func(id int) (key, markdown string)
	// Picture returns the Markdown of an image, which may be empty; false: it becomes a link, or words when only Teams can
	// load it.
	Picture func(Picture) (string, bool)
	// Attachment returns the Markdown block that stands in the place of an attachment; empty for nothing.
	Attachment func(id string) string
	// MayName tells whether a name behind an @ in plain text may stay one that notifies. By default none does.
	MayName func(name string) bool
}

// ToMarkdown turns the body of a Teams message into Markdown for Mattermost. Whatever it is given, the result loads and
// runs nothing in the reader's client, and notifies nobody: scripts are dropped, images become links.
func ToMarkdown(body string) string { return Reading{}.Markdown(body) }

// Markdown turns the body of a Teams message into Markdown for Mattermost.
func (r Reading) Markdown(body string) string {
	root, err := parse(body)
	if err != nil {
		return strings.TrimSpace(EscapeMarkdown(plain(body)))
	}
	in := reader{Reading: &r, holdsBlock: holders(root)}
	return strings.TrimSpace(joinBlocks(in.blocks(root), false))
}

// reader walks a tree; the fields are what is around the present node.
type reader struct {
	*Reading
	holdsBlock    map[*html.Node]bool
	style         style
	link          bool
	cell          bool // there is one line for it: in the cell of a table, in a heading
	quotes, lists int
}

// Quotes and lists nested deeper than this are flattened: each level repeats its prefix on every line.
const deepest = 10

// chunk is a block of Markdown.
type chunk struct {
	text string
	kind chunkKind
}

type chunkKind int

const (
	paragraphChunk   chunkKind = iota
	bulletChunk                // with -
	otherBulletChunk           // with +
	numberChunk                // with .
	otherNumberChunk           // with )
	codeChunk
	otherChunk
)

// joinBlocks puts blocks under each other. In a list only the blank lines that are needed are made.
func joinBlocks(chunks []chunk, inList bool) string {
	var b strings.Builder
	for i, c := range chunks {
		if i > 0 {
			tight := inList && chunks[i-1].kind == paragraphChunk &&
				(c.kind == bulletChunk || c.kind == codeChunk || c.kind == numberChunk && strings.HasPrefix(c.text, "1."))
			b.WriteByte('\n')
			if !tight {
				b.WriteByte('\n')
			}
		}
		b.WriteString(c.text)
	}
	return b.String()
}

// blocks renders the children of a node.
func (r reader) blocks(parent *html.Node) []chunk {
	var out []chunk
	var run []*html.Node
	flush := func() {
		if text := r.paragraph(run); text != "" {
			out = append(out, chunk{text: text})
		}
		run = nil
	}
	for n := parent.FirstChild; n != nil; n = n.NextSibling {
		switch {
		case n.Type == html.ElementNode && n.Data == "attachment" && r.Attachment != nil:
			if text := r.Attachment(attribute(n, "id")); text != "" {
				flush()
				out = append(out, chunk{text, otherChunk})
			}
			// Teams closes it, other senders may not: then what follows stands in it.
			if r.holdsBlock[n] {
				flush()
				out = append(out, r.blocks(n)...)
			} else {
				for c := range n.ChildNodes() {
					run = append(run, c)
				}
			}
		case isSilent(n):
		case isBlock(n):
			flush()
			out = append(out, r.block(n, out)...)
		case r.holdsBlock[n]:
			flush()
			inner := r
			inner.style |= styleOf(n)
			out = append(out, inner.blocks(n)...)
		default:
			run = append(run, n)
		}
	}
	flush()
	return out
}

// block renders a block; before are those that stand before it.
func (r reader) block(n *html.Node, before []chunk) []chunk {
	one := func(text string, kind chunkKind) []chunk {
		if text == "" {
			return nil
		}
		return []chunk{{text, kind}}
	}
	switch n.DataAtom {
	case atom.Hr:
		if r.lists > 0 {
			return one("***", otherChunk) // with dashes it would underline what stands before it
		}
		return one("---", otherChunk)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.cell = true
		if text := r.line(n); text != "" {
			return one(strings.Repeat("#", int(n.Data[1]-'0'))+" "+text, otherChunk)
		}
		return nil
	case atom.Blockquote:
		if r.quotes == deepest {
			return r.blocks(n)
		}
		r.quotes++
		if inner := joinBlocks(r.blocks(n), false); inner != "" {
			return one(prefix(inner, "> ", "> "), otherChunk)
		}
		return nil
	case atom.Ul, atom.Ol:
		return r.list(n, before)
	case atom.Table:
		if r.cell {
			return r.blocks(n)
		}
		r.cell = true
		return one(r.table(n), otherChunk)
	}
	if n.DataAtom != atom.Pre && n.Data != "codeblock" {
		return r.blocks(n)
	}
	code := raw(n)
	switch {
	case !r.cell:
		return one(CodeBlock(code, languageOf(n)), codeChunk)
	case strings.TrimSpace(code) == "":
		return nil
	}
	return one(codeSpan(strings.Join(strings.Fields(code), " ")), otherChunk)
}

// list renders a list. One that follows another of its kind has other marks: else they would be one.
func (r reader) list(n *html.Node, before []chunk) []chunk {
	if r.lists == deepest {
		return r.blocks(n)
	}
	r.lists++
	kind, other := bulletChunk, otherBulletChunk
	if n.DataAtom == atom.Ol {
		kind, other = numberChunk, otherNumberChunk
	}
	if len(before) > 0 && before[len(before)-1].kind == kind {
		kind = other
	}
	number := 1
	if start, err := strconv.Atoi(attribute(n, "start")); err == nil {
		number = max(start, 0) % 900_000_000
	}
	var items []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || isSilent(c) {
			continue
		}
		parts := r.blocks(c)
		if c.DataAtom != atom.Li && isBlock(c) {
			parts = r.block(c, nil)
		}
		text := task(joinBlocks(parts, true))
		if text == "" {
			continue
		}
		marker := map[chunkKind]string{bulletChunk: "- ", otherBulletChunk: "+ "}[kind]
		if n.DataAtom == atom.Ol {
			marker = fmt.Sprintf("%d%s ", number, map[chunkKind]string{numberChunk: ".", otherNumberChunk: ")"}[kind])
			number++
		}
		items = append(items, prefix(text, marker, strings.Repeat(" ", len(marker))))
	}
	if len(items) == 0 {
		return nil
	}
	return []chunk{{strings.Join(items, "\n"), kind}}
}

// task makes a task of an item that begins with a box.
func task(item string) string {
	for box, mark := range map[string]string{open: "[ ] ", done: "[x] ", "☒": "[x] "} {
		if rest, ok := strings.CutPrefix(item, box+" "); ok {
			return mark + rest
		}
	}
	return item
}

func (r reader) table(n *html.Node) string {
	var rows [][]string
	width := 0
	for _, d := range tableRows(n) {
		var cells []string
		for c := d.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
				cells = append(cells, strings.ReplaceAll(r.line(c), "|", `\|`))
			}
		}
		if len(cells) > 0 {
			rows = append(rows, cells)
			width = max(width, len(cells))
		}
	}
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	for i, cells := range rows {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |")
		if i == 0 {
			b.WriteString(strings.Repeat(" |", width-len(cells)) + "\n|" + strings.Repeat(" --- |", width))
		}
	}
	return b.String()
}

// tableRows are the rows of a table itself. A table in a cell is not a table here, its cells are read as text: rendering
// it as a part of each table around it would take exponential time.
func tableRows(n *html.Node) (rows []*html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Tr:
			rows = append(rows, c)
		case atom.Thead, atom.Tbody, atom.Tfoot:
			rows = append(rows, tableRows(c)...)
		}
	}
	return rows
}

// line renders all content of a node on one line.
func (r reader) line(n *html.Node) string {
	var texts []string
	for _, c := range r.blocks(n) {
		texts = append(texts, c.text)
	}
	return strings.Join(strings.Fields(strings.Join(texts, " ")), " ")
}

func prefix(text, first, others string) string {
	return first + strings.ReplaceAll(text, "\n", "\n"+others)
}

// languageOf is what the code element or the code block says of itself.
func languageOf(n *html.Node) string {
	class := attribute(n, "class")
	if c := n.FirstChild; class == "" && c != nil && c.DataAtom == atom.Code {
		class = attribute(c, "class")
	}
	return strings.TrimPrefix(class, "language-")
}

func longestRun(text string, c byte) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
