// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

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

// paragraph renders a run of inline nodes.
func (r reader) paragraph(nodes []*html.Node) string {
	var p pieces
	for _, n := range nodes {
		r.inline(&p, n)
	}
	return escapeLines(p.markdown(escaper{label: r.link, mayName: r.MayName}))
}

func (r reader) children(p *pieces, n *html.Node) {
	for c := range n.ChildNodes() {
		r.inline(p, c)
	}
}

// styleOf is the style that an element gives to its text. Mattermost has no underline: what somebody wanted to stand out
// stands out in italics.
func styleOf(n *html.Node) style {
	switch n.DataAtom {
	case atom.B, atom.Strong:
		return bold
	case atom.I, atom.Em, atom.U, atom.Ins:
		return italic
	case atom.S, atom.Strike, atom.Del:
		return struck
	}
	return 0
}

func (r reader) inline(p *pieces, n *html.Node) {
	text := func(s string) { p.add(piece{text: s, style: r.style}) }
	switch {
	case n.Type == html.TextNode:
		text(strings.ReplaceAll(n.Data, "\n", " "))
	case isSilent(n):
	case n.DataAtom == atom.Br:
		text("\n")
	case n.DataAtom == atom.Code:
		if code := raw(n); strings.TrimSpace(code) == "" {
			text(" ")
		} else {
			p.add(piece{text: codeSpan(code), code: code, style: r.style, atom: true})
		}
	case n.DataAtom == atom.A:
		r.anchor(p, n)
	case n.DataAtom == atom.Img:
		r.image(p, n)
	case n.Data == "emoji":
		text(attribute(n, "alt"))
	case n.Data == "customemoji":
		text(customEmoji(n))
	case n.Data == "at":
		r.at(p, n)
	case n.DataAtom == atom.Sup:
		text(raised(raw(n)))
	default:
		r.style |= styleOf(n)
		r.children(p, n)
	}
}

// customEmoji is the name of an organisation's own emoji, which has a picture that only Teams can load.
func customEmoji(n *html.Node) string {
	name := strings.Trim(attribute(n, "alt"), ":")
	if name == "" {
		return ""
	}
	return ":" + strings.ReplaceAll(strings.ToLower(name), " ", "-") + ":"
}

// raised writes an exponent with the characters there are for it.
func raised(text string) string {
	const plain, high = "0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ"
	var b strings.Builder
	for _, c := range text {
		i := strings.IndexRune(plain, c)
		if i < 0 {
			return text
		}
		b.WriteRune([]rune(high)[i])
	}
	return b.String()
}

// at renders a mention. Teams writes one per word of a name.
func (r reader) at(p *pieces, n *html.Node) {
	shown := strings.TrimPrefix(strings.Join(strings.Fields(raw(n)), " "), "@")
	key, markdown := "", ""
	if id, err := strconv.Atoi(attribute(n, "id")); err == nil && r.Mention != nil {
		key, markdown = r.Mention(id)
	}
	if shown == "" && markdown == "" {
		return
	}
	// The one before it, when there are only spaces between.
	last := len(*p) - 1
	for last >= 0 && (*p)[last].mention == "" && !(*p)[last].atom && strings.TrimSpace((*p)[last].text) == "" && !strings.Contains((*p)[last].text, "\n") {
		last--
	}
	if same := key != "" && last >= 0 && (*p)[last].mention == key && !strings.Contains((*p)[last].name, shown); same {
		*p = (*p)[:last+1]
		(*p)[last].name += " " + shown
		if markdown == "" {
			(*p)[last].text += " " + escaper{label: r.link}.escape(shown)
		}
		return
	}
	before := rune(0)
	if len(*p) > 0 && (*p)[len(*p)-1].style == r.style {
		before, _ = utf8.DecodeLastRuneInString((*p)[len(*p)-1].text)
	}
	if wordy(before) {
		p.add(piece{text: " ", style: r.style})
	}
	if markdown == "" {
		markdown = "@" + joiner + escaper{label: r.link}.escape(shown)
	}
	if key == "" {
		key = attribute(n, "id") + "\x00" + strconv.Itoa(len(*p))
	}
	*p = append(*p, piece{text: markdown, atom: true, style: r.style, mention: key, name: shown})
}

func (r reader) anchor(p *pieces, n *html.Node) {
	href := attribute(n, "href")
	target, ok := address(href)
	shown := strings.Join(strings.Fields(raw(n)), " ")
	if !ok || r.link {
		r.children(p, n)
		if beside := shownAddress(href); !ok && beside != "" && beside != shown {
			p.add(piece{text: " (" + beside + ")", style: r.style})
		}
		return
	}
	bare, is := bareAs(shown, href)
	if !is || r.style != 0 {
		bare = ""
	}
	inner := r
	inner.link, inner.style = true, 0
	var label pieces
	inner.children(&label, n)
	text := strings.ReplaceAll(label.markdown(escaper{label: true, mayName: r.MayName}), "\n", " ")
	if text == "" {
		text = escaper{label: true}.escape(target)
	} else if shown == "" {
		bare = "" // a picture is the link
	}
	p.add(piece{text: "[" + text + "](" + target + ")", alone: bare, atom: true, style: r.style})
}

// image renders a picture as its text or a link: loading it would tell its server who reads, and pictures that Teams
// hosts need a token.
func (r reader) image(p *pieces, n *html.Node) {
	alt := strings.Join(strings.Fields(attribute(n, "alt")), " ")
	source := attribute(n, "src")
	whole := func(s string) { p.add(piece{text: s, style: r.style, atom: true}) }
	if strings.Contains(attribute(n, "itemtype"), "Emoji") {
		p.add(piece{text: alt, style: r.style})
		return
	}
	if w, h := attribute(n, "width"), attribute(n, "height"); w == "0" || w == "1" || h == "0" || h == "1" {
		return // nobody sees it: it tells its server who reads
	}
	if r.Picture != nil {
		if text, known := r.Picture(Picture{Source: source, Alt: alt}); known {
			whole(text)
			return
		}
	}
	target, ok := address(source)
	switch {
	case ok && !r.link && !strings.Contains(target, "/hostedContents/"):
		if alt == "" {
			alt = "image"
		}
		whole("[" + escaper{label: true}.escape(alt) + "](" + target + ")")
	case alt == "":
		p.add(piece{text: "(image)", style: r.style})
	default:
		p.add(piece{text: "(image: " + alt + ")", style: r.style})
	}
}

// codeSpan makes inline code. A line break in it would end the paragraph's line.
func codeSpan(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	marks := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.HasPrefix(text, " ") && strings.HasSuffix(text, " ") {
		text = " " + text + " "
	}
	return marks + text + marks
}
