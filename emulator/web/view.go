// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package web

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// shownThreads is how many threads of a channel the page shows, the latest ones.
const shownThreads = 50

type view struct {
	Style         template.CSS
	Script        template.JS
	Tenant        directory.Tenant
	Teams         []teamView
	Chats         []chatLink
	Channel       *channelView // or chat
	Applications  []applicationView
	Subscriptions []notify.Subscription
	Notifications notify.Counts
}

type teamView struct {
	teams.Team
	Channels []channelLink
}

type channelLink struct {
	teams.Channel
	Current bool
}

type chatLink struct {
	teams.Chat
	Name    string
	Current bool
}

// channelView is a channel, or a chat, which has no team and no threads.
type channelView struct {
	teams.Channel
	Team    teams.Team
	Chat    teams.ChatID
	People  []teams.Person
	Threads []threadView
}

type threadView struct {
	Root    messageView
	Replies []messageView
}

type messageView struct {
	*teams.Message
	Author    string
	AuthorID  string
	When      string
	Content   template.HTML
	Reactions []reactionView
	InChat    bool // where nothing has replies
}

type reactionView struct {
	Emoji string
	Count int
}

type applicationView struct {
	directory.Application
	Delegated []string // consented scopes of Microsoft Graph
	Roles     []string // assigned app roles of Microsoft Graph
}

func (p Parts) view(current teams.ChannelID, currentChat teams.ChatID) view {
	v := view{
		Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // our own files
		Tenant: p.Directory.Tenant(), Applications: p.applications(),
		Subscriptions: p.Subscriptions.All(), Notifications: p.Subscriptions.Counts(),
	}
	for _, t := range p.Teams.Teams() {
		channels, err := p.Teams.Channels(t.ID)
		if err != nil {
			continue // gone since it was listed
		}
		team := teamView{Team: t}
		for _, c := range channels {
			if current == "" && currentChat == "" {
				current = c.ID
			}
			team.Channels = append(team.Channels, channelLink{c, c.ID == current})
			if c.ID == current {
				v.Channel = p.channel(t, c)
			}
		}
		v.Teams = append(v.Teams, team)
	}
	for _, c := range p.Teams.Chats() {
		members, err := p.Teams.ChatMembers(c.ID)
		if err != nil {
			continue
		}
		link := chatLink{Chat: c, Name: nameOf(c, members), Current: c.ID == currentChat}
		v.Chats = append(v.Chats, link)
		if link.Current {
			v.Channel = p.chat(link, members)
		}
	}
	return v
}

// nameOf is what a chat is called: its topic, else its people.
func nameOf(c teams.Chat, members []teams.ChatMember) string {
	if c.Topic != nil && *c.Topic != "" {
		return *c.Topic
	}
	var names []string
	for _, m := range members {
		names = append(names, m.DisplayName)
	}
	return strings.Join(names, ", ")
}

func (p Parts) chat(c chatLink, members []teams.ChatMember) *channelView {
	v := &channelView{Channel: teams.Channel{DisplayName: c.Name}, Team: teams.Team{DisplayName: "Chats"}, Chat: c.ID}
	for _, m := range members {
		v.People = append(v.People, m.Person)
	}
	messages, err := p.Teams.Messages(teams.Place{Chat: c.ID})
	if err != nil {
		return v
	}
	messages = messages[:min(len(messages), shownThreads)]
	slices.Reverse(messages)
	for _, m := range messages {
		v.Threads = append(v.Threads, threadView{Root: viewMessage(m)})
	}
	return v
}

func (p Parts) channel(t teams.Team, c teams.Channel) *channelView {
	v := &channelView{Channel: c, Team: t}
	members, err := p.Teams.Members(t.ID)
	if err != nil {
		return v
	}
	// Plain members first: the form proposes the first person to write as.
	slices.SortStableFunc(members, func(a, b teams.Membership) int { return cmp.Compare(a.Role, b.Role) })
	for _, m := range members {
		if user, ok := p.Directory.User(m.UserID); ok {
			v.People = append(v.People, teams.Person{ID: user.ID, DisplayName: user.DisplayName, UserPrincipalName: user.UserPrincipalName})
		}
	}
	at := teams.Place{Team: t.ID, Channel: c.ID}
	roots, err := p.Teams.Messages(at)
	if err != nil {
		return v
	}
	roots = roots[:min(len(roots), shownThreads)]
	slices.Reverse(roots)
	for _, root := range roots {
		thread := threadView{Root: viewMessage(root)}
		replies, err := p.Teams.Replies(at, root.ID)
		if err != nil {
			continue
		}
		slices.Reverse(replies)
		for _, reply := range replies {
			thread.Replies = append(thread.Replies, viewMessage(reply))
		}
		v.Threads = append(v.Threads, thread)
	}
	return v
}

func viewMessage(m *teams.Message) messageView {
	v := messageView{Message: m, When: m.CreatedAt.Time().Format(time.DateTime), InChat: m.Ref().Chat != ""}
	if m.From != nil && m.From.User != nil {
		v.Author, v.AuthorID = m.From.User.DisplayName, m.From.User.ID
	} else if m.From != nil && m.From.Application != nil {
		v.Author = m.From.Application.DisplayName
	}
	if m.Body.ContentType == "html" {
		v.Content = template.HTML(m.Text()) //nolint:gosec // normalised when it was written; the policy allows no script
	} else {
		v.Content = template.HTML(template.HTMLEscapeString(m.Text())) //nolint:gosec // escaped
	}
	for _, r := range m.Reactions {
		at := slices.IndexFunc(v.Reactions, func(known reactionView) bool { return known.Emoji == r.Type })
		if at < 0 {
			at = len(v.Reactions)
			v.Reactions = append(v.Reactions, reactionView{Emoji: r.Type})
		}
		v.Reactions[at].Count++
	}
	return v
}

func (p Parts) applications() []applicationView {
	var views []applicationView
	api, _ := p.Directory.ServicePrincipalByAppID(catalog.GraphAppID)
	for _, a := range p.Directory.Applications() {
		v := applicationView{Application: a}
		if client, ok := p.Directory.ServicePrincipalByAppID(a.AppID); ok {
			v.Roles = p.Directory.Roles(client.ID, api.ID)
			v.Delegated = p.Directory.Consented(client.ID, api.ID, "")
		}
		views = append(views, v)
	}
	return views
}
