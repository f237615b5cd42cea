// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"net/url"
	"regexp"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// deltaMonths is how far back a delta query looks.
const deltaMonths = 8

// deltaState is what a delta or skip token carries: the options of the first call and how far it has come.
type deltaState struct {
	Cursor  uint64    `json:"c"`
	Skip    int       `json:"k,omitempty"`
	Size    int       `json:"s"`
	Replies bool      `json:"r,omitempty"`
	Since   time.Time `json:"t"`
}

var modifiedAfter = regexp.MustCompile(`^lastModifiedDateTime gt '?([0-9TZ:.+-]+)'?$`)

// delta lists what changed in a channel, oldest change first. A page ends with a nextLink, or with a deltaLink that
// asks for what changes from then on.
func (a *api) delta(call *graph.Call) (*graph.Response, error) {
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	state, err := deltaStateOf(call)
	if err != nil {
		return nil, err
	}
	oldest := call.Now.AddDate(0, -deltaMonths, 0)
	if state.Since.After(oldest) {
		oldest = state.Since
	}
	changes, err := a.Teams.Changes(at, teams.Window{Cursor: state.Cursor, Replies: state.Replies, Since: oldest, Limit: state.Size + state.Skip})
	if err != nil {
		return nil, graphError(err)
	}
	page := list{Context: call.BaseURL + "/" + call.Version + "/$metadata#Collection(chatMessage)", Value: []shown{}}
	for _, m := range changes.Messages[min(state.Skip, len(changes.Messages)):] {
		item := shown{Type: "#microsoft.graph.chatMessage", Message: m}
		if state.Replies {
			if err := a.expand(call, &item); err != nil {
				return nil, err
			}
		}
		page.Value = append(page.Value, item)
	}
	page.Count = len(page.Value)
	state.Cursor, state.Skip = changes.Cursor, 0
	if changes.More {
		page.NextLink = link(call, url.Values{"$skiptoken": {token(state)}})
	} else {
		page.DeltaLink = link(call, url.Values{"$deltatoken": {token(state)}})
	}
	return graph.OK(page), nil
}

func deltaStateOf(call *graph.Call) (state deltaState, err error) {
	for _, carried := range []string{call.Query.SkipToken, call.Query.DeltaToken} {
		if carried == "" {
			continue
		}
		if err := allowOptions(call, "skiptoken", "deltatoken"); err != nil {
			return state, err
		}
		err = unpack(carried, &state)
		return state, err
	}
	if err := allowOptions(call, "top", "skip", "expand", "filter"); err != nil {
		return state, err
	}
	if state.Size, err = pageSize(call); err != nil {
		return state, err
	}
	state.Skip = call.Query.Skip
	if state.Replies, err = expandsReplies(call.Query.Expand); err != nil {
		return state, err
	}
	if filter := call.Query.Filter; filter != "" {
		m := modifiedAfter.FindStringSubmatch(filter)
		if m == nil {
			return state, badRequest("Only the filter lastModifiedDateTime gt … is supported here.")
		}
		if state.Since, err = time.Parse(time.RFC3339, m[1]); err != nil {
			return state, badRequest("The time in $filter is not valid.")
		}
	}
	return state, nil
}
