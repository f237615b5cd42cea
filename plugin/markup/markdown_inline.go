// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What stands in the lines of a Teams message: text, mentions, links, pictures, inline code.

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
