// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"html"
	"net/url"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// mostElements bounds how many elements of a card are shown. Real ones have dozens.
const mostElements = 1000

// page is what has been written of a card.
type page struct {
	b       strings.Builder
	message string // the message's address in Teams
	left    int    // how many elements may still be written
}

// spend takes one element from what may be written; false when nothing is left.
func (p *page) spend() bool {
	p.left--
	if p.left == 0 {
		p.paragraph("…")
		p.only("The rest of the card", "")
	}
	return p.left > 0
}

// paragraph writes HTML as a paragraph, if there is any.
func (p *page) paragraph(inner string) {
	if inner != "" {
		p.b.WriteString("<p>" + inner + "</p>")
	}
}

func (p *page) heading(text string) {
	if text = plain(text); text != "" {
		p.paragraph("<strong>" + html.EscapeString(text) + "</strong>")
	}
}

// markdown writes a text in the Markdown that adaptive cards allow.
func (p *page) markdown(text string) { p.b.WriteString(fromMarkdown(text)) }

// rich writes a text that is Markdown or HTML: cards of bots and connectors take both.
func (p *page) rich(text string) { p.b.WriteString(fromEither(text)) }

// fact is a name and its value.
type fact struct{ name, value string }

func (p *page) facts(facts []fact) {
	var items strings.Builder
	for _, f := range facts {
		name, value := strings.TrimSuffix(strings.TrimSpace(plain(f.name)), ":"), inline(fromMarkdown(f.value))
		switch {
		case name == "" && value == "", !p.spend():
			continue
		case name == "":
			items.WriteString("<li>" + value + "</li>")
		default:
			items.WriteString("<li><strong>" + html.EscapeString(name) + ":</strong> " + value + "</li>")
		}
	}
	if items.Len() > 0 {
		p.b.WriteString("<ul>" + items.String() + "</ul>")
	}
}

// image writes a picture; message pages decide whether it is loaded. One without text and address is decoration.
func (p *page) image(address, text string) {
	text = plain(text)
	if !web(address) {
		if text != "" {
			p.paragraph("(image: " + html.EscapeString(text) + ")")
		}
		return
	}
	if text == "" {
		text = "image"
	}
	p.paragraph(anchor(address, text))
}

// button is something to press. Without an address of its own it works only in Teams.
type button struct{ title, address string }

func (p *page) buttons(buttons []button) {
	var shown []string
	for _, b := range buttons {
		title := plain(b.title)
		switch {
		case title == "" && !web(b.address), !p.spend():
			continue
		case title == "":
			title = b.address
		}
		shown = append(shown, p.button(title, b.address))
	}
	p.paragraph(strings.Join(shown, " · "))
}

func (p *page) button(title, address string) string {
	if web(address) {
		return anchor(address, title)
	}
	return p.inTeams(title + " (in Microsoft Teams)")
}

// only names something that can be seen in Teams only.
func (p *page) only(kind, name string) {
	shown := "<strong>" + html.EscapeString(kind) + "</strong>"
	if name = plain(name); name != "" {
		shown = "<strong>" + html.EscapeString(kind) + ":</strong> " + html.EscapeString(name)
	}
	p.paragraph(shown + " (" + p.inTeams("open in Microsoft Teams") + ")")
}

// inTeams is a text that leads to the message in Teams.
func (p *page) inTeams(text string) string {
	if !web(p.message) {
		return html.EscapeString(text)
	}
	return anchor(p.message, text)
}

func anchor(address, text string) string {
	return `<a href="` + html.EscapeString(address) + `">` + html.EscapeString(text) + "</a>"
}

// web tells whether an address is one that a browser opens.
func web(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return false
	}
	scheme := strings.ToLower(u.Scheme)
	return (scheme == "https" || scheme == "http") && u.Host != "" || scheme == "mailto"
}

// fromMarkdown is the HTML of a card's Markdown. A mention in a card is plain text: <at>Name</at>.
func fromMarkdown(text string) string {
	text = strings.NewReplacer("<at>", "@", "</at>", "", "\r\n", "\n", "\r", "\n").Replace(text)
	return markup.ToHTML(dates(strings.TrimSpace(text)))
}

// fromEither is the HTML of a text that may be HTML or Markdown, made anew so that nothing of a message's own structure
// (mentions, attachments) is in it.
func fromEither(text string) string {
	if strings.Contains(text, "</") || strings.Contains(text, "/>") || strings.Contains(strings.ToLower(text), "<br>") {
		return markup.ToHTML(markup.ToMarkdown(text))
	}
	return fromMarkdown(text)
}

// plain is a text on one line, without the marks of HTML that titles may carry.
func plain(text string) string {
	if strings.Contains(text, "<") {
		text = markup.Canonical(strings.NewReplacer("<", " <", ">", "> ").Replace(text))
	}
	return strings.Join(strings.Fields(text), " ")
}

// inline is the HTML of a text that stands inside something: a single paragraph is taken out of its element.
func inline(content string) string {
	if rest, ok := strings.CutPrefix(content, "<p>"); ok {
		if inner, ok := strings.CutSuffix(rest, "</p>"); ok && !strings.Contains(inner, "<p>") {
			return inner
		}
	}
	return content
}
