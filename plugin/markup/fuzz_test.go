// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// loads lists what must never reach a reader's client.
var loads = []string{"script", "style", "iframe", "img", "object", "embed", "svg", "link", "meta", "form", "input", "video", "audio"}

// checkHarmless fails when HTML made of Markdown has an element that loads or runs something.
func checkHarmless(t *testing.T, body string) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(body))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		for _, name := range loads {
			if token.Data == name {
				t.Fatalf("<%s> in %q", name, body)
			}
		}
		for _, a := range token.Attr {
			scheme, _, _ := strings.Cut(strings.ToLower(a.Val), ":")
			if strings.HasPrefix(a.Key, "on") || a.Key == "href" && scheme != "http" && scheme != "https" && scheme != "mailto" && scheme != "tel" && scheme != "ftp" {
				t.Fatalf("%s=%q in %q", a.Key, a.Val, body)
			}
		}
	}
}

func FuzzToMarkdown(f *testing.F) {
	for _, seed := range []string{
		"<p>hello <b>you</b></p>", "<ul><li>a<ul><li>b</ul></ul>", "<blockquote><pre>x</pre></blockquote>", "<table><tr><td>a|b",
		`<a href="javascript:x">y</a>`, "<p>1. a<br># b</p>", `<img src="http://a/b" alt="](x)">`, "<code>``</code>", "&amp;lt;", "<b> <i> a </i> </b>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got := markup.ToMarkdown(body)
		if len(got) > 25*len(body)+100 {
			t.Fatalf("%d bytes of HTML became %d of Markdown", len(body), len(got))
		}
		if utf8.ValidString(body) && !utf8.ValidString(got) {
			t.Fatalf("not UTF-8: %q", got)
		}
		checkHarmless(t, markup.ToHTML(got))
		markup.Canonical(body)
		markup.Attempt(body)
	})
}

func FuzzToHTML(f *testing.F) {
	for _, seed := range []string{
		"**a** [b](https://c)", "```\nx", "> - 1. a", "| a |\n|---|\n| b |", "<script>x</script>", "![a](data:x)", "[a](<java\nscript:x>)", "http://a.b/<x>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got := markup.ToHTML(source)
		if len(got) > 60*len(source)+100 {
			t.Fatalf("%d bytes of Markdown became %d of HTML", len(source), len(got))
		}
		checkHarmless(t, got)
		markup.ToMarkdown(got)
	})
}
