// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

func TestToMarkdown(t *testing.T) {
	for name, test := range map[string]struct{ html, want string }{
		"plain":                      {"<p>hello</p>", "hello"},
		"no paragraph":               {"hello", "hello"},
		"nothing":                    {"<p>&nbsp;</p><div></div>", ""},
		"paragraphs":                 {"<p>one</p><p>two</p>", "one\n\ntwo"},
		"divs":                       {"<div><div>one</div><div>two</div></div>", "one\n\ntwo"},
		"break":                      {"<p>one<br>two<br/> three</p>", "one\ntwo\nthree"},
		"spaces collapse":            {"<p>  a \n  b&nbsp;&nbsp;c  </p>", "a b c"},
		"bold":                       {"<p>a <b>b</b> <strong>c</strong></p>", "a **b** **c**"},
		"italic":                     {"<p><i>a</i> <em>b</em></p>", "*a* *b*"},
		"strike":                     {"<p><s>a</s> <strike>b</strike> <del>c</del></p>", "~~a~~ ~~b~~ ~~c~~"},
		"nested emphasis":            {"<p><b>a <i>b</i> c</b></p>", "**a *b* c**"},
		"the same emphasis twice":    {"<b><strong>a</strong></b>", "**a**"},
		"spaces inside emphasis":     {"<p>a<b> b </b>c</p>", "a **b** c"},
		"empty emphasis":             {"<p>a<b></b><b> </b>c</p>", "a c"},
		"neighbours":                 {"<p><b>a</b><b>b</b></p>", "**ab**"},
		"break in emphasis":          {"<p><b>a<br>b</b></p>", "**a\nb**"},
		"underline":                  {"<u>a</u>", "*a*"},
		"unknown element is text":    {"<p><blink>a</blink></p>", "a"},
		"inline code":                {"<p>run <code>a*b_c</code></p>", "run `a*b_c`"},
		"code with a backtick":       {"<code>a`b</code>", "``a`b``"},
		"code of a backtick":         {"<code>`</code>", "`` ` ``"},
		"code block":                 {"<pre>a\n  b &lt;c&gt;</pre>", "```\na\n  b <c>\n```"},
		"code block with a fence":    {"<pre>```</pre>", "````\n```\n````"},
		"Teams code block":           {`<codeblock class="Go"><code>a<br>b</code></codeblock>`, "```go\na\nb\n```"},
		"language of a code element": {`<pre><code class="language-c++">x</code></pre>`, "```cpp\nx\n```"},
		"no fence breaks out":        {`<codeblock class="x` + "`" + ` y"><code>a</code></codeblock>`, "```\na\n```"},
		"quote":                      {"<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "> a\n> \n> b\n\nc"},
		"quote in a quote":           {"<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n> \n> > b"},
		"list":                       {"<ul><li>a</li><li>b</li></ul>", "- a\n- b"},
		"numbered list":              {"<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"},
		"number to start with":       {`<ol start="9"><li>a</li><li>b</li></ol>`, "9. a\n10. b"},
		"nested list":                {"<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"},
		"list around text":           {"<p>x</p><ul><li>a</li></ul><p>y</p>", "x\n\n- a\n\ny"},
		"heading":                    {"<h1>a</h1><h3>b <i>c</i></h3>", "# a\n\n### b *c*"},
		"rule":                       {"a<hr>b", "a\n\n---\n\nb"},
		"table":                      {"<table><tr><td>a</td><td>b|c</td></tr><tr><td>d</td></tr></table>", "| a | b\\|c |\n| --- | --- |\n| d |"},
		"table in a table":           {"<table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td></tr></table>", "| a | b c |\n| --- | --- |"},
		"link":                       {`<a href="https://example.com/a?b=c">the page</a>`, "[the page](https://example.com/a?b=c)"},
		"link that shows itself":     {`<a href="https://example.com/">https://example.com/</a>`, "https://example.com/"},
		"link without text":          {`<a href="https://example.com"></a>`, "https://example.com"},
		"link with parentheses":      {`<a href="https://example.com/a_(b)">x</a>`, "[x](https://example.com/a_%28b%29)"},
		"link text with brackets":    {`<a href="https://example.com">[a]</a>`, `[\[a\]](https://example.com)`},
		"mail link":                  {`<a href="mailto:a@example.com">mail</a>`, "[mail](mailto:a@example.com)"},
		"relative link":              {`<a href="/a">x</a>`, "x"},
		"mention":                    {`<p><at id="0">Alex Demo</at> hello</p>`, "@\u2060Alex Demo hello"},
		"emoji":                      {`<p><emoji id="smile" alt="😀" title="Smile"></emoji></p>`, "😀"},
		"emoji picture":              {`<img itemtype="http://schema.skype.com/Emoji" alt="👍" src="https://example.com/x.png">`, "👍"},
		"picture":                    {`<img src="https://example.com/x.png" alt="a cat">`, "[a cat](https://example.com/x.png)"},
		"picture that Teams hosts":   {`<img src="https://graph.microsoft.com/v1.0/teams/x/channels/y/messages/1/hostedContents/z/$value" alt="a cat">`, "(image: a cat)"},
		"picture without text":       {`<img src="cid:1">`, "(image)"},
		"attachment":                 {`<p>see</p><attachment id="1"></attachment>`, "see"},
		"mark of a send":             {markup.Mark("<p>hello</p>", "key"), "hello"},
		"abbreviation":               {`<abbr title="HyperText">HTML</abbr>`, "HTML"},
		"entities":                   {"<p>a &amp; b &lt; c &#128512;</p>", "a & b < c 😀"},

		// Text that looks like Markdown stays text.
		"stars":           {"<p>2*3*4 **x**</p>", `2\*3\*4 \*\*x\*\*`},
		"underscores":     {"<p>snake_case _x_</p>", `snake_case \_x\_`},
		"tildes":          {"<p>~~x~~ ~5</p>", `\~\~x\~\~ ~5`},
		"backticks":       {"<p>`x`</p>", "\\`x\\`"},
		"brackets":        {"<p>[x](https://example.com)</p>", `\[x](https://example.com)`},
		"backslash":       {`<p>C:\dir</p>`, `C:\\dir`},
		"heading mark":    {"<p># x</p><p>#tag</p>", "\\# x\n\n#tag"},
		"quote mark":      {"<p>&gt; x</p>", `\> x`},
		"list marks":      {"<p>- x<br>+ y<br>1. z<br>2) a<br>-5 1.5</p>", "\\- x\n\\+ y\n1\\. z\n2\\) a\n-5 1.5"},
		"rule mark":       {"<p>---</p>", `\---`},
		"entity as text":  {"<p>&amp;lt; R&amp;D</p>", "&amp;lt; R&D"},
		"address as text": {"<p>https://example.com/a__b/~~c</p>", "https://example.com/a__b/~~c"},
		"code indent":     {"<p>&nbsp;&nbsp;&nbsp;&nbsp;x<br>&nbsp;&nbsp;&nbsp;&nbsp;y</p>", "x\ny"},

		// Hostile HTML comes out harmless.
		"script":           {"<p>a<script>alert(1)</script>b</p>", "ab"},
		"style":            {"<style>p{}</style><p>a</p>", "a"},
		"event attribute":  {`<p onclick="alert(1)">a</p>`, "a"},
		"javascript link":  {`<a href="javascript:alert(1)">a</a>`, "a"},
		"disguised link":   {"<a href=\" jAvascript:alert(1)\">a</a>", "a"},
		"data link":        {`<a href="data:text/html,x">a</a>`, "a"},
		"link breaks out":  {`<a href="https://example.com/) [x](https://evil.example">a</a>`, "[a](https://example.com/%29%20%5Bx%5D%28https://evil.example)"},
		"tracking pixel":   {`<img src="https://example.com/p.gif" width="1" height="1">`, "[image](https://example.com/p.gif)"},
		"comment":          {"<p>a<!-- b --></p>", "a"},
		"unclosed":         {"<b>a<i>b", "**a*b***"},
		"deeper than sane": {strings.Repeat("<div>", 5000) + "a" + strings.Repeat("</div>", 5000), "a"},
	} {
		if got := markup.ToMarkdown(test.html); got != test.want {
			t.Errorf("%s: ToMarkdown(%.200q)\n got %q\nwant %q", name, test.html, got, test.want)
		}
	}
}

func TestToHTML(t *testing.T) {
	for name, test := range map[string]struct{ markdown, want string }{
		"plain":               {"hello", "<p>hello</p>"},
		"paragraphs":          {"one\n\ntwo", "<p>one</p><p>two</p>"},
		"break":               {"one\ntwo", "<p>one<br>two</p>"},
		"emphasis":            {"**a** *b* _c_ ~~d~~", "<p><strong>a</strong> <em>b</em> <em>c</em> <s>d</s></p>"},
		"code":                {"`<b>`", "<p><code>&lt;b&gt;</code></p>"},
		"code block":          {"```go\na < b\n```", `<codeblock class="Go"><code>a &lt; b</code></codeblock>`},
		"quote":               {"> a", "<blockquote><p>a</p></blockquote>"},
		"list":                {"- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
		"numbered list":       {"3. a", `<ol start="3"><li>a</li></ol>`},
		"heading":             {"## a", "<h2>a</h2>"},
		"hashtag":             {"#a", "<p>#a</p>"},
		"link":                {"[a](https://example.com/x)", `<p><a href="https://example.com/x">a</a></p>`},
		"address":             {"see https://example.com/x.", `<p>see <a href="https://example.com/x">https://example.com/x</a>.</p>`},
		"picture":             {"![a cat](https://example.com/x.png)", `<p><a href="https://example.com/x.png">a cat</a></p>`},
		"picture in a link":   {"[![a](https://example.com/x.png)](https://example.com)", `<p><a href="https://example.com">a</a></p>`},
		"HTML is text":        {"<b>a</b> <!-- c -->", "<p>&lt;b&gt;a&lt;/b&gt; &lt;!-- c --&gt;</p>"},
		"HTML block is text":  {"<script>\nalert(1)\n</script>", "<p>&lt;script&gt;<br>alert(1)<br>&lt;/script&gt;</p>"},
		"javascript link":     {"[a](javascript:alert(1))", "<p>a</p>"},
		"relative link":       {"[a](/x)", "<p>a</p>"},
		"definition is text":  {"[a]: https://example.com", `<p>[a]: <a href="https://example.com">https://example.com</a></p>`},
		"mention":             {"@alex hello", "<p>@alex hello</p>"},
		"ampersand":           {"a & b &lt;", "<p>a &amp; b &lt;</p>"},
		"mark of a send":      {`<abbr title="mmsync:x"></abbr>`, "<p>&lt;abbr title=&quot;mmsync:x&quot;&gt;&lt;/abbr&gt;</p>"},
		"table":               {"| a | b |\n| --- | --- |\n| c | d |", "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>"},
		"nothing":             {"", ""},
		"Windows line breaks": {"a\r\nb", "<p>a<br>b</p>"},
	} {
		if got := markup.ToHTML(test.markdown); got != test.want {
			t.Errorf("%s: ToHTML(%q)\n got %q\nwant %q", name, test.markdown, got, test.want)
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
	} {
		if got := markup.ToMarkdown(body); len(got) > 25*len(body) {
			t.Errorf("%s: %d bytes became %d", name, len(body), len(got))
		}
	}
}
