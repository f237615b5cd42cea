// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// token is a word, a sign or a literal of a $filter.
type token struct {
	text    string
	literal bool // written in quotes
}

func (t token) isNull() bool { return !t.literal && t.text == "null" }

func tokenize(text string) ([]token, error) {
	var tokens []token
	runes := []rune(text)
	for i := 0; i < len(runes); {
		switch r := runes[i]; {
		case unicode.IsSpace(r):
			i++
		case strings.ContainsRune("(),", r):
			tokens = append(tokens, token{text: string(r)})
			i++
		case r == '\'':
			value, end, ok := quoted(runes, i)
			if !ok {
				return nil, invalidFilter("There is an unterminated string literal at position %d.", i)
			}
			tokens = append(tokens, token{text: value, literal: true})
			i = end
		case r == ':':
			tokens = append(tokens, token{text: ":"})
			i++
		default:
			start := i
			for i < len(runes) && !endsWord(runes[start:i], runes[i]) {
				i++
			}
			tokens = append(tokens, token{text: string(runes[start:i])})
		}
	}
	return tokens, nil
}

// endsWord says whether a rune ends the word before it. A colon does after the name in a lambda (x:), but not inside a
// time (09:30).
func endsWord(word []rune, next rune) bool {
	if next == ':' {
		return len(word) > 0 && unicode.IsLetter(word[0])
	}
	return unicode.IsSpace(next) || strings.ContainsRune("(),'", next)
}

// quoted reads a string literal; two quotes inside stand for one.
func quoted(runes []rune, start int) (value string, end int, ok bool) {
	var out strings.Builder
	for i := start + 1; i < len(runes); i++ {
		if runes[i] != '\'' {
			out.WriteRune(runes[i])
			continue
		}
		if i+1 < len(runes) && runes[i+1] == '\'' {
			out.WriteRune('\'')
			i++
			continue
		}
		return out.String(), i + 1, true
	}
	return "", 0, false
}

// order compares a property's value with a literal: negative, 0 or positive. Values of different kinds are unequal.
func order(held any, wanted token) int {
	if wanted.isNull() {
		if held == nil {
			return 0
		}
		return 1
	}
	switch held := held.(type) {
	case bool:
		if strconv.FormatBool(held) == wanted.text {
			return 0
		}
	case float64:
		if number, err := strconv.ParseFloat(wanted.text, 64); err == nil {
			switch {
			case held < number:
				return -1
			case held == number:
				return 0
			}
		}
	case string:
		if !wanted.literal { // a time or a GUID, which stand without quotes
			a, errA := time.Parse(time.RFC3339Nano, held)
			b, errB := time.Parse(time.RFC3339Nano, wanted.text)
			if errA == nil && errB == nil {
				return a.Compare(b)
			}
		}
		return strings.Compare(strings.ToLower(held), strings.ToLower(wanted.text))
	}
	return 1
}
