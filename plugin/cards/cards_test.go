// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/cards"
)

var update = flag.Bool("update", false, "write what the cards give into testdata")

const message = "https://teams.example/l/message/1"

// read reads a golden case; content stands there as a person can read it.
func read(t *testing.T, path string) cards.Attachment {
	t.Helper()
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		ContentType, Name string
		Content           json.RawMessage
	}
	if err := json.Unmarshal(document, &a); err != nil {
		t.Fatal(path, err)
	}
	content := string(a.Content)
	if text := ""; json.Unmarshal(a.Content, &text) == nil {
		content = text
	}
	return cards.Attachment{ContentType: a.ContentType, Name: a.Name, Content: content}
}

func TestCardsSayWhatTheyShow(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil || len(paths) < 30 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			// One block per line, so that a person can read it.
			got := strings.NewReplacer("><p>", ">\n<p>", "><ul>", ">\n<ul>", "><li>", ">\n<li>", "><tr>", ">\n<tr>", "><table>", ">\n<table>",
				"><pre>", ">\n<pre>", "><blockquote>", ">\n<blockquote>", "></ul>", ">\n</ul>", "></table>", ">\n</table>", "></blockquote>", ">\n</blockquote>").
				Replace(read(t, path).HTML(message)) + "\n"
			golden := strings.TrimSuffix(path, ".json") + ".html"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestButtonsWithoutAMessageToLeadTo(t *testing.T) {
	card := cards.Attachment{ContentType: "application/vnd.microsoft.card.hero", Content: `{"title":"T","buttons":[{"type":"imBack","title":"Go"}]}`}
	if got, want := card.HTML(""), "<p><strong>T</strong></p><p>Go (in Microsoft Teams)</p>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What nobody can read is called what a person would call it.
func TestAttachmentsWithoutAnythingToShowAreNamed(t *testing.T) {
	for kind, want := range map[string]string{
		"":                                       "Attachment",
		"image/png":                              "Picture",
		"video/mp4":                              "Attachment",
		"application/vnd.microsoft.card.x":       "Card (x)",
		"application/vnd.microsoft.teams.card.y": "Card (y)",
		"application/vnd.microsoft.card." + strings.Repeat("long", 16):                  "Attachment",
		"application/vnd.microsoft.teams.messaging-announcementBanner":                  "Announcement",
		"application/vnd.microsoft.card.hero":                                           "Card (hero)",
		"application/vnd.microsoft.card.adaptive":                                       "Card (adaptive)",
		"application/vnd.microsoft.card." + strings.Repeat("x", 60):                     "Card (" + strings.Repeat("x", 60) + ")",
		"application/vnd.microsoft.card.with/a/slash":                                   "Attachment",
		"application/vnd.microsoft.teams.card.o365connector":                            "Card (o365connector)",
		"application/vnd.microsoft.teams.file.download.info/" + strings.Repeat("x", 70): "Attachment",
	} {
		if got := (cards.Attachment{ContentType: kind, Content: "{}"}).HTML(""); got != "<p><strong>"+want+"</strong> (open in Microsoft Teams)</p>" {
			t.Errorf("%q is called %s, want %s", kind, got, want)
		}
		if !(cards.Attachment{ContentType: kind}).IsCard() {
			t.Errorf("%q is no card", kind)
		}
	}
	if (cards.Attachment{ContentType: "reference"}).IsCard() {
		t.Error("a file is a card")
	}
}

func TestACardThatIsTooLargeIsNamed(t *testing.T) {
	card := cards.Attachment{ContentType: "application/vnd.microsoft.card.adaptive", Name: "Big", Content: `{"body":[{"type":"TextBlock","text":"` + strings.Repeat("x", 300<<10) + `"}]}`}
	if got := card.HTML(message); len(got) > 300 || !strings.Contains(got, "Big") {
		t.Errorf("got %d bytes: %.200s", len(got), got)
	}
	many := `{"body":[` + strings.Repeat(`{"type":"TextBlock","text":"word"},`, 5000) + `{"type":"TextBlock","text":"last"}]}`
	got := cards.Attachment{ContentType: "application/vnd.microsoft.card.adaptive", Content: many}.HTML(message)
	if n := strings.Count(got, "word"); n > 1000 || n < 900 || !strings.Contains(got, "<p>…</p><p><strong>The rest of the card</strong>") {
		t.Errorf("%d of 5000 elements, then %q", n, got[max(0, len(got)-120):])
	}
}

func TestPartsStandWhereTheBodySays(t *testing.T) {
	parts := []cards.Part{{ID: "a", HTML: "<p>A</p>"}, {ID: "b", HTML: "<p>B</p>"}}
	for body, want := range map[string]string{
		`<p>one</p>`: `<p>one</p><p>A</p><p>B</p>`,
		`<p>one</p><attachment id="b"></attachment><p>two</p>`:                     `<p>one</p><p>B</p><p>two</p><p>A</p>`,
		`<attachment id="a"></attachment><attachment id="b"></attachment>`:         `<p>A</p><p>B</p>`,
		`<attachment id="c"></attachment>`:                                         `<attachment id="c"></attachment><p>A</p><p>B</p>`,
		`<attachment id="a"><p>in it</p><p>too</p><attachment id="b">`:             `<p>A</p><p>in it</p><p>too</p><p>B</p>`,
		`<attachment id="a"></attachment><p>x</p><attachment id="a"></attachment>`: `<p>A</p><p>x</p><attachment id="a"></attachment><p>B</p>`,
		`<p>see <attachment id="b"></attachment> and more</p>`:                     `<p>see <p>B</p> and more</p><p>A</p>`,
	} {
		if got := cards.Place(body, parts); got != want {
			t.Errorf("%s\ngave %s\nwant %s", body, got, want)
		}
	}
	if got := cards.Place("<p>as it is", nil); got != "<p>as it is" {
		t.Errorf("without parts the body is %q", got)
	}
}

func FuzzHTML(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		document, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		var a struct {
			ContentType string
			Content     json.RawMessage
		}
		if err := json.Unmarshal(document, &a); err != nil {
			f.Fatal(err)
		}
		f.Add(a.ContentType, string(a.Content))
	}
	f.Fuzz(func(t *testing.T, contentType, content string) {
		got := cards.Attachment{ContentType: contentType, Content: content}.HTML(message)
		if got == "" {
			t.Error("an attachment is shown by nothing")
		}
		if len(got) > 40*(len(content)+len(contentType))+60*1000 {
			t.Errorf("%d bytes of %d", len(got), len(content))
		}
		harmless(t, got)
		cards.Place(content, []cards.Part{{ID: "a", HTML: got}})
	})
}

// harmless fails for HTML that does more than text, links and tables do.
func harmless(t *testing.T, content string) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(content))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			switch token.Data {
			case "p", "strong", "em", "del", "s", "a", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td", "th", "pre", "code", "blockquote", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6":
			default:
				t.Errorf("<%s> in %s", token.Data, content)
			}
			for _, a := range token.Attr {
				scheme, _, _ := strings.Cut(strings.ToLower(a.Val), ":")
				if strings.HasPrefix(a.Key, "on") || a.Key == "href" && scheme != "http" && scheme != "https" && scheme != "mailto" {
					t.Errorf("%s=%q in %s", a.Key, a.Val, content)
				}
			}
		}
	}
}
