// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"html"
	"strings"
)

// adaptive writes an adaptive card (Adaptive Cards 1.6 schema): its elements in their order, what can be unfolded
// included.
func (p *page) adaptive(card object) {
	before := p.b.Len()
	for _, element := range card.objects("body") {
		p.element(element)
	}
	if p.b.Len() == before {
		p.markdown(first(card.text("fallbackText"), card.text("speak")))
	}
	p.actions(card.objects("actions"))
}

// parts are where an element keeps other elements.
var parts = []string{"items", "columns", "body", "images", "rows", "cells", "pages", "content"}

func (p *page) element(e object) {
	if e == nil || !p.spend() {
		return
	}
	switch kind := e.text("type"); kind {
	case "TextBlock":
		if e.text("style") == "heading" || e.text("weight") == "bolder" || e.text("weight") == "Bolder" {
			p.strong(e.text("text"))
		} else {
			p.markdown(e.text("text"))
		}
	case "RichTextBlock":
		p.runs(e.list("inlines"))
	case "Image":
		p.image(e.text("url"), e.text("altText"))
		p.tap(e)
	case "Media":
		for _, source := range e.objects("sources") {
			p.buttons([]button{{first(e.text("altText"), "Media"), source.text("url")}})
		}
	case "FactSet":
		var facts []fact
		for _, f := range e.objects("facts") {
			facts = append(facts, fact{f.text("title"), f.text("value")})
		}
		p.facts(facts)
	case "ActionSet":
		p.actions(e.objects("actions"))
	case "Table":
		p.table(e)
	case "CodeBlock":
		p.b.WriteString(`<pre><code>` + html.EscapeString(e.text("codeSnippet")) + `</code></pre>`)
	case "Badge":
		p.paragraph("<code>" + html.EscapeString(plain(e.text("text"))) + "</code>")
	case "CompoundButton":
		p.strong(e.text("title"))
		p.markdown(e.text("description"))
		p.tap(e)
	case "Icon":
		p.tap(e)
	case "Container", "Column", "ColumnSet", "ImageSet", "TableRow", "TableCell", "Carousel", "CarouselPage", "AdaptiveCard":
		p.inside(e)
	default:
		switch {
		case strings.HasPrefix(kind, "Input."):
			p.input(e, kind)
		case e.object("fallback") != nil:
			p.element(e.object("fallback"))
		default:
			p.unknown(e)
		}
	}
}

// strong writes a text whose author set it in bold.
func (p *page) strong(text string) {
	content := inline(fromMarkdown(text))
	if strings.HasPrefix(content, "<") && !strings.HasPrefix(content, "<a ") || content == "" {
		p.b.WriteString(content) // blocks, and what has a form already
		return
	}
	p.paragraph("<strong>" + content + "</strong>")
}

func (p *page) inside(e object) {
	for _, key := range parts {
		for _, inner := range e.objects(key) {
			p.element(inner)
		}
	}
	p.actions(e.objects("actions"))
	p.tap(e)
}

// tap writes where an element leads that can be pressed as a whole.
func (p *page) tap(e object) {
	if action := e.object("selectAction"); action != nil {
		p.actions([]object{action})
	}
}

// runs writes the pieces of a rich text.
func (p *page) runs(runs []any) {
	var b strings.Builder
	for _, run := range runs {
		if text, ok := run.(string); ok {
			b.WriteString(html.EscapeString(text))
			continue
		}
		o, _ := run.(map[string]any)
		r := object(o)
		text := html.EscapeString(r.text("text"))
		if action := r.object("selectAction"); web(action.text("url")) {
			text = anchor(action.text("url"), r.text("text"))
		}
		for _, form := range []struct {
			on      bool
			element string
		}{
			{r.text("weight") == "bolder" || r.text("weight") == "Bolder", "strong"}, {r.text("italic") == "true", "em"}, {r.text("strikethrough") == "true", "s"},
		} {
			if form.on && strings.TrimSpace(text) != "" {
				text = "<" + form.element + ">" + text + "</" + form.element + ">"
			}
		}
		b.WriteString(text)
	}
	p.paragraph(b.String())
}

func (p *page) table(e object) {
	rows := e.objects("rows")
	if len(rows) == 0 {
		return
	}
	p.b.WriteString("<table>")
	for _, row := range rows {
		p.b.WriteString("<tr>")
		for _, cell := range row.objects("cells") {
			p.b.WriteString("<td>")
			p.element(cell)
			p.b.WriteString("</td>")
		}
		p.b.WriteString("</tr>")
	}
	p.b.WriteString("</table>")
}

// input writes a field: what it asks for, what can be chosen, what stands in it.
func (p *page) input(e object, kind string) {
	label := plain(first(e.text("label"), e.text("title"), e.text("placeholder"), e.text("id"), strings.TrimPrefix(kind, "Input.")))
	value := plain(first(e.text("value"), e.text("placeholder")))
	choices := e.objects("choices")
	if kind == "Input.Toggle" || value == label || len(choices) > 0 {
		value = ""
	}
	shown := "<strong>" + html.EscapeString(strings.TrimSuffix(label, ":")) + ":</strong>"
	if value != "" {
		shown += " " + html.EscapeString(value)
	}
	p.paragraph(shown)
	var facts []fact
	for _, choice := range choices {
		facts = append(facts, fact{"", first(choice.text("title"), choice.text("value"))})
	}
	p.facts(facts)
}

// actions writes buttons. What one of them unfolds follows.
func (p *page) actions(actions []object) {
	var buttons []button
	var unfolded []object
	for _, a := range actions {
		switch a.text("type") {
		case "Action.OpenUrl":
			buttons = append(buttons, button{a.text("title"), a.text("url")})
		case "Action.ShowCard":
			unfolded = append(unfolded, a)
		case "Action.ToggleVisibility":
			// All of the card is shown.
		default:
			buttons = append(buttons, button{title: a.text("title")})
		}
	}
	p.buttons(buttons)
	for _, a := range unfolded {
		if !p.spend() {
			return
		}
		p.heading(a.text("title"))
		p.adaptive(a.object("card"))
	}
}

// saying are the keys under which an element that is not known keeps what it says.
var saying = []string{"title", "subtitle", "label", "text", "name", "description", "value", "altText", "summary", "message"}

// unknown writes the texts of an element that is not known, and those of what is in it.
func (p *page) unknown(e object) {
	if p.left <= 0 {
		return
	}
	for _, key := range saying {
		p.rich(e.text(key))
	}
	for _, key := range e.keys() {
		if key == "fallback" {
			continue
		}
		switch inner := e[key].(type) {
		case map[string]any:
			p.nested(inner)
		case []any:
			for _, member := range inner {
				if o, ok := member.(map[string]any); ok {
					p.nested(o)
				}
			}
		}
	}
}

func (p *page) nested(o object) {
	if strings.HasPrefix(o.text("type"), "Action.") {
		p.actions([]object{o})
		return
	}
	p.element(o)
}
