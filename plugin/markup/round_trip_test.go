// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// there sends a text to Teams and reads it back, as Teams keeps it.
func there(t *testing.T, text string) (sent, read string) {
	t.Helper()
	sent, mentions := writing.HTML(text)
	kept, err := teams.Normalise(sent)
	if err != nil {
		t.Fatalf("Teams refuses %q: %v", sent, err)
	}
	reading := markup.Reading{Mention: func(id int) (string, string) {
		if id >= len(mentions) {
			t.Fatalf("%q has a mention %d, which nobody counted", sent, id)
		}
		return mentions[id].Key, "@" + mentions[id].Key
	}}
	return sent, reading.Markdown(kept)
}

// writing knows two people and two emoji.
var writing = markup.Writing{
	Mention: func(rest string) (markup.Mention, int) {
		longest, shortest := markup.Username(rest)
		for _, name := range []string{longest, shortest} {
			if shown := map[string]string{"alex": "Alex Demo", "blake.b": "Blake Demo"}[name]; shown != "" {
				return markup.Mention{Key: name, Shown: shown}, len(name)
			}
		}
		return markup.Mention{}, 0
	},
	Emoji: func(name string) (string, bool) {
		emoji, known := map[string]string{"smile": "😄", "wave_dark_skin_tone": "👋🏿"}[name]
		return emoji, known
	},
}

// prose makes random Markdown as people write it.
type prose struct{ *rand.Rand }

func (p prose) pick(choices ...string) string { return choices[p.IntN(len(choices))] }

func (p prose) word() string {
	return p.pick("one", "Two", "drei", "vier,", "fünf.", "snake_case", "2\\*3", "#tag", "~town-square", "R&D", "<b>", "a@b.example", "100%", "$5", "(x)",
		"@alex", "@blake.b", "@nobody", ":smile:", ":wave_dark_skin_tone:", ":party_parrot:", "👍", "C:\\\\dir", "https://example.com/a_b?c=d&e=f", "||hidden||",
		"$$a_1 * b^2$$", "$x_1*y*2$", "US$5,", "5$", "$$a\n*b* c$$", "[room](mattermost://a_b*c*)", "[page](../a_b)", "[call](tel:+1-2)", "![p](https://a.example/b.png =10x20)", "…", "10:30", "e.g.", "x—y", "日本語", "\"quoted\"", "it's", "50€", "~5", "&amp;", "\\*", "a\\_b")
}

func (p prose) inline(depth int) string { return p.styled(depth, "") }

// styled is a line whose words do not look as they do already.
func (p prose) styled(depth int, as string) string {
	can := func(mark string) bool { return depth > 0 && !strings.Contains(as, mark) }
	var words []string
	for range 1 + p.IntN(4) {
		switch n := p.IntN(14); {
		case n == 0 && can("b"):
			words = append(words, "**"+p.styled(depth-1, as+"b")+"**")
		case n == 1 && can("i"):
			words = append(words, p.pick("*plain words*", "_plain words_"))
		case n == 2 && can("s"):
			words = append(words, "~~"+p.styled(depth-1, as+"s")+"~~")
		case n == 3:
			words = append(words, "`"+p.pick("code", "a*b_c", "@alex", "x | y", "<b>", ":smile:")+"`")
		case n == 4:
			words = append(words, p.pick("[", "![")+p.pick("a link", "bold *link*", "x_y", "@alex", "`code`")+"](https://example.com/"+p.pick("", "x", "a_(b)")+")")
		case n == 5 && can("i"):
			words = append(words, "*"+p.styled(depth-1, as+"i")+"*"+p.pick("", ",", "."))
		default:
			words = append(words, p.word())
		}
	}
	return strings.Join(words, " ")
}

// line has no break: a row of a table ends with it.
func (p prose) line() string { return strings.ReplaceAll(p.inline(1), "\n", " ") }

func (p prose) indent(text, first, rest string) string {
	return first + strings.ReplaceAll(text, "\n", "\n"+rest)
}

func (p prose) block(depth int) string {
	switch n := p.IntN(12); {
	case n < 3:
		lines := []string{p.inline(2)}
		for p.IntN(3) == 0 {
			lines = append(lines, p.inline(2))
		}
		return strings.Join(lines, "\n")
	case n == 4:
		return strings.Repeat("#", 1+p.IntN(6)) + " " + p.inline(1)
	case n == 5:
		return "---"
	case n == 6:
		return "```" + p.pick("", "go", "python", "latex", "c++") + "\n" + p.pick("x := 1", "if a:\n    b\n\n\tc", "a  b", "\\frac{a}{b}", "<b> & `") + "\n```"
	case n == 7:
		return "| a | " + p.line() + " |\n|---|:-:|\n| " + p.pick("", "x", "`a`") + " | " + strings.ReplaceAll(p.line(), "|", "\\|") + " |"
	case n == 3:
		return "$$" + p.pick("", "x") + "\n+ a_1 * b_2\n" + p.pick("", "# c\n> 0\n") + "$$"
	case n == 8 && depth > 0:
		return p.indent(p.document(depth-1), "> ", "> ")
	case n <= 10 && depth > 0:
		var items []string
		ordered, task := p.IntN(2) == 0, p.IntN(4) == 0
		for i := range 1 + p.IntN(3) {
			marker := p.pick("- ", "* ")
			if ordered {
				marker = fmt.Sprintf("%d. ", i+1+p.IntN(2)*3)
			}
			item := p.inline(2)
			if p.IntN(3) == 0 {
				item += "\n\n" + p.document(depth-1)
			}
			if task {
				item = p.pick("[ ] ", "[x] ") + item
			}
			items = append(items, p.indent(item, marker, strings.Repeat(" ", len(marker))))
		}
		return strings.Join(items, p.pick("\n", "\n\n"))
	}
	return p.inline(2)
}

func (p prose) document(depth int) string {
	var blocks []string
	for range 1 + p.IntN(3) {
		blocks = append(blocks, p.block(depth))
	}
	return strings.Join(blocks, "\n\n")
}

// What was sent to Teams, read back and sent again is the same, however Teams rewrites it on the way.
func TestSendingWhatWasReadChangesNothing(t *testing.T) {
	for seed := range uint64(3000) {
		text := prose{rand.New(rand.NewPCG(seed, 1))}.document(2)
		first, read := there(t, text)
		second, again := there(t, read)
		if first != second || read != again {
			t.Fatalf("seed %d:\n%s\nis sent as\n%s\nread as\n%s\nsent as\n%s\nand read as\n%s", seed, text, first, read, second, again)
		}
	}
}

// Whatever is written, its text stays the same on the way there and back, and what was read once is read again.
func FuzzRoundTrip(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(prose{rand.New(rand.NewPCG(seed, 2))}.document(2))
	}
	for _, text := range []string{"**a,**b", "~~**a**~~b", "*a***b**", "a\n===", "| a |\n|--", "- \n- b", "1. a\n3) b", "> a\n\n> b", "[a](b) [c]: d", "![a](b( =1)", "![a](b =1x \"c\")", "``` ` ```", "&nbsp;&nbsp;a", "\\\n\\"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || len(text) > 2000 {
			return
		}
		sent, _ := writing.HTML(text)
		if _, err := teams.Normalise(sent); err != nil {
			return
		}
		first, read := there(t, text)
		second, _ := there(t, read)
		a, b := markup.Canonical(first), markup.Canonical(second)
		// An emoji's name that was no emoji is one in Mattermost, and then in Teams.
		emoji := strings.NewReplacer(":smile:", "😄", ":wave_dark_skin_tone:", "👋🏿")
		a, b = emoji.Replace(a), emoji.Replace(b)
		if strings.Contains(text, "@") {
			// A name gets a space where it would go on otherwise.
			a, b = strings.ReplaceAll(a, " ", ""), strings.ReplaceAll(b, " ", "")
		}
		if a != b {
			t.Fatalf("%q is sent as\n%s\nread as\n%s\nand sent as\n%s\n%q\n%q", text, first, read, second, a, b)
		}
	})
}
