// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// An element behind the last paragraph would become an empty paragraph of its own in Teams.
func TestMarkStandsInTheLastParagraph(t *testing.T) {
	for body, want := range map[string]string{
		"<p>a</p><p>b</p>":    `<p>a</p><p>b<abbr title="mmsync:k"></abbr></p>`,
		"<ul><li>a</li></ul>": `<ul><li>a</li></ul><abbr title="mmsync:k"></abbr>`,
	} {
		if got := markup.Mark(body, "k"); got != want {
			t.Errorf("Mark(%q) = %q, want %q", body, got, want)
		}
	}
}

func TestAttempt(t *testing.T) {
	const key = "5f1c0e9a"
	for name, test := range map[string]struct{ body, want string }{
		"what Mark wrote":              {markup.Mark("<p>hello</p>", key), key},
		"wrapped by Teams":             {`<p>hello</p><p><abbr title="mmsync:` + key + `"></abbr></p>`, key},
		"self-closing":                 {`<abbr title='mmsync:` + key + `'/>`, key},
		"a quoted message's and ours":  {`<blockquote>` + markup.Mark("old", "other") + `</blockquote>` + markup.Mark("new", key), key},
		"somebody else's abbreviation": {`<abbr title="HyperText">HTML</abbr>`, ""},
		"talked about":                 {`<p>&lt;abbr title="mmsync:x"&gt;</p>`, ""},
		"in a comment":                 {`<!-- <abbr title="mmsync:x"></abbr> -->`, ""},
		"nothing":                      {"", ""},
	} {
		if got := markup.Attempt(test.body); got != test.want {
			t.Errorf("%s: Attempt(%q) = %q, want %q", name, test.body, got, test.want)
		}
	}
}
