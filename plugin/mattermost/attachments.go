// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// attachmentsProp is where a post keeps the message attachments of integrations: webhooks, bots, polls (Mattermost docs,
// "Message attachments").
const attachmentsProp = "attachments"

// attachment is a message attachment as far as it is shown.
type attachment struct {
	Fallback   string `json:"fallback"`
	Pretext    string `json:"pretext"`
	AuthorName string `json:"author_name"`
	AuthorLink string `json:"author_link"`
	Title      string `json:"title"`
	TitleLink  string `json:"title_link"`
	Text       string `json:"text"`
	ImageURL   string `json:"image_url"`
	Footer     string `json:"footer"`
	Fields     []struct {
		Title string `json:"title"`
		Value any    `json:"value"`
	} `json:"fields"`
	Actions []struct {
		Name    string `json:"name"`
		Options []struct {
			Text string `json:"text"`
		} `json:"options"`
	} `json:"actions"`
}

// cards says what a post's message attachments say, as Markdown. There is nothing to press in Teams, so buttons lead to the
// post; its address is asked for only when there are some.
func cards(document []byte, permalink func() string) string {
	var all []attachment
	if err := json.Unmarshal(document, &all); err != nil {
		return ""
	}
	var shown []string
	for _, a := range all {
		if text := a.markdown(permalink); text != "" {
			shown = append(shown, text)
		}
	}
	return strings.Join(shown, "\n\n")
}

func (a attachment) markdown(permalink func() string) string {
	var parts []string
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			parts = append(parts, text)
		}
	}
	add(a.Pretext)
	add(linked(a.AuthorName, a.AuthorLink))
	if title := linked(a.Title, a.TitleLink); title != "" {
		add("**" + title + "**")
	}
	add(a.Text)
	var fields []string
	for _, f := range a.Fields {
		name, value := markup.EscapeMarkdown(strings.TrimSuffix(strings.TrimSpace(f.Title), ":")), ""
		if f.Value != nil {
			value = strings.TrimSpace(fmt.Sprint(f.Value))
		}
		switch {
		case name == "" && value == "":
		case name == "":
			fields = append(fields, "- "+indented(value))
		default:
			fields = append(fields, strings.TrimSpace("- **"+name+":** "+indented(value)))
		}
	}
	add(strings.Join(fields, "\n"))
	if a.ImageURL != "" {
		add("[image](" + destination(a.ImageURL) + ")")
	}
	var actions []string
	for _, action := range a.Actions {
		name := action.Name
		var options []string
		for _, o := range action.Options {
			options = append(options, o.Text)
		}
		if len(options) > 0 {
			name += " (" + strings.Join(options, ", ") + ")"
		}
		if strings.TrimSpace(name) != "" {
			actions = append(actions, linked(name, permalink()))
		}
	}
	add(strings.Join(actions, " · "))
	if len(parts) == 0 {
		add(a.Fallback)
	}
	if a.Footer != "" {
		add("*" + markup.EscapeMarkdown(a.Footer) + "*")
	}
	return strings.Join(parts, "\n\n")
}

// linked is a text that leads somewhere.
func linked(text, to string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return ""
	}
	text = markup.EscapeMarkdown(text)
	if to == "" {
		return text
	}
	return "[" + strings.ReplaceAll(text, "]", `\]`) + "](" + destination(to) + ")"
}

// destination is an address that ends where it should in Markdown.
func destination(address string) string {
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "").Replace(address)
}

// indented keeps the lines of a text inside its list item.
func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n  ") }

// permalink is the address of a post that leads there from any team.
func (s *Server) permalink(post bridge.PostID) func() string {
	return func() string {
		config := s.api.GetConfig()
		if config == nil || config.ServiceSettings.SiteURL == nil || *config.ServiceSettings.SiteURL == "" {
			return ""
		}
		return strings.TrimSuffix(*config.ServiceSettings.SiteURL, "/") + "/_redirect/pl/" + string(post)
	}
}

func (s *Server) cards(post bridge.PostID, attachments []byte) string {
	if len(attachments) == 0 {
		return ""
	}
	return cards(attachments, s.permalink(post))
}

// attachmentsOf are a post's message attachments as JSON; nil for none.
func attachmentsOf(post *model.Post) []byte {
	value := post.GetProp(attachmentsProp)
	if value == nil {
		return nil
	}
	document, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return document
}
