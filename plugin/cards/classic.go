// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import "html"

// titles writes what the cards of bots begin with.
func (p *page) titles(card object) {
	p.heading(card.text("title"))
	p.rich(card.text("subtitle"))
	p.rich(card.text("text"))
}

// hero writes a hero, thumbnail or sign-in card (Bot Framework, "Cards reference").
func (p *page) hero(card object) {
	p.titles(card)
	for _, image := range card.objects("images") {
		p.image(image.text("url"), image.text("alt"))
	}
	p.buttons(append(cardActions(card.objects("buttons")), tapOf(card)...))
}

// cardActions are the buttons of a bot's card. All but those that open an address talk to the bot.
func cardActions(actions []object) (buttons []button) {
	for _, a := range actions {
		b := button{title: first(a.text("title"), a.text("text"))}
		switch a.text("type") {
		case "openUrl", "openApp", "downloadFile", "playAudio", "playVideo", "showImage", "signin", "call":
			b.address = a.text("value")
		}
		buttons = append(buttons, b)
	}
	return buttons
}

// tapOf is where an item leads that can be pressed as a whole.
func tapOf(item object) []button {
	tap := item.object("tap")
	if tap == nil || !web(tap.text("value")) {
		return nil
	}
	return []button{{first(tap.text("title"), tap.text("value")), tap.text("value")}}
}

func (p *page) receipt(card object) {
	p.titles(card)
	var facts []fact
	for _, f := range card.objects("facts") {
		facts = append(facts, fact{f.text("key"), f.text("value")})
	}
	p.facts(facts)
	if items := card.objects("items"); len(items) > 0 {
		p.b.WriteString("<table><tr><th>Item</th><th>Quantity</th><th>Price</th></tr>")
		for _, item := range items {
			if !p.spend() {
				break
			}
			name := plain(item.text("title"))
			for _, more := range []string{item.text("subtitle"), item.text("text")} {
				if more = plain(more); more != "" {
					name += " – " + more
				}
			}
			p.b.WriteString("<tr>")
			for _, cell := range []string{name, plain(item.text("quantity")), plain(item.text("price"))} {
				p.b.WriteString("<td>" + html.EscapeString(cell) + "</td>")
			}
			p.b.WriteString("</tr>")
		}
		p.b.WriteString("</table>")
	}
	var sums []fact
	for _, sum := range []fact{{"Tax", card.text("tax")}, {"VAT", card.text("vat")}, {"Total", card.text("total")}} {
		if sum.value != "" {
			sums = append(sums, sum)
		}
	}
	p.facts(sums)
	p.buttons(append(cardActions(card.objects("buttons")), tapOf(card)...))
}

// list writes a list card of Teams.
func (p *page) list(card object) {
	p.heading(card.text("title"))
	for _, item := range card.objects("items") {
		if !p.spend() {
			break
		}
		if item.text("type") == "section" {
			p.heading(item.text("title"))
			continue
		}
		title, more := plain(item.text("title")), plain(item.text("subtitle"))
		shown := html.EscapeString(title)
		for _, tap := range tapOf(item) {
			shown = anchor(tap.address, first(title, tap.title))
		}
		if more != "" {
			shown += " – " + html.EscapeString(more)
		}
		p.b.WriteString("<ul><li>" + shown + "</li></ul>")
	}
	p.buttons(cardActions(card.objects("buttons")))
}

// mediaNames are what a card is that plays something.
var mediaNames = map[string]string{"audio": "Voice message", "video": "Video", "animation": "Animation"}

// media writes a card that plays something: a bot's leads to what it plays, a clip that somebody recorded is played in
// Teams only.
func (p *page) media(kind string, card object) {
	p.titles(card)
	var buttons []button
	for _, source := range card.objects("media") {
		if p.b.Len() > 0 {
			buttons = append(buttons, button{first(source.text("profile"), "Play"), source.text("url")})
		}
	}
	if p.b.Len() == 0 {
		p.only(mediaNames[kind], duration(card.text("duration")))
	}
	p.buttons(append(buttons, cardActions(card.objects("buttons"))...))
}
