// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		limit int
		want  []string
	}{
		"fits":            {"one\n\ntwo", 8, []string{"one\n\ntwo"}},
		"paragraphs":      {"one\n\ntwo\n\nthree", 8, []string{"one\n\ntwo", "three"}},
		"heading":         {"# one\n\ntwo\n\nthree", 10, []string{"# one\n\ntwo", "three"}},
		"items":           {"- one\n- two\n- three", 11, []string{"- one\n- two", "- three"}},
		"numbered items":  {"1. one\n2. two\n3. three", 13, []string{"1. one\n2. two", "3. three"}},
		"item with more":  {"- one\n  - in\n- two", 12, []string{"- one\n  - in", "- two"}},
		"code":            {"```go\na\nb\nc\n```\n\nend", 13, []string{"```go\na\nb\n```", "```go\nc\n```", "end"}},
		"code with waves": {"~~~~\naaa\nbbb\n~~~~", 13, []string{"~~~~\naaa\n~~~~", "~~~~\nbbb\n~~~~"}},
		"table":           {"| a |\n|---|\n| 1 |\n| 2 |\n| 3 |", 23, []string{"| a |\n|---|\n| 1 |\n| 2 |", "| a |\n|---|\n| 3 |"}},
		"quote":           {"> one\n> two\n> three", 11, []string{"> one\n> two", "> three"}},
		"lines":           {"one\ntwo\nthree", 7, []string{"one\ntwo", "three"}},
		"words":           {"one two three four", 9, []string{"one two ", "three ", "four"}},
		"one long word":   {"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		"runes":           {"äöüßäöüß", 3, []string{"äöü", "ßäö", "üß"}},
	} {
		got := markup.Split(c.text, func(part string) bool { return utf8.RuneCountInString(part) <= c.limit })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Nothing is lost, whatever is split, and each part fits.
func TestSplitLosesNothing(t *testing.T) {
	for seed := range uint64(500) {
		p := prose{rand.New(rand.NewPCG(seed, 3))}
		text := p.document(2) + "\n\n" + p.document(2)
		limit := 40 + p.IntN(200)
		var read strings.Builder
		for _, part := range markup.Split(text, func(part string) bool { return utf8.RuneCountInString(part) <= limit }) {
			if n := utf8.RuneCountInString(part); n > limit {
				t.Errorf("seed %d: a part of %d characters, want at most %d: %q", seed, n, limit, part)
			}
			read.WriteString(part)
		}
		letters := func(text string) string {
			return strings.Map(func(c rune) rune {
				if strings.ContainsRune(" \n`|-:~", c) {
					return -1
				}
				return c
			}, text)
		}
		if a, b := letters(read.String()), letters(text); len(a) < len(b) {
			t.Errorf("seed %d: split into %q, from %q", seed, a, b)
		}
	}
}

func TestSplitIsQuick(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("word ", 20_000), strings.Repeat("x", 100_000), "```\n" + strings.Repeat("line\n", 20_000) + "```", strings.Repeat("- item\n", 15_000), strings.Repeat("p\n\n", 30_000),
	} {
		parts := markup.Split(text, func(part string) bool { return len(markup.ToHTML(part)) < 28_000 })
		if len(parts) < 3 || len(parts) > 30 {
			t.Errorf("%.20q… is split into %d parts", text, len(parts))
		}
	}
}

// Parts may be of different lengths, also where a block is cut.
func TestNumberedPieces(t *testing.T) {
	for text, want := range map[string][]string{
		"one\n\ntwo\n\nthree\n\nfour": {"one\n\ntwo", "three", "four"},
		"one two three four":          {"one two ", "three", "four"},
		"- one\n- two\n- 3\n- 4":      {"- one", "- two", "- 3\n- 4"},
	} {
		var got []string
		for _, piece := range markup.NumberedPieces(text, func(number int, part string) bool { return len(part) <= []int{9, 5, 9}[min(number, 2)] }) {
			got = append(got, piece.Part())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
