// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"slices"
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
	styled        bool // marks stand before it
	dollars       bool // a formula may end behind the text
	// mayName tells whether an @name in the text may stay one that notifies.
	mayName func(name string) bool
}

// escape returns the text escaped. Addresses and formulas stay as they are.
func (e escaper) escape(text string) string {
	if !strings.ContainsAny(text, "\\`*_[]~&<@!$:") {
		return text
	}
	var b strings.Builder
	previous, closing := e.before, lastClosing(text)
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		rest := text[i:]
		if n := e.verbatim(rest, previous); n > 0 {
			b.WriteString(e.quiet(rest[:n]))
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
			// It begins no formula, and what is written of the text around it must not make it begin one.
			begins := next != 0 && !unicode.IsSpace(next) && (closing > i || e.label || e.dollars)
			if next == '$' || previous == '$' || begins {
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
		if n := latexLength(rest); n > 0 {
			return n
		}
		if previous == 0 && !e.styled && !e.label || previous == '\n' {
			return e.formula(rest)
		}
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

// formula is how long a formula is that has its lines to itself; 0: a text begins with none.
func (e escaper) formula(text string) int {
	n := formulaLines(linesOf([]byte(text), " \t"))
	if n == 0 {
		return 0
	}
	end := 0
	for range n {
		line, _, _ := strings.Cut(text[end:], "\n")
		end += len(line) + 1
	}
	if end > len(text) && e.after != 0 {
		return 0 // something else stands behind it
	}
	return end - 1
}

// quiet has the names in a formula notify nobody.
func (e escaper) quiet(formula string) string {
	if formula[0] != '$' || !strings.Contains(formula, "@") {
		return formula
	}
	var b strings.Builder
	for i, c := range formula {
		b.WriteRune(c)
		if next, _ := utf8.DecodeRuneInString(formula[i+utf8.RuneLen(c):]); c == '@' && wordy(next) && !e.named(formula[i+1:]) {
			b.WriteString(joiner)
		}
	}
	return b.String()
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
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], " \t")
	}
	for i := 0; i < len(lines); i++ {
		if n := formulaLines(slices.Values(lines[i:])); n > 0 {
			i += n - 1
			continue
		}
		lines[i] = escapeLine(lines[i])
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
