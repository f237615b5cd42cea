// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

func TestNormalise(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"inline is wrapped":         {`hello <b>you</b>`, `<p>hello <b>you</b></p>`},
		"a paragraph stays":         {`<p>one</p><p>two</p>`, `<p>one</p><p>two</p>`},
		"runs between blocks":       {`a<ul><li>b</li></ul>c`, `<p>a</p><ul><li>b</li></ul><p>c</p>`},
		"empty":                     {``, ``},
		"the mark is kept":          {`<p>x</p><abbr title="k1"></abbr>`, `<p>x</p><p><abbr title="k1"></abbr></p>`},
		"the mark inside":           {`x<abbr title="k1" class="m"></abbr>`, `<p>x<abbr title="k1"></abbr></p>`},
		"unknown elements go":       {`<blink>hi</blink> <custom-x a="1">there</custom-x>`, `<p>hi there</p>`},
		"comments go":               {`a<!-- hidden -->b`, `<p>ab</p>`},
		"unknown attributes go":     {`<p onclick="x()" data-k="v">t</p>`, `<p>t</p>`},
		"scripts go with content":   {`<script>alert(1)</script><style>p{}</style>ok`, `<p>ok</p>`},
		"script links go":           {`<a href="JavaScript:alert(1)">x</a>`, `<p><a>x</a></p>`},
		"links stay":                {`<a href="https://example.com/?a=1&amp;b=2" title="t">x</a>`, `<p><a href="https://example.com/?a=1&amp;b=2" title="t">x</a></p>`},
		"entities":                  {`1 &lt; 2 &amp; 3&nbsp;4`, "<p>1 &lt; 2 &amp; 3\u00a04</p>"},
		"mentions":                  {`<at id="0">Blake Demo</at> hi`, `<p><at id="0">Blake Demo</at> hi</p>`},
		"attachments":               {`<attachment id="A1"></attachment>`, `<attachment id="A1"></attachment>`},
		"code block":                {`<codeblock class="Go"><code>a<br>b</code></codeblock>`, `<codeblock class="Go"><code>a<br/>b</code></codeblock>`},
		"images keep their size":    {`<img src="https://x/y.png" alt="y" width="2" onerror="z()">`, `<p><img src="https://x/y.png" alt="y" width="2"/></p>`},
		"inline around a block":     {`<b><div>x</div></b>`, `<b><div>x</div></b>`},
		"paragraph left in another": {`<p><button><p>x</p></button></p>`, `<p></p><p>x</p><p></p>`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := teams.Normalise(c.in)
			if err != nil || got != c.want {
				t.Fatalf("Normalise(%q)\n got %q, %v\nwant %q", c.in, got, err, c.want)
			}
			if again, _ := teams.Normalise(got); again != got {
				t.Errorf("normalising again changes %q to %q", got, again)
			}
		})
	}
}

func TestNormaliseBoundsDepth(t *testing.T) {
	got, err := teams.Normalise(strings.Repeat("<div>", 400) + "x")
	if err != nil || strings.Count(got, "<div>") > 100 {
		t.Errorf("%d levels left, %v", strings.Count(got, "<div>"), err)
	}
	_, err = teams.Normalise(strings.Repeat("<div>", 5000) + "x")
	wantKind(t, err, teams.Invalid)
}

func FuzzNormalise(f *testing.F) {
	for _, seed := range []string{`<p>a</p>`, `<table><td>x</table>y`, `<p><button><p>`, `a<!--b-->`, `<abbr title="k"></abbr>`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := teams.Normalise(in)
		if err != nil {
			return // too deep for the parser, refused
		}
		if again, err := teams.Normalise(got); err != nil || again != got {
			t.Fatalf("normalising %q gives %q, and again %q, %v", in, got, again, err)
		}
		lower := strings.ToLower(got)
		for _, bad := range []string{"<script", "<style", "<!--", "<iframe"} {
			if strings.Contains(lower, bad) {
				t.Fatalf("%q leaves %q", in, got)
			}
		}
	})
}
