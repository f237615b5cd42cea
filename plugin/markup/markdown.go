// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ToMarkdown turns the body of a Teams message into Markdown for Mattermost. Whatever it is given, the result loads and
// runs nothing in the reader's client: scripts are dropped, images become links.
func ToMarkdown(body string) string {
	root, err := parse(body)
	if err != nil {
		return strings.TrimSpace(EscapeMarkdown(plain(body)))
	}
	r := reader{holdsBlock: holders(root)}
	return strings.TrimSpace(strings.Join(r.blocks(root), "\n\n"))
}

// reader walks a tree; the fields are what is around the present node.
type reader struct {
	holdsBlock                 map[*html.Node]bool
	bold, italic, struck, link bool
	cell                       bool
	quotes, lists              int
}

// Quotes and lists nested deeper than this are flattened: each level repeats its prefix on every line.
const deepest = 10

// blocks renders the children of a node, one string per block.
func (r reader) blocks(parent *html.Node) []string {
	var out []string
	var run []*html.Node
	flush := func() {
		if text := r.paragraph(run); text != "" {
			out = append(out, text)
		}
		run = nil
	}
	for n := parent.FirstChild; n != nil; n = n.NextSibling {
		switch {
		case isSilent(n):
		case isBlock(n):
			flush()
			out = append(out, r.block(n)...)
		case r.holdsBlock[n]:
			flush()
			out = append(out, r.blocks(n)...)
		default:
			run = append(run, n)
		}
	}
	flush()
	return out
}

func (r reader) block(n *html.Node) []string {
	switch n.DataAtom {
	case atom.Hr:
		return []string{"---"}
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		if text := r.line(n); text != "" {
			return []string{strings.Repeat("#", int(n.Data[1]-'0')) + " " + text}
		}
		return nil
	case atom.Blockquote:
		if r.quotes == deepest {
			return r.blocks(n)
		}
		r.quotes++
		if inner := strings.Join(r.blocks(n), "\n\n"); inner != "" {
			return []string{prefix(inner, "> ", "> ")}
		}
		return nil
	case atom.Ul, atom.Ol:
		return r.list(n)
	case atom.Table:
		if r.cell {
			return r.blocks(n)
		}
		r.cell = true
		return r.table(n)
	case atom.Pre:
		return fence(raw(n), language(n))
	}
	if n.Data == "codeblock" {
		return fence(raw(n), language(n))
	}
	return r.blocks(n)
}

func (r reader) list(n *html.Node) []string {
	if r.lists == deepest {
		return r.blocks(n)
	}
	r.lists++
	number := 1
	_, _ = fmt.Sscan(attribute(n, "start"), &number)
	var items []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || isSilent(c) {
			continue
		}
		parts := r.blocks(c)
		if c.DataAtom != atom.Li {
			parts = r.block(c)
		}
		marker := "- "
		if n.DataAtom == atom.Ol {
			marker = fmt.Sprintf("%d. ", max(number, 0)%1_000_000_000)
			number++
		}
		if text := strings.Join(parts, "\n"); text != "" {
			items = append(items, prefix(text, marker, strings.Repeat(" ", len(marker))))
		}
	}
	if len(items) == 0 {
		return nil
	}
	return []string{strings.Join(items, "\n")}
}

func (r reader) table(n *html.Node) []string {
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
		return nil
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
	return []string{b.String()}
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
	return strings.Join(strings.Fields(strings.Join(r.blocks(n), " ")), " ")
}

func prefix(text, first, others string) string {
	return first + strings.ReplaceAll(text, "\n", "\n"+others)
}

// fence makes a code block.
func fence(code, language string) []string {
	code = strings.Trim(code, "\n")
	marks := strings.Repeat("`", max(3, longestRun(code, '`')+1))
	return []string{marks + language + "\n" + code + "\n" + marks}
}

// language is what the code element or the code block says of itself, if it can stand behind a fence.
func language(n *html.Node) string {
	class := attribute(n, "class")
	if c := n.FirstChild; class == "" && c != nil && c.DataAtom == atom.Code {
		class = attribute(c, "class")
	}
	name := strings.ToLower(strings.TrimPrefix(class, "language-"))
	for _, c := range []byte(name) {
		if !letter(c) && c != '-' && c != '+' && c != '#' {
			return ""
		}
	}
	return name
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
	var b strings.Builder
	r.inline(&b, nodes)
	return escapeLines(strings.TrimSpace(b.String()))
}

func (r reader) children(n *html.Node) string {
	var nodes []*html.Node
	for c := range n.ChildNodes() {
		nodes = append(nodes, c)
	}
	var b strings.Builder
	r.inline(&b, nodes)
	return b.String()
}

func (r reader) inline(b *strings.Builder, nodes []*html.Node) {
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		mark, inner := r.emphasis(n)
		if mark == "" {
			add(b, r.span(n))
			continue
		}
		// Neighbours of the same form are one: two marks side by side would mean something else.
		var text strings.Builder
		text.WriteString(inner.children(n))
		for i+1 < len(nodes) {
			if next, _ := r.emphasis(nodes[i+1]); next != mark {
				break
			}
			i++
			text.WriteString(inner.children(nodes[i]))
		}
		add(b, wrap(text.String(), mark))
	}
}

// emphasis returns the mark of an element that changes how its text looks, and the reader for what is in it. Inside
// itself an emphasis means nothing.
func (r reader) emphasis(n *html.Node) (mark string, inner reader) {
	switch n.DataAtom {
	case atom.B, atom.Strong:
		if !r.bold {
			r.bold = true
			return "**", r
		}
	case atom.I, atom.Em:
		if !r.italic {
			r.italic = true
			return "*", r
		}
	case atom.S, atom.Strike, atom.Del:
		if !r.struck {
			r.struck = true
			return "~~", r
		}
	}
	return "", r
}

// wrap puts marks around a text, inside its spaces: marks beside a space are no marks.
func wrap(text, mark string) string {
	core := strings.TrimSpace(text)
	if core == "" {
		return text
	}
	start := strings.Index(text, core)
	return text[:start] + mark + core + mark + text[start+len(core):]
}

func (r reader) span(n *html.Node) string {
	switch {
	case n.Type == html.TextNode:
		return escape(collapse(n.Data))
	case isSilent(n):
		return ""
	case n.DataAtom == atom.Br:
		return "\n"
	case n.DataAtom == atom.Code:
		return code(raw(n))
	case n.DataAtom == atom.A:
		return r.anchor(n)
	case n.DataAtom == atom.Img:
		return r.image(n)
	case n.Data == "emoji":
		return attribute(n, "alt")
	case n.Data == "at":
		return "@" + strings.TrimPrefix(r.children(n), "@")
	}
	return r.children(n)
}

func (r reader) anchor(n *html.Node) string {
	target, ok := address(attribute(n, "href"))
	if !ok || r.link {
		return r.children(n)
	}
	r.link = true
	text := strings.TrimSpace(r.children(n))
	if shown := strings.TrimSpace(raw(n)); text == "" || shown == target || shown == attribute(n, "href") {
		return target
	}
	return "[" + strings.ReplaceAll(text, "]", `\]`) + "](" + target + ")"
}

// image renders a picture as its text or a link: loading it would tell its server who reads, and pictures that Teams
// hosts need a token.
func (r reader) image(n *html.Node) string {
	alt := escape(collapse(attribute(n, "alt")))
	target, ok := address(attribute(n, "src"))
	switch {
	case strings.Contains(attribute(n, "itemtype"), "Emoji"):
		return alt
	case ok && !r.link && !strings.Contains(target, "/hostedContents/"):
		if alt == "" {
			alt = "image"
		}
		return "[" + strings.ReplaceAll(alt, "]", `\]`) + "](" + target + ")"
	case alt == "":
		return "(image)"
	}
	return "(image: " + alt + ")"
}

// address accepts what a person may be sent to, written so that it ends where it should in Markdown.
func address(text string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return "", false
		}
	case "mailto":
	default:
		return "", false
	}
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\\", "%5C", "\n", "", "\r", "", "\t", "").Replace(u.String()), true
}

// code makes an inline code span. A line break in it would end the paragraph's line.
func code(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	if strings.TrimSpace(text) == "" {
		return text
	}
	marks := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return marks + text + marks
}

// collapse turns each run of white space into one space, as a browser does. Teams writes spaces that must stay as
// no-break spaces.
func collapse(text string) string {
	var b strings.Builder
	space := false
	for _, c := range text {
		switch c {
		case ' ', '\t', '\n', '\r', '\f':
			space = true
			continue
		case '\u00a0':
			c = ' '
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(c)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

// add appends inline text without doubling spaces or beginning a line with them.
func add(b *strings.Builder, text string) {
	if s := b.String(); strings.HasSuffix(s, " ") || strings.HasSuffix(s, "\n") {
		text = strings.TrimPrefix(text, " ")
	}
	b.WriteString(text)
}
