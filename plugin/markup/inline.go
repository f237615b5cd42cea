// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
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
	alone   string // the same where there are spaces around it
	mention string // whom it names
	style
}

// pieces are a paragraph.
type pieces []piece

// add appends a piece; a text joins the one before it that looks the same.
func (p *pieces) add(next piece) {
	if last := len(*p) - 1; last >= 0 && !next.atom && !(*p)[last].atom && (*p)[last].style == next.style {
		(*p)[last].text += next.text
		return
	}
	if next.text != "" {
		*p = append(*p, next)
	}
}

// markdown writes the paragraph. Marks stand where the parser takes them for marks: not beside spaces, and not between a
// letter and punctuation. Where that cannot be, the style is left out rather than a mark shown.
func (p pieces) markdown(e escaper) string {
	p = p.collapsed()
	for _, s := range styles {
		p = p.trimmed(s.style)
	}
	var b strings.Builder
	var open []int // indexes of styles
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
		if i > 0 && p[i-1].mention != "" && continuesName(p[i].text) {
			b.WriteByte(' ')
		}
		if p[i].atom {
			b.WriteString(p.atom(i))
			continue
		}
		e.before, e.after = p.around(i)
		b.WriteString(e.escape(p[i].text))
	}
	return b.String()
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

// opening are the styles that begin at a piece, the one that lasts longest first.
func (p pieces) opening(i int, open []int) (found []int) {
	last := map[int]int{}
	for s := range styles {
		is := false
		for _, o := range open {
			is = is || o == s
		}
		if is || p[i].style&styles[s].style == 0 {
			continue
		}
		end := i
		for end < len(p) && p[end].style&styles[s].style != 0 {
			end++
		}
		last[s] = end
		at := len(found)
		for at > 0 && last[found[at-1]] < end {
			at--
		}
		found = append(found[:at], append([]int{s}, found[at:]...)...)
	}
	return found
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

// trimmed takes a style from the borders of each stretch that has it until marks may stand there.
func (p pieces) trimmed(s style) pieces {
	// Each piece is cut into its first and last characters and the rest when that is needed; a piece is then with or without.
	for i := 0; i < len(p); i++ {
		if p[i].style&s == 0 || i > 0 && p[i-1].style&s != 0 {
			continue
		}
		before, _ := p.around(i)
		c, size := utf8.DecodeRuneInString(p[i].text)
		if opens(before, c) && !p.crowded(i, s) {
			continue
		}
		p = p.unstyled(i, s, 0, size)
	}
	for i := len(p) - 1; i >= 0; i-- {
		if p[i].style&s == 0 || i+1 < len(p) && p[i+1].style&s != 0 {
			continue
		}
		_, after := p.around(i)
		c, size := utf8.DecodeLastRuneInString(p[i].text)
		if opens(after, c) {
			continue
		}
		n := len(p[i].text) - size
		before := len(p)
		p = p.unstyled(i, s, n, len(p[i].text))
		i += len(p) - before
		if i < len(p)-1 {
			i++
		}
	}
	return p
}

// crowded tells whether another mark of another character would stand between a letter and this one.
func (p pieces) crowded(i int, s style) bool {
	before, _ := p.around(i)
	if before == 0 || unicode.IsSpace(before) || unicode.IsPunct(before) {
		return false
	}
	others := p[i].style &^ s
	if i > 0 {
		others &^= p[i-1].style
	}
	return s == struck && others&(bold|italic) != 0 || s != struck && others&struck != 0
}

// unstyled takes a style from the bytes from…to of a piece; from an atom, as a whole.
func (p pieces) unstyled(i int, s style, from, to int) pieces {
	whole := p[i]
	if whole.atom {
		p[i].style &^= s
		return p
	}
	var parts pieces
	for _, part := range []piece{
		{text: whole.text[:from], style: whole.style},
		{text: whole.text[from:to], style: whole.style &^ s},
		{text: whole.text[to:], style: whole.style},
	} {
		if part.text != "" {
			parts = append(parts, part)
		}
	}
	return append(p[:i:i], append(parts, p[i+1:]...)...)
}

// opens tells whether a mark may stand between what is outside and what is inside it.
func opens(outside, inside rune) bool {
	switch {
	case inside == 0 || unicode.IsSpace(inside):
		return false
	case unicode.IsPunct(inside) || unicode.IsSymbol(inside):
		return outside == 0 || unicode.IsSpace(outside) || unicode.IsPunct(outside)
	}
	return true
}
