// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Sizes of pages (Graph docs, "channel-list-messages" and "chatmessage-list-replies").
const (
	defaultPage     = 20
	maxPage         = 50
	expandedReplies = 1000
)

// list is a page of messages.
type list struct {
	Context   string  `json:"@odata.context"`
	Count     int     `json:"@odata.count"`
	NextLink  string  `json:"@odata.nextLink,omitempty"`
	DeltaLink string  `json:"@odata.deltaLink,omitempty"`
	Value     []shown `json:"value"`
}

// listMessages lists root messages, newest first, with their replies if asked for.
func (a *api) listMessages(call *graph.Call) (*graph.Response, error) {
	if err := allowOptions(call, "top", "skiptoken", "expand"); err != nil {
		return nil, err
	}
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	expand, err := expandsReplies(call.Query.Expand)
	if err != nil {
		return nil, err
	}
	all, err := a.Teams.Messages(at)
	if err != nil {
		return nil, graphError(err)
	}
	page, err := a.page(call, all)
	if err != nil {
		return nil, err
	}
	if expand {
		for i := range page.Value {
			if err := a.expand(call, &page.Value[i]); err != nil {
				return nil, err
			}
		}
	}
	return graph.OK(page), nil
}

func (a *api) listReplies(call *graph.Call) (*graph.Response, error) {
	if err := allowOptions(call, "top", "skiptoken"); err != nil {
		return nil, err
	}
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	all, err := a.Teams.Replies(at, teams.MessageID(call.Path["message-id"]))
	if err != nil {
		return nil, graphError(err)
	}
	page, err := a.page(call, all)
	if err != nil {
		return nil, err
	}
	return graph.OK(page), nil
}

// expand puts the replies into a root message.
func (a *api) expand(call *graph.Call, root *shown) error {
	ref := root.Ref()
	replies, err := a.Teams.Replies(ref.Place, ref.ID)
	if err != nil {
		return graphError(err)
	}
	replies = a.listed(replies)
	root.RepliesContext = messageContext(call, ref) + fmt.Sprintf("('%s')/replies", ref.ID)
	if len(replies) > expandedReplies {
		path := fmt.Sprintf("/%s/teams/%s/channels/%s/messages/%s/replies", call.Version, ref.Team, url.PathEscape(string(ref.Channel)), ref.ID)
		root.RepliesNext = call.BaseURL + path + "?$skiptoken=" + after(replies[expandedReplies-1].ID)
		replies = replies[:expandedReplies]
	}
	count := len(replies)
	root.RepliesCount = &count
	for _, reply := range replies {
		root.Replies = append(root.Replies, shown{Message: reply})
	}
	return nil
}

// page cuts a page out of a list. Where it goes on is marked by the last message of the page, so new messages at the
// head of the list do not shift it.
func (a *api) page(call *graph.Call, all []*teams.Message) (list, error) {
	size, err := pageSize(call)
	if err != nil {
		return list{}, err
	}
	start := 0
	if token := call.Query.SkipToken; token != "" {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		last := slices.IndexFunc(all, func(m *teams.Message) bool { return string(m.ID) == string(raw) })
		if err != nil || last < 0 {
			return list{}, badRequest("The $skiptoken is not valid any more.")
		}
		start = last + 1
	}
	all = a.listed(all[start:])
	page := list{Context: call.BaseURL + "/" + call.Version + "/$metadata#Collection(chatMessage)", Value: []shown{}}
	if len(all) > size {
		all = all[:size]
		values := url.Values{"$skiptoken": {after(all[size-1].ID)}}
		for name, value := range call.Query.Values {
			if !strings.EqualFold(strings.TrimPrefix(name, "$"), "skiptoken") {
				values[name] = value
			}
		}
		page.NextLink = link(call, values)
	}
	for _, m := range all {
		page.Value = append(page.Value, shown{Message: m})
	}
	page.Count = len(page.Value)
	return page, nil
}

// listed leaves out what lists do not show yet.
func (a *api) listed(all []*teams.Message) []*teams.Message {
	if a.Lag == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(m *teams.Message) bool {
		return a.Lag.HiddenInList("messages", m.CreatedAt.Time())
	})
}

func pageSize(call *graph.Call) (int, error) {
	switch top := call.Query.Top; {
	case top == 0:
		return defaultPage, nil
	case top > maxPage:
		return 0, &graph.Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: fmt.Sprintf("The limit of '%d' for Top query has been exceeded. The value from the incoming request is '%d'.", maxPage, top)}
	default:
		return top, nil
	}
}

func expandsReplies(expand []string) (bool, error) {
	switch {
	case len(expand) == 0:
		return false, nil
	case len(expand) == 1 && expand[0] == "replies":
		return true, nil
	}
	return false, badRequest("Only replies can be expanded here.")
}

func after(id teams.MessageID) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

// link is the call's own address with other query options.
func link(call *graph.Call, values url.Values) string {
	return call.BaseURL + call.Request.URL.EscapedPath() + "?" + strings.ReplaceAll(values.Encode(), "%24", "$")
}

// token packs a value into an opaque query option; unpack reads it back.
func token(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("teamsapi: a token cannot be encoded: %v", err)) // plain structs only
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func unpack(text string, v any) error {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return badRequest("The token in the link is not valid.")
	}
	return nil
}
