// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// shown is a message in an answer.
type shown struct {
	Context string `json:"@odata.context,omitempty"`
	Type    string `json:"@odata.type,omitempty"`
	*teams.Message
	Replies        []shown `json:"replies,omitempty"`
	RepliesCount   *int    `json:"replies@odata.count,omitempty"`
	RepliesNext    string  `json:"replies@odata.nextLink,omitempty"`
	RepliesContext string  `json:"replies@odata.context,omitempty"`
}

func (a *api) message(call *graph.Call) (*graph.Response, error) {
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	m, err := a.Teams.Message(refOf(call, at))
	if err != nil {
		return nil, graphError(err)
	}
	if a.Lag != nil && a.Lag.Hidden("messages", m.CreatedAt.Time()) {
		return nil, notFound("The message '" + string(m.ID) + "' does not exist.")
	}
	return graph.OK(shown{Context: messageContext(call, m.Ref()) + "/$entity", Message: m}), nil
}

// post writes a root message or, where the path names one, a reply to it.
func (a *api) post(call *graph.Call) (*graph.Response, error) {
	at, err := a.writer(call)
	if err != nil {
		return nil, err
	}
	var draft teams.Draft
	if err := call.Decode(&draft); err != nil {
		return nil, err
	}
	draft.Address = call.BaseURL
	m, err := a.Teams.Post(call.Caller.UserID, at, teams.MessageID(call.Path["message-id"]), draft)
	if err != nil {
		return nil, graphError(err)
	}
	location := call.BaseURL + call.Request.URL.EscapedPath() + "/" + string(m.ID)
	return graph.Created(shown{Context: messageContext(call, m.Ref()) + "/$entity", Message: m}, location), nil
}

func (a *api) edit(call *graph.Call) (*graph.Response, error) {
	at, err := a.writer(call)
	if err != nil {
		return nil, err
	}
	var edit teams.Edit
	if err := call.Decode(&edit); err != nil {
		return nil, err
	}
	edit.Address = call.BaseURL
	if _, err := a.Teams.Edit(call.Caller.UserID, refOf(call, at), edit); err != nil {
		return nil, graphError(err)
	}
	return graph.NoContent(), nil
}

// change serves the actions that need no body: softDelete and undoSoftDelete.
func (a *api) change(do func(string, teams.Ref) (*teams.Message, error)) graph.Handler {
	return func(call *graph.Call) (*graph.Response, error) {
		at, err := a.writer(call)
		if err != nil {
			return nil, err
		}
		if _, err := do(call.Caller.UserID, refOf(call, at)); err != nil {
			return nil, graphError(err)
		}
		return graph.NoContent(), nil
	}
}

// react serves setReaction and unsetReaction.
func (a *api) react(do func(string, teams.Ref, string) (*teams.Message, error)) graph.Handler {
	return func(call *graph.Call) (*graph.Response, error) {
		at, err := a.writer(call)
		if err != nil {
			return nil, err
		}
		var body struct {
			ReactionType string `json:"reactionType"`
		}
		if err := call.Decode(&body); err != nil {
			return nil, err
		}
		if _, err := do(call.Caller.UserID, refOf(call, at), body.ReactionType); err != nil {
			return nil, graphError(err)
		}
		return graph.NoContent(), nil
	}
}

// writer finds the channel or chat in the path for a signed-in user. Applications write only to import old messages, which the
// emulator does not offer, or to mark policy violations.
func (a *api) writer(call *graph.Call) (teams.Place, error) {
	if call.Caller.AppOnly() {
		return teams.Place{}, forbidden(fmt.Sprintf("%s on messages is allowed in application-only context only for import purposes.", call.Request.Method))
	}
	return a.readablePlace(call)
}

func refOf(call *graph.Call, at teams.Place) teams.Ref {
	ref := teams.Ref{Place: at, ID: teams.MessageID(call.Path["message-id"])}
	if reply := call.Path["reply-id"]; reply != "" {
		ref.Root, ref.ID = ref.ID, teams.MessageID(reply)
	}
	return ref
}

func messageContext(call *graph.Call, ref teams.Ref) string {
	path := fmt.Sprintf("chats('%s')/messages", ref.Chat)
	if ref.Channel != "" {
		path = fmt.Sprintf("teams('%s')/channels('%s')/messages", ref.Team, ref.Channel)
	}
	if ref.Root != "" {
		path += fmt.Sprintf("('%s')/replies", ref.Root)
	}
	return call.BaseURL + "/" + call.Version + "/$metadata#" + path
}

// allowOptions refuses query options that a call does not take.
func allowOptions(call *graph.Call, allowed ...string) error {
	for name := range call.Query.Values {
		option := strings.ToLower(strings.TrimPrefix(name, "$"))
		if strings.HasPrefix(name, "$") && !slices.Contains(allowed, option) {
			return &graph.Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: "Query option '" + name + "' is not allowed."}
		}
	}
	return nil
}
