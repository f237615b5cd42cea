// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Addresses are links without any marks around them, where a word begins.

// bareLength is how much of a text is the address of something on the web with which it begins, without the punctuation
// behind it.
func bareLength(text string) int {
	rest := text
	for _, scheme := range []string{"https://", "http://", "ftp://"} {
		if begun, is := strings.CutPrefix(text, scheme); is {
			rest = begun
			break
		}
	}
	n := addressRun(rest)
	if len(rest) == len(text) || n == 0 {
		return 0
	}
	return withoutPunctuation(text[:len(text)-len(rest)+n])
}

// wwwLength is the same for an address that begins with www.
func wwwLength(text string) int {
	n := addressRun(text)
	host := text[:n]
	if end := strings.IndexAny(host, "/?#:"); end >= 0 {
		host = host[:end]
	}
	rest, is := strings.CutPrefix(strings.TrimRight(host, ".,!;_~)"), "www.")
	dot := strings.LastIndexByte(rest, '.')
	if !is || dot < 1 || dot == len(rest)-1 || strings.Trim(rest[dot+1:], "abcdefghijklmnopqrstuvwxyz") != "" {
		return 0
	}
	return withoutPunctuation(text[:n])
}

// addressRun is how many bytes of a text may stand in an address.
func addressRun(text string) int {
	if n := strings.IndexAny(text, " \t\n\f\r<>\"'`*\\[]|{}^"); n >= 0 {
		return n
	}
	return len(text)
}

// withoutPunctuation is how much of an address is its own: what ends the sentence or closes a bracket is not.
func withoutPunctuation(address string) int {
	end := len(address)
	opening, closing := strings.Count(address, "("), strings.Count(address, ")")
	for end > 0 {
		switch address[end-1] {
		case '?', '!', '.', ',', ':', '_', '~':
		case ')':
			if closing <= opening {
				return end
			}
			closing--
		case ';':
			// What looks like a character reference is none of it.
			start := strings.LastIndexFunc(address[:end-1], func(c rune) bool { return c > 0x7f || !letter(byte(c)) })
			if start < 0 || start == end-2 || address[start] != '&' {
				return end
			}
			end = start + 1
		default:
			return end
		}
		end--
	}
	return 0
}

// emailLength is how much of a text is the e-mail address with which it begins, in the sense of people rather than of the
// standard; 0: it begins with none.
func emailLength(text string) int {
	at := words(text, "._+-")
	if at == 0 || at == len(text) || text[at] != '@' {
		return 0
	}
	end := at + 1
	for labels := 0; ; labels++ {
		n := words(text[end:], "-")
		switch {
		case n > 0:
			end += n
		case labels > 0:
			end-- // the dot before it ends a sentence
		default:
			return 0
		}
		if n == 0 || end == len(text) || text[end] != '.' {
			if strings.IndexByte(text[at:end], '.') < 0 {
				return 0
			}
			return end
		}
		end++
	}
}

// words is how much of a text are letters and digits, with single separators between them.
func words(text, separators string) (end int) {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] < 0x80 && letter(text[i]):
			end = i + 1
		case i == 0 || end < i || strings.IndexByte(separators, text[i]) < 0:
			return end
		}
	}
	return end
}

// bareParser makes links of addresses.
type bareParser struct{}

// Trigger has it asked where a line or a word begins (the space stands for that), and behind the marks of emphasis.
func (bareParser) Trigger() []byte { return []byte{' ', '*', '_', '~', '('} }

func (bareParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if pc.IsInLinkLabel() {
		return nil
	}
	line, segment := block.PeekLine()
	rest := string(line)
	if strings.IndexByte(" *_~(", rest[0]) >= 0 {
		rest = rest[1:]
	}
	before := len(line) - len(rest)
	kind, protocol, n := ast.AutoLinkURL, "", bareLength(rest)
	if n == 0 && strings.HasPrefix(rest, "www.") {
		protocol, n = "http", wwwLength(rest)
	}
	if n == 0 {
		kind, n = ast.AutoLinkEmail, emailLength(rest)
		if n == 0 || n < len(rest) && (rest[n] == '-' || rest[n] == '_') {
			return nil
		}
	}
	if before > 0 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(segment.Start+before))
	}
	begin := segment.Start + before
	block.Advance(before + n)
	link := ast.NewAutoLink(kind, ast.NewTextSegment(text.NewSegment(begin, begin+n)))
	if protocol != "" {
		link.Protocol = []byte(protocol)
	}
	return link
}
