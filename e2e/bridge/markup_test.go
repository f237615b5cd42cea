//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import "testing"

// TestMarkupCrossesEachWay sends each form once: what it becomes in detail, the files in plugin/markup/testdata say.
func TestMarkupCrossesEachWay(t *testing.T) {
	l := newLink(t)
	for name, form := range map[string][2]string{
		"bold, italic, strike":     {"**bold** *italic* ~~gone~~", "<strong>bold</strong> <em>italic</em> <s>gone</s>"},
		"inline code":              {"see `a < b`", "see <code>a &lt; b</code>"},
		"a code block":             {"```go\nx := 1\ny()\n```", `<codeblock class="Go"><code>x := 1<br/>y()</code></codeblock>`},
		"a code block in C#":       {"```cs\nvar z = 1;\n```", `<codeblock class="CSharp"><code>var z = 1;</code></codeblock>`},
		"a quote":                  {"> said", "<blockquote>"},
		"a nested list":            {"- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"},
		"a numbered list":          {"3. three\n4. four", `<ol start="3"><li>three</li><li>four</li></ol>`},
		"a table":                  {"| h |\n|---|\n| c |", "<table>"},
		"a heading":                {"## head", "<h2>head</h2>"},
		"a rule":                   {"above the rule\n\n---\n\nbelow", "<p>above the rule</p><hr/><p>below"},
		"tasks":                    {"- [x] written\n- [ ] sent", "<ul><li>☑ written</li><li>☐ sent</li></ul>"},
		"a link":                   {"[here](https://example.com/a)", `<a href="https://example.com/a">here</a>`},
		"a bare address":           {"at https://example.com/bare.", `at <a href="https://example.com/bare">https://example.com/bare</a>.`},
		"a link to a telephone":    {"[call](tel:+49-30-1)", `<a href="tel:+49-30-1">call</a>`},
		"a link to a server":       {"[file](ftp://example.com/a)", `<a href="ftp://example.com/a">file</a>`},
		"a link to mail":           {"[write](mailto:a@example.com)", `<a href="mailto:a@example.com">write</a>`},
		"a link to an application": {"[room](mattermost://town/a)", "room (mattermost://town/a)"},
		"a relative link":          {"[page](../a.html)", "page (../a.html)"},
		"a picture from elsewhere": {"![picture](https://example.com/p.png)", `<a href="https://example.com/p.png">picture</a>`},
		"a picture with its size":  {"![sized](https://example.com/s.png =100x50)", `<a href="https://example.com/s.png">sized</a>`},
		"emoji":                    {"fine :smile: :ship_of_ours:", "fine 😄 :ship_of_ours:"},
		"a skin tone":              {"see :wave_dark_skin_tone:", "see 👋🏿"},
		"entities":                 {"R&D &amp; &lt;b&gt; <i>", "R&amp;D &amp; &lt;b&gt; &lt;i&gt;"},
		"LaTeX":                    {"$$x^2$$", "$$x^2$$"},
		"LaTeX in single dollars":  {"so $a*b*c$ is it", "so $a*b*c$ is it"},
		"LaTeX over several lines": {"$$\na_1*b*\n+ c\n$$", "<p>$$<br/>a_1*b*<br/>+ c<br/>$$"},
		"LaTeX in a code block":    {"```latex\n\\frac{a}{b}\n```", `<codeblock class="latex"><code>\frac{a}{b}</code></codeblock>`},
		"money":                    {"between $5 and *exactly* $10", "between $5 and <em>exactly</em> $10"},
		"a spoiler":                {"||secret|| >!told!<", "||secret|| &gt;!told!&lt;"},
		"hashtags and channels":    {"#tag in ~town-square", "#tag in ~town-square"},
		"nothing harmful":          {"[click](javascript:alert(1)) <script>alert(2)</script>", "click &lt;script&gt;alert(2)&lt;/script&gt;"},
	} {
		t.Run("from Mattermost: "+name, func(t *testing.T) {
			l.write(t, shared.alex, "", form[0])
			l.message(t, form[1])
		})
	}
	for name, form := range map[string][2]string{
		"bold, italic, strike":     {"<p><b>bold</b> <i>italic</i> <s>gone</s></p>", "**bold** *italic* ~~gone~~"},
		"underline":                {"<p><u>under</u></p>", "*under*"},
		"inline code":              {"<p>see <code>a &lt; b</code></p>", "see `a < b`"},
		"a quote":                  {"<blockquote><p>said</p></blockquote>", "> said"},
		"a list":                   {"<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"},
		"a nested list":            {"<ul><li>outer<ol><li>inner<ul><li>innermost</li></ul></li></ol></li><li>after</li></ul>", "- outer\n  1. inner\n     - innermost\n- after"},
		"tasks":                    {"<ul><li>☐ to be sent</li><li>☑ is written</li></ul>", "- [ ] to be sent\n- [x] is written"},
		"a table":                  {"<table><tbody><tr><td>h</td></tr><tr><td>c</td></tr></tbody></table>", "| h |"},
		"code in a table":          {`<table><tbody><tr><td>code</td></tr><tr><td><codeblock class="Go"><code>x | y</code></codeblock></td></tr></tbody></table>`, "| code |\n| --- |\n| `x \\| y` |"},
		"a heading":                {"<h3>head</h3>", "### head"},
		"a rule":                   {"<p>above the rule</p><hr><p>below</p>", "above the rule\n\n---\n\nbelow"},
		"a link":                   {`<p><a href="https://example.com/b">there</a></p>`, "[there](https://example.com/b)"},
		"a link to a telephone":    {`<p><a href="tel:+49-30-1">call</a></p>`, "[call](tel:+49-30-1)"},
		"a link to a server":       {`<p><a href="ftp://example.com/a">file</a></p>`, "[file](ftp://example.com/a)"},
		"a link to mail":           {`<p><a href="mailto:a@example.com">write</a></p>`, "[write](mailto:a@example.com)"},
		"a link to an application": {`<p><a href="msteams:/l/call">ring</a></p>`, "ring (msteams:/l/call)"},
		"a relative link":          {`<p><a href="/a/b.html">page</a></p>`, "page (/a/b.html)"},
		"a code block":             {`<codeblock class="Go"><code>x := 1<br>y()</code></codeblock>`, "```go\nx := 1\ny()\n```"},
		"a GIF":                    {`<p>fun <img src="https://media.example/fun.gif" alt="fun GIF" itemtype="http://schema.skype.com/Giphy" width="250" height="140"></p>`, "fun [fun GIF](https://media.example/fun.gif)"},
		"a sticker":                {`<p><img src="https://statics.example/sticker.png" itemtype="http://schema.skype.com/Sticker" alt="Thumbs up" width="100" height="100"></p>`, "[Thumbs up](https://statics.example/sticker.png)"},
		"a spoiler":                {"<p>||hidden||</p>", "||hidden||"},
		"LaTeX":                    {"<p>$$x^2 + y_1$$</p>", "$$x^2 + y_1$$"},
		"LaTeX in single dollars":  {"<p>so $a*b*c$ is it</p>", "so $a*b*c$ is it"},
		"LaTeX over several lines": {"<p>$$<br>a_1*b*<br>+ c<br>$$</p>", "$$\na_1*b*\n+ c\n$$"},
		"money":                    {"<p>between $5 and <i>exactly</i> $10</p>", "between $5 and *exactly* $10"},
		"names":                    {"<p>#tag in ~town-square</p>", "#tag in ~town-square"},
		"an emoji":                 {`<p>so <emoji id="smile" alt="😄" title="Smile"></emoji></p>`, "so 😄"},
		"a skin tone":              {`<p>hello <emoji id="hi" alt="👋🏿" title="Hi"></emoji></p>`, "hello 👋🏿"},
		"an emoji of their own":    {`<p>our <customemoji id="c2hpcA==" alt="Ship it" source="https://teams.example/ship.png"></customemoji></p>`, "our :ship-it:"},
		"entities":                 {"<p>R&amp;D &eacute; &#8364; &amp;lt; &lt;b&gt;</p>", "R&D é € &amp;lt; <b>"},
		"nothing harmful":          {`<p>safe <a href="javascript:alert(1)">click</a></p><script>alert(1)</script>`, "safe click"},
	} {
		t.Run("from Teams: "+name, func(t *testing.T) {
			l.say(t, shared.drew, "", form[0])
			l.post(t, form[1])
		})
	}
}
