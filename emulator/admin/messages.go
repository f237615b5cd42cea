// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

func placeOf(r *http.Request) teams.Place {
	if chat := r.PathValue("chat"); chat != "" {
		return teams.Place{Chat: teams.ChatID(chat)}
	}
	return teams.Place{Team: teams.TeamID(r.PathValue("team")), Channel: teams.ChannelID(r.PathValue("channel"))}
}

func refOf(r *http.Request) teams.Ref {
	return teams.Ref{Place: placeOf(r), Root: teams.MessageID(r.PathValue("root")), ID: teams.MessageID(r.PathValue("message"))}
}

type threadView struct {
	*teams.Message
	Replies []*teams.Message `json:"replies"`
}

// listMessages lists a channel or chat as people read it: oldest first.
func (a *api) listMessages(r *http.Request) (any, error) {
	at := placeOf(r)
	roots, err := a.Teams.Messages(at)
	if err != nil {
		return nil, err
	}
	threads := []threadView{}
	for _, root := range roots {
		replies, err := a.Teams.Replies(at, root.ID)
		if err != nil {
			return nil, err
		}
		slices.Reverse(replies)
		threads = append(threads, threadView{root, replies})
	}
	slices.Reverse(threads)
	return threads, nil
}

// written is what somebody writes.
type written struct {
	As          string             `json:"as"`          // object id or user principal name
	Application *teams.Application `json:"application"` // instead of as: a bot or connector, which does not write over Graph
	Content     string             `json:"content"`
	ContentType string             `json:"contentType"` // text or html; html if left out
	ReplyTo     teams.MessageID    `json:"replyTo"`
	ID          teams.MessageID    `json:"id"` // to be given to the message; chosen if left out
	Subject     *string            `json:"subject"`
	Importance  string             `json:"importance"`
	Mentions    []teams.Mention    `json:"mentions"`
	Attachments []teams.Attachment `json:"attachments"`
}

func (w *written) body() teams.Body {
	if w.ContentType == "" {
		w.ContentType = "html"
	}
	return teams.Body{ContentType: w.ContentType, Content: &w.Content}
}

func (a *api) post(r *http.Request) (any, error) {
	var w written
	if err := decode(r, &w); err != nil {
		return nil, err
	}
	draft := teams.Draft{ID: w.ID, Body: w.body(), Subject: w.Subject, Importance: w.Importance, Mentions: w.Mentions, Attachments: w.Attachments}
	if w.Application != nil {
		return shown(a.Teams.PostAsApplication(*w.Application, placeOf(r), w.ReplyTo, draft))
	}
	return shown(a.Teams.Post(w.As, placeOf(r), w.ReplyTo, draft))
}

func (a *api) edit(r *http.Request) (any, error) {
	var w written
	if err := decode(r, &w); err != nil {
		return nil, err
	}
	if w.ReplyTo != "" || w.ID != "" {
		return nil, bad("The path names the message; replyTo and id are for new ones.")
	}
	body := w.body()
	edit := teams.Edit{Body: &body, Subject: w.Subject, Mentions: w.Mentions, Attachments: w.Attachments}
	if w.Importance != "" {
		edit.Importance = &w.Importance
	}
	if w.Application != nil {
		return shown(a.Teams.EditAsApplication(*w.Application, refOf(r), edit))
	}
	return shown(a.Teams.Edit(w.As, refOf(r), edit))
}

// happen makes a system message; the body is its eventDetail.
func (a *api) happen(r *http.Request) (any, error) {
	var detail json.RawMessage
	if err := decode(r, &detail); err != nil {
		return nil, err
	}
	return shown(a.Teams.Happen(placeOf(r), detail))
}

func (a *api) deleteMessage(r *http.Request) (any, error) {
	return shown(a.Teams.Delete(r.URL.Query().Get("as"), refOf(r)))
}

func (a *api) undelete(r *http.Request) (any, error) {
	var body struct {
		As string `json:"as"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	return shown(a.Teams.Undelete(body.As, refOf(r)))
}

func (a *api) react(r *http.Request) (any, error) {
	var body struct {
		As    string `json:"as"`
		Emoji string `json:"emoji"`
		Own   string `json:"own"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if body.Own != "" {
		return shown(a.Teams.ReactWithOwn(body.As, refOf(r), body.Own))
	}
	return shown(a.Teams.React(body.As, refOf(r), body.Emoji))
}

func (a *api) unreact(r *http.Request) (any, error) {
	query := r.URL.Query()
	if own := query.Get("own"); own != "" {
		return shown(a.Teams.UnreactWithOwn(query.Get("as"), refOf(r), own))
	}
	return shown(a.Teams.Unreact(query.Get("as"), refOf(r), query.Get("emoji")))
}

// shown keeps a nil message from becoming a non-nil answer.
func shown(m *teams.Message, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return m, nil
}
