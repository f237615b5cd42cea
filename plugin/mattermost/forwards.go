// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Who forwards a message in Mattermost writes its address, and Mattermost draws the original below it. Teams would show the
// address alone.

// Of an original so many lines and characters are repeated.
const (
	longestOriginal = 400
	mostLines       = 4
)

// withOriginal is what a post shows below its text: what its message attachments say, and the beginning of the post that it
// forwards. Everybody of the conversation in Teams reads that, so the original must be of the same channel, or of a public one
// that the author may read.
func (s *Server) withOriginal(p bridge.Post) string {
	if p.Own || p.Foreign || p.System || p.Mapping != "" || !strings.Contains(p.Message, "/pl/") {
		return p.Cards
	}
	id, is := s.forwarded(p.Message)
	if !is {
		return p.Cards
	}
	original, e := s.api.GetPost(id) // none that was deleted
	if e != nil || original == nil || original.IsSystemMessage() || !s.mayForward(p, original) {
		return p.Cards
	}
	quote := s.originalQuote(original)
	if quote == "" || p.Cards == "" {
		return p.Cards + quote
	}
	return p.Cards + "\n\n" + quote
}

// forwarded is the first post of this server that a text leads to.
func (s *Server) forwarded(text string) (id string, is bool) {
	config := s.api.GetConfig()
	if config == nil || config.ServiceSettings.SiteURL == nil || *config.ServiceSettings.SiteURL == "" {
		return "", false
	}
	site := strings.TrimSuffix(*config.ServiceSettings.SiteURL, "/") + "/"
	for _, target := range markup.Links(text) {
		path, ours := strings.CutPrefix(target, site)
		team, id, found := strings.Cut(path, "/pl/")
		if ours && found && team != "" && !strings.Contains(team, "/") && model.IsValidId(id) {
			return id, true
		}
	}
	return "", false
}

// mayForward tells whether a post may show another one to the readers of its conversation in Teams.
func (s *Server) mayForward(p bridge.Post, original *model.Post) bool {
	if original.ChannelId == string(p.Channel) {
		return true
	}
	channel, e := s.api.GetChannel(original.ChannelId)
	if e != nil || channel == nil || channel.Type != model.ChannelTypeOpen || channel.DeleteAt != 0 || p.Author == "" {
		return false
	}
	if s.api.HasPermissionToChannel(string(p.Author), channel.Id, model.PermissionReadChannel) {
		return true
	}
	// Who is in the team may read its public channels, unless the server is there to prove who read what.
	config := s.api.GetConfig()
	proves := config == nil || config.ComplianceSettings.Enable != nil && *config.ComplianceSettings.Enable
	return !proves && s.api.HasPermissionToTeam(string(p.Author), channel.TeamId, model.PermissionReadPublicChannel)
}

// originalQuote is the beginning of a post with the name of whoever wrote it. It notifies nobody.
func (s *Server) originalQuote(original *model.Post) string {
	var lines []string
	rest := longestOriginal
	for line := range strings.Lines(original.Message) {
		text := []rune(markup.Canonical(markup.ToHTML(line)))
		if len(text) == 0 {
			continue
		}
		if len(lines) == mostLines || len(text) > rest {
			lines = append(lines, markup.EscapeMarkdown(string(text[:min(len(text), rest)]))+"…")
			break
		}
		rest -= len(text)
		lines = append(lines, markup.EscapeMarkdown(string(text)))
	}
	if len(lines) == 0 {
		return ""
	}
	if name := s.originalAuthor(original); name != "" {
		lines[0] = "**" + markup.EscapeMarkdown(name) + ":** " + lines[0]
	}
	return "> " + strings.Join(lines, "\n> ")
}

// originalAuthor is the name of whoever wrote a post; empty where its text begins with it.
func (s *Server) originalAuthor(original *model.Post) string {
	var p bridge.Post
	webhook, _ := original.GetProp(model.PostPropsFromWebhook).(string)
	name, _ := original.GetProp(model.PostPropsOverrideUsername).(string)
	p.Author = bridge.UserID(original.UserId)
	s.classify(&p, original.Type, webhook, name)
	if p.AuthorName != "" || p.Own {
		return p.AuthorName
	}
	user, e := s.api.GetUser(original.UserId)
	if e != nil || user == nil {
		return ""
	}
	return asUser(p.Author, user).DisplayName
}
