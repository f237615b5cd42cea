// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"net/http"
	"strconv"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// hostedItem is a picture of a message in a list: what it shows is read on its own.
type hostedItem struct {
	ID          string  `json:"id"`
	ContentType *string `json:"contentType"`
	Bytes       *string `json:"contentBytes"`
}

func (a *api) hosted(call *graph.Call) ([]teams.Hosted, error) {
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	all, err := a.Teams.HostedContents(refOf(call, at))
	if err != nil {
		return nil, graphError(err)
	}
	return all, nil
}

func (a *api) hostedContents(call *graph.Call) (*graph.Response, error) {
	all, err := a.hosted(call)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, h := range all {
		list = append(list, hostedItem{ID: h.ID})
	}
	return graph.Page(call, list, 100, 999)
}

func (a *api) hostedContent(call *graph.Call) (*graph.Response, error) {
	all, err := a.hosted(call)
	if err != nil {
		return nil, err
	}
	for _, h := range all {
		if h.ID == call.Path["hosted-id"] {
			return &graph.Response{Status: http.StatusOK, Raw: h.Bytes, Header: http.Header{"Content-Type": {h.ContentType}, "Content-Length": {strconv.Itoa(len(h.Bytes))}}}, nil
		}
	}
	return nil, notFound("The hosted content does not exist.")
}
