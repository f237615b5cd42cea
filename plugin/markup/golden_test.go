// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

var update = flag.Bool("update", false, "write what comes out into testdata")

// reading knows the mentions, pictures and attachments that the cases use.
var reading = markup.Reading{
	Mention: func(id int) (key, markdown string) {
		switch id {
		case 0, 1, 2:
			return "user:alex", "@alex"
		case 3:
			return "channel:general", "@channel"
		case 4, 5:
			return "tag:on-call", ""
		case 6:
			return "user:blake", "@blake"
		}
		return "", ""
	},
	Picture: func(p markup.Picture) (string, bool) {
		return "![" + markup.EscapeMarkdown(p.Alt) + "](https://mattermost.example/files/1)", strings.HasSuffix(p.Source, "/hostedContents/known/$value")
	},
	Attachment: func(id string) string {
		if id == "snippet" {
			return markup.CodeBlock("package main\n\nfunc main() {}\n", "Go")
		}
		return ""
	},
}

// TestFromTeams reads testdata/from-teams: what a Teams message (.html) becomes in Mattermost (.md).
func TestFromTeams(t *testing.T) {
	golden(t, "from-teams", ".html", ".md", func(t *testing.T, body string) string {
		read := reading.Markdown(body)
		again, _ := writing.HTML(read)
		checkHarmless(t, again)
		if kept, err := teams.Normalise(body); err == nil {
			if a, b := markup.Canonical(body), markup.Canonical(kept); a != b && !strings.Contains(body, "customemoji") {
				t.Errorf("as Teams keeps it, the text is %q, want %q", b, a)
			}
		}
		return read
	})
}

// TestToTeams reads testdata/to-teams: what a post (.md) becomes in Teams (.html).
func TestToTeams(t *testing.T) {
	golden(t, "to-teams", ".md", ".html", func(t *testing.T, text string) string {
		first, read := there(t, text)
		checkHarmless(t, first)
		if second, _ := there(t, read); first != second {
			t.Errorf("sent as\n%s\nit is read as\n%s\nand sent again as\n%s", first, read, second)
		}
		return strings.NewReplacer("><p", ">\n<p", "></p><", "></p>\n<", "<br>", "<br>\n", "</li><", "</li>\n<", "</tr><", "</tr>\n<").Replace(first)
	})
}

// golden compares what convert makes of each file with its pair.
func golden(t *testing.T, folder, from, to string, convert func(*testing.T, string) string) {
	sources, err := filepath.Glob(filepath.Join("testdata", folder, "*"+from))
	if err != nil || len(sources) < 70 {
		t.Fatalf("%d cases in %s (%v)", len(sources), folder, err)
	}
	for _, source := range sources {
		name := strings.TrimSuffix(filepath.Base(source), from)
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(source)
			if err != nil {
				t.Fatal(err)
			}
			got := convert(t, strings.TrimSuffix(string(text), "\n")) + "\n"
			pair := strings.TrimSuffix(source, from) + to
			if *update {
				if err := os.WriteFile(pair, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(pair)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}
