// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"html"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// quote writes the beginning of a message that this one answers.
func (p *page) quote(content object) {
	p.cited(senderOf(content.object("messageSender")), html.EscapeString(strings.Join(strings.Fields(content.text("messagePreview")), " ")))
}

// forward writes a message that was brought from elsewhere, with who wrote it there and when.
func (p *page) forward(content object) {
	from := "Forwarded"
	if sender := senderOf(content.object("originalMessageSender")); sender != "" {
		from += " from " + sender
	}
	if sent := content.text("originalSentDateTime"); sent != "" {
		if at, err := time.Parse(time.RFC3339, sent); err == nil {
			from += ", " + at.UTC().Format("2006-01-02 15:04") + " UTC"
		}
	}
	original := first(content.text("originalMessageContent"), content.object("body").text("content"))
	p.cited(from, inline(markup.ToHTML(markup.ToMarkdown(original))))
}

// cited writes what somebody said elsewhere.
func (p *page) cited(who, said string) {
	if who == "" && said == "" {
		p.only("A message", "")
		return
	}
	p.b.WriteString("<blockquote>")
	switch name := "<strong>" + html.EscapeString(who) + ":</strong>"; {
	case who == "":
		p.blocks(said)
	case said == "":
		p.paragraph(name + " " + p.inTeams("open in Microsoft Teams"))
	case strings.HasPrefix(said, "<p>"), strings.HasPrefix(said, "<ul>"), strings.HasPrefix(said, "<ol>"), strings.HasPrefix(said, "<table>"),
		strings.HasPrefix(said, "<pre>"), strings.HasPrefix(said, "<blockquote>"), strings.HasPrefix(said, "<h"):
		p.paragraph(name)
		p.b.WriteString(said)
	default:
		p.paragraph(name + " " + said)
	}
	p.b.WriteString("</blockquote>")
}

func (p *page) blocks(content string) {
	if strings.HasPrefix(content, "<p>") {
		p.b.WriteString(content)
		return
	}
	p.paragraph(content)
}

// senderOf is the name in an identity set.
func senderOf(set object) string {
	for _, kind := range []string{"user", "application", "conversation", "device"} {
		if name := plain(set.object(kind).text("displayName")); name != "" {
			return name
		}
	}
	return ""
}

func (p *page) meeting(content object, name string) {
	p.only("Meeting", first(name, content.text("subject"), content.text("title")))
}

// loop writes a component that several people write in at once: what it shows now is not in the message.
func (p *page) loop(content object) {
	if address := content.text("componentUrl"); web(address) {
		p.paragraph("<strong>Loop component</strong> (" + anchor(address, "open it") + ")")
		return
	}
	p.only("Loop component", "")
}

// duration is an ISO 8601 duration of seconds and minutes as a person writes it.
func duration(text string) string {
	d, err := time.ParseDuration(strings.ToLower(strings.TrimPrefix(text, "PT")))
	if err != nil || d <= 0 {
		return ""
	}
	return d.Round(time.Second).String()
}
