// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import "strings"

// EscapeMarkdown returns Markdown that Mattermost shows as this text, line breaks included.
func EscapeMarkdown(text string) string {
	return escapeLines(escape(strings.ReplaceAll(text, "\r\n", "\n")))
}

// escape takes the meaning from the characters that form inline markup. Addresses stay as they are: a reader's client
// makes links of them.
func escape(text string) string {
	if !strings.ContainsAny(text, "\\`*_[~&") {
		return text
	}
	var b strings.Builder
	for word, rest := "", text; rest != ""; {
		end := strings.IndexAny(rest, " \t\n\u00a0")
		switch {
		case end < 0:
			word, rest = rest, ""
		case end == 0:
			b.WriteByte(rest[0])
			rest = rest[1:]
			continue
		default:
			word, rest = rest[:end], rest[end:]
		}
		if strings.Contains(word, "://") && !strings.ContainsAny(word, "`[*\\") {
			b.WriteString(word)
			continue
		}
		escapeWord(&b, word)
	}
	return b.String()
}

func escapeWord(b *strings.Builder, word string) {
	for i := range len(word) {
		c := word[i]
		switch c {
		case '\\', '`', '*', '[':
			b.WriteByte('\\')
		case '_':
			// Between letters it is no markup: snake_case.
			if i == 0 || i == len(word)-1 || !letter(word[i-1]) || !letter(word[i+1]) {
				b.WriteByte('\\')
			}
		case '~':
			if i > 0 && word[i-1] == '~' || i+1 < len(word) && word[i+1] == '~' {
				b.WriteByte('\\')
			}
		case '&':
			if reference(word[i:]) {
				b.WriteString("&amp;")
				continue
			}
		}
		b.WriteByte(c)
	}
}

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

// escapeLines takes the meaning from what makes a line a heading, a quote, a list or a rule. No inline markup begins with
// these characters, so what begins a line here is text.
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
	switch c := line[0]; {
	case c == '>':
		return `\` + line
	case c == '#':
		if n := len(line) - len(strings.TrimLeft(line, "#")); n <= 6 && after(n) {
			return `\` + line
		}
	case c == '-' || c == '+':
		if after(1) || strings.Trim(line, "- ") == "" {
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
