// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// What stands in files is in golden_test.go.
func TestWhatCannotStandInAFile(t *testing.T) {
	for name, test := range map[string]struct{ html, want string }{
		"mark of a send":   {markup.Mark("<p>hello</p>", "key"), "hello"},
		"deeper than sane": {strings.Repeat("<div>", 5000) + "a" + strings.Repeat("</div>", 5000), "a"},
		"not UTF-8":        {"<p>a\xffb</p>", "a\ufffdb"},
		"no text":          {"", ""},
	} {
		if got := markup.ToMarkdown(test.html); got != test.want {
			t.Errorf("%s: ToMarkdown(%.200q)\n got %q\nwant %q", name, test.html, got, test.want)
		}
	}
	for text, want := range map[string]string{"": "", "a\r\nb": "<p>a<br>b</p>", "a\xff": "<p>a\ufffd</p>", "\x00": "<p>\ufffd</p>"} {
		if got := markup.ToHTML(text); got != want {
			t.Errorf("ToHTML(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestEscapeMarkdownShowsTheText(t *testing.T) {
	for _, text := range []string{
		"plain", "two\nlines", "*a* _b_ ~~c~~ `d` [e](f) \\g", "# h", "> q", "- l\n1. n\n2) m\n+ p", "---", "a&lt;b", "<b>x</b>", "snake_case_name",
	} {
		want := strings.Join(strings.Fields(text), " ")
		if got := markup.Canonical(markup.ToHTML(markup.EscapeMarkdown(text))); got != want {
			t.Errorf("EscapeMarkdown(%q) is shown as %q", text, got)
		}
	}
}

func TestCanonical(t *testing.T) {
	for _, test := range []struct{ a, b string }{
		{"<p>hello <b>you</b></p>", "<div>hello&nbsp;you</div>"},
		{"one<br>two", "<p>one</p>\n<p>two</p>"},
		{markup.Mark("<p>a</p>", "key"), "<p>a</p>"},
		{"<ul><li>a</li><li>b</li></ul>", "<p>a</p><p>b</p>"},
	} {
		if a, b := markup.Canonical(test.a), markup.Canonical(test.b); a != b {
			t.Errorf("Canonical(%q) = %q, Canonical(%q) = %q", test.a, a, test.b, b)
		}
	}
}

// Each of these once took, or could take, time that grows faster than the text.
func TestLargeInput(t *testing.T) {
	for name, body := range map[string]string{
		"tables in tables": strings.Repeat("<table><tr><td>", 100) + strings.Repeat("x<br>", 10_000),
		"neighbours":       strings.Repeat("<b>x</b>", 100_000),
		"nested spans":     strings.Repeat(strings.Repeat("<span>", 400)+"a"+strings.Repeat("</span>", 400), 100),
		"nested quotes":    strings.Repeat("<blockquote>", 400) + strings.Repeat("x<br>", 50_000),
		"nested emphasis":  strings.Repeat("<i><b>x", 10_000),
		"open links":       strings.Repeat("<a href='http://x'>", 20_000),
		"5 MB of levels":   strings.Repeat("<div>", 1<<20),
		"5 MB of quotes":   strings.Repeat("<blockquote>x", 400_000),
		"many mentions":    strings.Repeat("<at id=0>a</at> ", 50_000),
		"many styles":      strings.Repeat("a<b>,</b><i>b</i>", 20_000),
	} {
		if got := markup.ToMarkdown(body); len(got) > 25*len(body) {
			t.Errorf("%s: %d bytes became %d", name, len(body), len(got))
		}
	}
}

// The same for what people can write in Mattermost, whose posts have up to 16,383 characters.
func TestLargePosts(t *testing.T) {
	for name, text := range map[string]string{
		"brackets": strings.Repeat("[", 16_000), "pictures": strings.Repeat("![", 8_000), "stars": strings.Repeat("*a_", 5_000), "backticks": strings.Repeat("`a``", 4_000),
		"quotes": strings.Repeat(">", 16_000), "lists": strings.Repeat("- ", 8_000), "tildes": strings.Repeat("~~a", 5_000), "formulas": strings.Repeat("$$a", 5_000),
		"names": strings.Repeat("@a ", 5_000), "angles": strings.Repeat("<a:", 5_000), "rows": strings.Repeat("|", 8_000) + "\n" + strings.Repeat("|-", 4_000),
		"links": strings.Repeat("[a](http://x.y)", 1_000), "deep": strings.Repeat("> - ", 4_000), "escapes": strings.Repeat("\\*", 8_000), "entities": strings.Repeat("&amp;", 3_000),
	} {
		got, _ := writing.HTML(text)
		if len(got) > 60*len(text) {
			t.Errorf("%s: %d bytes became %d", name, len(text), len(got))
		}
		markup.ToMarkdown(got)
	}
}
