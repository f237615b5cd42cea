//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import "testing"

// TestMarkupCrossesEachWay sends each form once: what it becomes in detail, the files in plugin/markup/testdata say.
func TestMarkupCrossesEachWay(t *testing.T) {
	l := newLink(t)
	for name, form := range map[string][2]string{
		"bold, italic, strike":  {"**bold** *italic* ~~gone~~", "<strong>bold</strong> <em>italic</em> <s>gone</s>"},
		"inline code":           {"see `a < b`", "see <code>a &lt; b</code>"},
		"a code block":          {"```go\nx := 1\n```", "x := 1"},
		"a quote":               {"> said", "<blockquote>"},
		"a nested list":         {"- a\n  - b", "<ul><li>a"},
		"a table":               {"| h |\n|---|\n| c |", "<table>"},
		"a heading":             {"## head", "<h2>head</h2>"},
		"tasks":                 {"- [x] done", "done"},
		"a link":                {"[here](https://example.com/a)", `<a href="https://example.com/a">here</a>`},
		"emoji":                 {"fine :smile: :ship_of_ours:", "fine 😄 :ship_of_ours:"},
		"LaTeX":                 {"$$x^2$$", "$$x^2$$"},
		"a spoiler":             {"||secret|| >!told!<", "||secret|| &gt;!told!&lt;"},
		"hashtags and channels": {"#tag in ~town-square", "#tag in ~town-square"},
	} {
		t.Run(name, func(t *testing.T) {
			l.write(t, shared.alex, "", form[0])
			l.message(t, form[1])
		})
	}
	for name, form := range map[string][2]string{
		"bold, italic, strike": {"<p><b>bold</b> <i>italic</i> <s>gone</s></p>", "**bold** *italic* ~~gone~~"},
		"underline":            {"<p><u>under</u></p>", "*under*"},
		"inline code":          {"<p>see <code>a &lt; b</code></p>", "see `a < b`"},
		"a quote":              {"<blockquote><p>said</p></blockquote>", "> said"},
		"a list":               {"<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"},
		"a table":              {"<table><tbody><tr><td>h</td></tr><tr><td>c</td></tr></tbody></table>", "| h |"},
		"a heading":            {"<h3>head</h3>", "### head"},
		"a link":               {`<p><a href="https://example.com/b">there</a></p>`, "[there](https://example.com/b)"},
		"a code block":         {`<codeblock class="Go"><code>x := 1<br>y()</code></codeblock>`, "```go\nx := 1\ny()\n```"},
		"a GIF":                {`<p>fun <img src="https://media.example/fun.gif" alt="fun GIF" itemtype="http://schema.skype.com/Giphy" width="250" height="140"></p>`, "fun [fun GIF](https://media.example/fun.gif)"},
		"a sticker":            {`<p><img src="https://statics.example/sticker.png" itemtype="http://schema.skype.com/Sticker" alt="Thumbs up" width="100" height="100"></p>`, "[Thumbs up](https://statics.example/sticker.png)"},
		"a spoiler":            {"<p>||hidden||</p>", "||hidden||"},
		"LaTeX":                {"<p>$$x^2 + y_1$$</p>", "x^2 + y"},
		"names":                {"<p>#tag in ~town-square</p>", "#tag in ~town-square"},
		"an emoji":             {`<p>so <emoji id="smile" alt="😄" title="Smile"></emoji></p>`, "so 😄"},
		"nothing harmful":      {`<p>safe <a href="javascript:alert(1)">click</a></p><script>alert(1)</script>`, "safe click"},
	} {
		t.Run("from Teams: "+name, func(t *testing.T) {
			l.say(t, shared.drew, "", form[0])
			l.post(t, form[1])
		})
	}
}
