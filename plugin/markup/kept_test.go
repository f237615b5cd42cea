// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"testing"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// An edit that Teams has rewritten is recognised by its canonical text: what Teams makes of our HTML must not change it.
func FuzzTeamsKeepsTheText(f *testing.F) {
	for _, seed := range []string{
		"hello **all** & <back>", "- one\n- two\n\n1. three", "> quote\n\nanswer", "```go\nx := 1\n```", "a `b` ~~c~~\nd", "| a | b |\n|---|---|\n| c | d |",
		"# heading\ntext", "https://example.com/a?b=1&c=2 :smile: 👍", "[link](https://example.com) ![picture](https://example.com/x.png)", "---\n***", "a\u00a0b  c\t d",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		sent := markup.ToHTML(text)
		kept, err := teams.Normalise(sent)
		if err != nil {
			return
		}
		if got, want := markup.Canonical(kept), markup.Canonical(sent); got != want {
			t.Errorf("%q is sent as %q and kept as %q: %q, want %q", text, sent, kept, got, want)
		}
	})
}
