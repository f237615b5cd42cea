// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

// connector writes a card of a Microsoft 365 connector (Outlook docs, "Legacy actionable message card reference").
func (p *page) connector(card object) {
	title := card.text("title")
	p.heading(title)
	p.rich(card.text("text"))
	sections := card.objects("sections")
	for _, s := range sections {
		if !p.spend() {
			return
		}
		p.heading(first(s.text("title"), s.text("startGroup")))
		p.rich(first(s.text("activityTitle")))
		p.rich(s.text("activitySubtitle"))
		p.rich(s.text("activityText"))
		p.rich(s.text("text"))
		var facts []fact
		for _, f := range s.objects("facts") {
			facts = append(facts, fact{f.text("name"), f.text("value")})
		}
		p.facts(facts)
		images := s.objects("images")
		if hero := s.object("heroImage"); hero != nil {
			images = append([]object{hero}, images...)
		}
		for _, image := range images {
			p.image(image.text("image"), image.text("title"))
		}
		p.buttons(connectorActions(s.objects("potentialAction")))
	}
	p.buttons(connectorActions(card.objects("potentialAction")))
	if p.b.Len() == 0 {
		p.rich(card.text("summary"))
	}
}

// connectorActions are the buttons of a connector's card. All but those that open an address talk to the connector.
func connectorActions(actions []object) (buttons []button) {
	for _, a := range actions {
		b := button{title: a.text("name")}
		switch a.text("@type") {
		case "OpenUri":
			for _, target := range a.objects("targets") {
				if b.address == "" || target.text("os") == "default" {
					b.address = target.text("uri")
				}
			}
		case "ViewAction":
			if targets := a.list("target"); len(targets) > 0 {
				b.address = textOf(targets[0])
			}
		}
		buttons = append(buttons, b)
	}
	return buttons
}
