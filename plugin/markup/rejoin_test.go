// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

func piecesOf(text string, limit int) (pieces []markup.Piece, parts []string) {
	pieces = markup.Pieces(text, func(part string) bool { return utf8.RuneCountInString(part) <= limit })
	for _, piece := range pieces {
		parts = append(parts, piece.Part())
	}
	return pieces, parts
}

// What nobody changed is as it was, whatever it is made of.
func TestRejoinedPartsMakeTheText(t *testing.T) {
	for seed := range uint64(500) {
		p := prose{rand.New(rand.NewPCG(seed, 3))}
		text := strings.TrimRight(p.document(2)+"\n\n"+p.document(2), " \n")
		pieces, parts := piecesOf(text, 40+p.IntN(200))
		if got := markup.Rejoin(text, pieces, parts); strings.TrimSpace(got) != strings.TrimSpace(text) {
			t.Fatalf("seed %d: %q, want %q; it was in %q", seed, got, text, parts)
		}
	}
}

func TestRejoinChangedParts(t *testing.T) {
	code := "```go\na\nb\nc\n```\n\nend"
	table := "| a |\n|---|\n| 1 |\n| 2 |\n| 3 |"
	for name, c := range map[string]struct {
		text  string
		limit int
		part  int
		now   string
		want  string
	}{
		"a paragraph":              {"one\n\ntwo\n\nthree", 8, 0, "ONE\n\ntwo", "ONE\n\ntwo\n\nthree"},
		"words of a line":          {"one two three four", 9, 1, "THREE", "one two THREE four"},
		"a line of code":           {code, 13, 0, "```go\nA\nb\n```", "```go\nA\nb\nc\n```\n\nend"},
		"code that became text":    {code, 13, 0, "A and b", "A and b\n\n```go\nc\n```\n\nend"},
		"text after a cut in code": {code, 13, 0, "```go\na\nb\n```\nmore", "```go\na\nb\n```\nmore\n\n```go\nc\n```\n\nend"},
		"a row":                    {table, 23, 1, "| a |\n|---|\n| three |", "| a |\n|---|\n| 1 |\n| 2 |\n| three |"},
		"an item":                  {"- one\n- two\n- three", 11, 1, "- THREE", "- one\n- two\n- THREE"},
		"the first is gone":        {"one\n\ntwo\n\nthree", 5, 0, "", "two\n\nthree"},
		"one in between is gone":   {"one\n\ntwo\n\nthree", 5, 1, "", "one\n\nthree"},
		"the rest of code is gone": {code, 13, 1, "", "```go\na\nb\n```\n\nend"},
	} {
		pieces, parts := piecesOf(c.text, c.limit)
		parts[c.part] = c.now
		if got := markup.Rejoin(c.text, pieces, parts); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
