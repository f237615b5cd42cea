// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// style is how a piece of text looks.
type style uint8

const (
	bold style = 1 << iota
	italic
	struck
)

// styles are the styles from the outermost to the innermost, with their marks.
var styles = []struct {
	style
	mark string
}{{struck, "~~"}, {bold, "**"}, {italic, "*"}}

// piece is a stretch of a line that looks the same all over.
type piece struct {
	text    string
	atom    bool   // it is Markdown already and stands or falls as a whole: a link, code, an emoji
	code    string // what is between the marks of inline code
	alone   string // the same where there are spaces around it
	mention string // whom it names
	name    string // as the message shows it
	style
}

// pieces are a paragraph.
type pieces []piece

// add appends a piece.
func (p *pieces) add(next piece) {
	if next.text != "" {
		*p = append(*p, next)
	}
}

// joined puts neighbours together that look the same, and inline code beside inline code, whose marks would touch.
func (p pieces) joined() (out pieces) {
	for i := 0; i < len(p); {
		next := p[i]
		var text strings.Builder
		j := i
		for ; j < len(p); j++ {
			switch same := p[j].style == next.style; {
			case j > i && next.code != "" && p[j].code != "":
				next.style &= p[j].style
				text.WriteString(p[j].code)
				continue
			case j == i && next.code != "":
				text.WriteString(next.code)
				continue
			case !next.atom && !p[j].atom && same, j == i:
				text.WriteString(p[j].text)
				if !next.atom {
					continue
				}
				j++
			}
			break
		}
		i = j
		if next.text = text.String(); next.code != "" {
			next.code, next.text = next.text, codeSpan(next.text)
		}
		out.add(next)
	}
	return out
}

// markdown writes the paragraph. Marks stand where the parser takes them for marks: not beside spaces, and not between a
// letter and punctuation. Where that cannot be, the style is left out rather than a mark shown.
func (p pieces) markdown(e escaper) string {
	p = p.collapsed()
	plain := p.without(bold | italic | struck)
	if len(plain) == len(p) && !slices.ContainsFunc(p, func(c piece) bool { return c.style != 0 }) {
		return p.written(e)
	}
	for _, s := range styles {
		p = p.trimmed(s.style)
	}
	text := p.joined().nested().written(e)
	// Marks beside marks are read in more ways than can be foreseen here.
	if bare := plain.written(e); shownText(text) != shownText(bare) {
		return bare
	}
	return text
}

func shownText(markdown string) string { return Canonical(ToHTML(escapeLines(markdown))) }

// without are the pieces without some styles.
func (p pieces) without(s style) (out pieces) {
	for _, next := range p {
		next.style &^= s
		out.add(next)
	}
	return out.joined()
}

// written writes the pieces as they are.
func (p pieces) written(e escaper) string {
	var b strings.Builder
	var open []int // indexes of styles
	formulas := p.lastFormula()
	for i := range len(p) + 1 {
		var now style
		if i < len(p) {
			now = p[i].style
		}
		// Close what ends here, and what was opened inside it.
		keep := len(open)
		for j, s := range open {
			if now&styles[s].style == 0 {
				keep = j
				break
			}
		}
		for len(open) > keep {
			b.WriteString(styles[open[len(open)-1]].mark)
			open = open[:len(open)-1]
		}
		if i == len(p) {
			break
		}
		for _, s := range p.opening(i, open) {
			b.WriteString(styles[s].mark)
			open = append(open, s)
		}
		if i > 0 && p[i-1].mention != "" && p[i-1].style == p[i].style && continuesName(p[i].text) {
			b.WriteByte(' ')
		}
		if p[i].atom {
			b.WriteString(p.atom(i))
			continue
		}
		e.before, e.after = p.around(i)
		e.styled, e.dollars = p[i].style != 0, formulas > i
		b.WriteString(e.escape(p[i].text))
	}
	return b.String()
}

// lastFormula is the last piece in which a $ may end a formula; -1: there is none.
func (p pieces) lastFormula() int {
	for i, each := range slices.Backward(p) {
		if strings.HasPrefix(each.text, "$") || lastClosing(each.text) >= 0 {
			return i
		}
	}
	return -1
}

// atom is the text of an atom where it stands.
func (p pieces) atom(i int) string {
	if p[i].alone == "" {
		return p[i].text
	}
	if before, _ := p.around(i); before != 0 && !unicode.IsSpace(before) && before != '(' {
		return p[i].text
	}
	if i+1 < len(p) {
		end := strings.TrimLeft(p[i+1].text, ".,:;!?)")
		if end != "" && end[0] != ' ' && end[0] != '\n' || end == "" && i+2 < len(p) {
			return p[i].text
		}
	}
	return p[i].alone
}

// continuesName tells whether a text behind the name of a user would be read as more of the name.
func continuesName(text string) bool {
	c, size := utf8.DecodeRuneInString(text)
	if c == '.' || c == '-' || c == '_' {
		c, _ = utf8.DecodeRuneInString(text[size:])
	}
	return wordy(c) || c == '@'
}

// around is what stands before and after a piece: 0 for nothing.
func (p pieces) around(i int) (before, after rune) {
	if i > 0 {
		before, _ = utf8.DecodeLastRuneInString(p[i-1].text)
	}
	if i+1 < len(p) {
		after, _ = utf8.DecodeRuneInString(p[i+1].text)
	}
	return before, after
}

// collapsed makes one space of each run of white space, as a browser does, and none at the borders of lines.
func (p pieces) collapsed() pieces {
	var out pieces
	at := '\n' // what was written last, as far as it is white space
	for _, next := range p {
		if next.atom {
			out.add(next)
			at = 0
			continue
		}
		var b strings.Builder
		for _, c := range next.text {
			switch c {
			case ' ', '\t', '\r', '\f', '\u00a0':
				if at != ' ' && at != '\n' {
					b.WriteByte(' ')
					at = ' '
				}
				continue
			case '\n':
				if at == '\n' {
					continue
				}
				if at == ' ' {
					// The space before it goes.
					if text := b.String(); strings.HasSuffix(text, " ") {
						b.Reset()
						b.WriteString(strings.TrimSuffix(text, " "))
					} else if last := len(out) - 1; last >= 0 {
						out[last].text = strings.TrimSuffix(out[last].text, " ")
					}
				}
			}
			at = 0
			if c == '\n' {
				at = '\n'
			}
			b.WriteRune(c)
		}
		next.text = b.String()
		out.add(next)
	}
	out = out.joined()
	for len(out) > 0 {
		last := &out[len(out)-1]
		if !last.atom {
			last.text = strings.TrimRight(last.text, " \n")
		}
		if last.text != "" {
			break
		}
		out = out[:len(out)-1]
	}
	return out
}
