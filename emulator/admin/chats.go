// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

type chatView struct {
	teams.Chat
	Members []string `json:"members"` // user principal names
}

func (a *api) viewChat(c teams.Chat) (chatView, error) {
	view := chatView{Chat: c, Members: []string{}}
	members, err := a.Teams.ChatMembers(c.ID)
	for _, m := range members {
		view.Members = append(view.Members, m.UserPrincipalName)
	}
	return view, err
}

func (a *api) listChats(*http.Request) (any, error) {
	chats := []chatView{}
	for _, c := range a.Teams.Chats() {
		view, err := a.viewChat(c)
		if err != nil {
			return nil, err
		}
		chats = append(chats, view)
	}
	return chats, nil
}

func (a *api) addChat(r *http.Request) (any, error) {
	var body struct {
		Type    teams.ChatType `json:"chatType"`
		Topic   *string        `json:"topic"`
		Members []string       `json:"members"` // object ids or user principal names
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	draft := teams.ChatDraft{Type: body.Type, Topic: body.Topic}
	for _, m := range body.Members {
		draft.Members = append(draft.Members, teams.ChatMember{Person: teams.Person{ID: m}})
	}
	made, err := a.Teams.CreateChat(draft)
	if err != nil {
		return nil, err
	}
	return a.viewChat(made)
}
