// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// EscapeMarkdown returns Markdown that Mattermost shows as this text, line breaks included, and that notifies nobody.
func EscapeMarkdown(text string) string {
	return escapeLines(escaper{}.escape(strings.ReplaceAll(text, "\r\n", "\n")))
}

// escaper takes the meaning from the characters that form inline markup.
type escaper struct {
	before, after rune // what stands around the text; 0 for nothing
	label         bool // the text is that of a link, in which addresses are no links
	// mayName tells whether an @name in the text may stay one that notifies.
	mayName func(name string) bool
}

// escape returns the text escaped. Addresses and formulas stay as they are.
func (e escaper) escape(text string) string {
	if !strings.ContainsAny(text, "\\`*_[]~&<@!$:") {
		return text
	}
	var b strings.Builder
	previous := e.before
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		rest := text[i:]
		if n := e.verbatim(rest, previous); n > 0 {
			b.WriteString(rest[:n])
			previous, _ = utf8.DecodeLastRuneInString(rest[:n])
			i += n
			continue
		}
		next := e.after
		if i+size < len(text) {
			next, _ = utf8.DecodeRuneInString(text[i+size:])
		}
		switch c {
		case '\\', '`', '*', '[':
			b.WriteByte('\\')
		case ']':
			if e.label {
				b.WriteByte('\\')
			}
		case '!':
			if next == '[' {
				b.WriteByte('\\')
			}
		case '_':
			// Between letters it is no markup: snake_case.
			if !wordy(previous) || !wordy(next) {
				b.WriteByte('\\')
			}
		case '~':
			if previous == '~' || next == '~' {
				b.WriteByte('\\')
			}
		case '&':
			if reference(rest) {
				b.WriteString("&amp;")
				previous, i = c, i+size
				continue
			}
		case '$':
			// Alone it is no formula; what follows outside this text must not make it one.
			if next == '$' || previous == '$' {
				b.WriteString("&#36;")
				previous, i = c, i+size
				continue
			}
		case '<':
			if end := strings.IndexByte(rest, '>'); end > 0 && strings.ContainsAny(rest[:end], ":@") {
				b.WriteString("&lt;")
				previous, i = c, i+size
				continue
			}
		case '@':
			b.WriteByte('@')
			if i+size < len(text) && wordy(next) && !wordy(previous) && !e.named(rest[size:]) {
				b.WriteString(joiner)
			}
			previous, i = c, i+size
			continue
		}
		b.WriteString(rest[:size])
		previous, i = c, i+size
	}
	return b.String()
}

// verbatim is how much of a text's beginning means the same in both worlds as it stands.
func (e escaper) verbatim(rest string, previous rune) int {
	switch rest[0] {
	case '$':
		return latexLength(rest)
	case 'h', 'f':
		if e.label || previous != 0 && !unicode.IsSpace(previous) && previous != '(' {
			return 0
		}
		return bareLength(rest)
	case ':':
		// The name of an emoji.
		end := strings.IndexFunc(rest[1:], func(c rune) bool {
			return c > 0x7f || !letter(byte(c)) && c != '_' && c != '+' && c != '-'
		})
		if end > 0 && rest[1+end] == ':' && !wordy(previous) {
			return end + 2
		}
	}
	return 0
}

func (e escaper) named(rest string) bool {
	if e.mayName == nil {
		return false
	}
	longest, shortest := Username(rest)
	return longest != "" && (e.mayName(longest) || e.mayName(shortest))
}

// wordy tells whether a character belongs to a word.
func wordy(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }

func letter(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// reference tells whether text begins with a character reference, e.g. &lt;
func reference(text string) bool {
	end := strings.IndexByte(text, ';')
	if end < 2 {
		return false
	}
	for _, c := range []byte(strings.TrimPrefix(text[1:end], "#")) {
		if !letter(c) {
			return false
		}
	}
	return true
}

// escapeLines takes the meaning from what makes a line a heading, a quote, a list, a rule or a table. No inline markup
// begins with these characters, so what begins a line here is text.
func escapeLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimLeft(line, " \t")
		lines[i] = escapeLine(line)
	}
	return strings.Join(lines, "\n")
}

func escapeLine(line string) string {
	if line == "" {
		return line
	}
	after := func(n int) bool { return len(line) == n || line[n] == ' ' || line[n] == '\t' }
	if strings.Trim(line, "|:- \t") == "" && strings.Contains(line, "-") {
		return strings.Replace(line, "-", `\-`, 1)
	}
	switch c := line[0]; {
	case c == '>':
		return `\` + line
	case c == '#':
		if n := len(line) - len(strings.TrimLeft(line, "#")); n <= 6 && after(n) {
			return `\` + line
		}
	case c == '=':
		if strings.Trim(line, "= \t") == "" {
			return "&#61;" + line[1:]
		}
	case c == '-' || c == '+':
		if after(1) {
			return `\` + line
		}
	case c >= '0' && c <= '9':
		n := len(line) - len(strings.TrimLeft(line, "0123456789"))
		if n < len(line) && n <= 9 && (line[n] == '.' || line[n] == ')') && after(n+1) {
			return line[:n] + `\` + line[n:]
		}
	}
	return line
}
