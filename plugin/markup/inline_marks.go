// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// Where the marks of styles may stand: one style inside another, and only where the parser takes a mark for one.

// nested ends a style where one that began before it ends.
func (p pieces) nested() pieces {
	var open []int
	for i := range p {
		for j, s := range open {
			if p[i].style&styles[s].style != 0 {
				continue
			}
			for _, inner := range open[j+1:] {
				for k := i; k < len(p) && p[k].style&styles[inner].style != 0; k++ {
					p[k].style &^= styles[inner].style
				}
			}
			open = open[:j]
			break
		}
		open = append(open, p.opening(i, open)...)
	}
	return p.joined()
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

// trimmed takes a style from the borders of each stretch that has it until marks may stand there.
func (p pieces) trimmed(s style) pieces {
	var out pieces
	for i := 0; i < len(p); {
		if p[i].style&s == 0 {
			out.add(p[i])
			i++
			continue
		}
		end := i
		for end < len(p) && p[end].style&s != 0 {
			end++
		}
		stretch := slices.Clone(p[i:end])
		for len(stretch) > 0 {
			var last piece
			if len(out) > 0 {
				last = out[len(out)-1]
			}
			before, _ := utf8.DecodeLastRuneInString(last.text)
			c, size := utf8.DecodeRuneInString(stretch[0].text)
			if opens(orNothing(before, last), c) && !crowded(last, stretch[0], s) {
				break
			}
			out.add(stretch[0].cut(0, size, s))
			if stretch[0] = stretch[0].rest(size, len(stretch[0].text)); stretch[0].text == "" {
				stretch = stretch[1:]
			}
		}
		var next piece
		if end < len(p) {
			next = p[end]
		}
		var tail pieces
		for len(stretch) > 0 {
			last := stretch[len(stretch)-1]
			after, _ := utf8.DecodeRuneInString(next.text)
			c, size := utf8.DecodeLastRuneInString(last.text)
			if opens(orNothing(after, next), c) {
				break
			}
			next = last.cut(len(last.text)-size, len(last.text), s)
			tail.add(next)
			if stretch[len(stretch)-1] = last.rest(0, len(last.text)-size); stretch[len(stretch)-1].text == "" {
				stretch = stretch[:len(stretch)-1]
			}
		}
		out = append(out, stretch...)
		slices.Reverse(tail)
		out = append(out, tail...)
		i = end
	}
	return out
}

// orNothing is the character, or 0 when there is no piece to have one.
func orNothing(c rune, of piece) rune {
	if of.text == "" {
		return 0
	}
	return c
}

// cut is a part of a piece without a style; of an atom, the whole.
func (p piece) cut(from, to int, s style) piece {
	p.style &^= s
	if !p.atom {
		p.text = p.text[from:to]
	}
	return p
}

// rest is what a cut leaves.
func (p piece) rest(from, to int) piece {
	if p.atom {
		return piece{}
	}
	p.text = p.text[from:to]
	return p
}

// crowded tells whether another mark of another character would stand between a letter and the one of a style.
func crowded(last, first piece, s style) bool {
	before, _ := utf8.DecodeLastRuneInString(last.text)
	if parts(orNothing(before, last)) {
		return false
	}
	others := first.style &^ s &^ last.style
	return s == struck && others&(bold|italic) != 0 || s != struck && others&struck != 0
}

// opens tells whether a mark may stand between what is outside and what is inside it.
func opens(outside, inside rune) bool {
	switch {
	case inside == 0 || unicode.IsSpace(inside):
		return false
	case unicode.IsPunct(inside) || unicode.IsSymbol(inside):
		return parts(outside)
	}
	return true
}

// parts tells whether a character parts words. Parsers do not agree on symbols beyond ASCII.
func parts(c rune) bool {
	return c == 0 || unicode.IsSpace(c) || unicode.IsPunct(c) || c < 0x80 && unicode.IsSymbol(c)
}
