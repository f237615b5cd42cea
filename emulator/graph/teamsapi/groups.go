// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// group is the Microsoft 365 group behind a team; the two share their id (Graph docs, group resource).
type group struct {
	ID              string          `json:"id"`
	DeletedAt       *string         `json:"deletedDateTime"`
	Classification  *string         `json:"classification"`
	CreatedAt       teams.Timestamp `json:"createdDateTime"`
	Description     *string         `json:"description"`
	DisplayName     string          `json:"displayName"`
	GroupTypes      []string        `json:"groupTypes"`
	Mail            *string         `json:"mail"`
	MailEnabled     bool            `json:"mailEnabled"`
	MailNickname    string          `json:"mailNickname"`
	Provisioning    []string        `json:"resourceProvisioningOptions"`
	SecurityEnabled bool            `json:"securityEnabled"`
	Visibility      string          `json:"visibility"`
}

func groupOf(t teams.Team) group {
	return group{
		ID: string(t.ID), CreatedAt: t.CreatedAt, Description: t.Description, DisplayName: t.DisplayName,
		GroupTypes: []string{"Unified"}, MailEnabled: true, MailNickname: strings.ReplaceAll(t.DisplayName, " ", ""),
		Provisioning: []string{"Team"}, Visibility: strings.ToUpper(t.Visibility[:1]) + t.Visibility[1:],
	}
}

// teamsOnly is the filter that finds groups with a team, as Graph docs spell it.
const teamsOnly = "resourceProvisioningOptions/any(x:x eq 'team')"

// withoutTeamsOnly takes teamsOnly off a filter that consists of it, or joins it with one other clause by "and".
func withoutTeamsOnly(filter string) string {
	if len(filter) < len(teamsOnly) {
		return filter
	}
	if head, tail := filter[:len(filter)-len(teamsOnly)], filter[len(filter)-len(teamsOnly):]; strings.EqualFold(tail, teamsOnly) {
		if clause, joined := strings.CutSuffix(head, " and "); joined || head == "" {
			return clause
		}
	}
	if strings.EqualFold(filter[:len(teamsOnly)], teamsOnly) {
		if clause, joined := strings.CutPrefix(filter[len(teamsOnly):], " and "); joined {
			return clause
		}
	}
	return filter
}

func (a *api) groups(call *graph.Call) (*graph.Response, error) {
	list := a.Teams.Teams()
	// Every group here has a team, so the clause that asks for one narrows nothing.
	if filter := withoutTeamsOnly(call.Query.Filter); filter != "" {
		property, values, err := parseFilter(filter)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(t teams.Team) bool {
			name := t.DisplayName
			if property == "id" {
				name = string(t.ID)
			}
			// The directory compares text without case (Graph docs, "Use the $filter query parameter").
			return !slices.ContainsFunc(values, func(value string) bool { return strings.EqualFold(value, name) })
		})
	}
	groups := make([]any, len(list))
	for i, t := range list {
		groups[i] = groupOf(t)
	}
	return graph.Page(call, groups, 100, 999)
}

func (a *api) group(call *graph.Call) (*graph.Response, error) {
	team, err := a.Teams.Team(teams.TeamID(call.Path["group-id"]))
	if err != nil {
		return nil, graph.NotFound(call.Path["group-id"])
	}
	return entity(call, "groups", groupOf(team))
}

// groupMembers lists a team's people as users of the directory.
func (a *api) groupMembers(call *graph.Call) (*graph.Response, error) {
	members, err := a.Teams.Members(teams.TeamID(call.Path["group-id"]))
	if err != nil {
		return nil, graph.NotFound(call.Path["group-id"])
	}
	users := []any{}
	for _, m := range members {
		user, ok := a.Directory.User(m.UserID)
		if !ok {
			continue // deleted in the directory
		}
		document, err := graph.Document(user)
		if err != nil {
			return nil, err
		}
		if len(call.Query.Select) == 0 {
			document = only(document, directory.DefaultUserProperties)
		}
		document["@odata.type"] = "#microsoft.graph.user"
		users = append(users, document)
	}
	return graph.Page(call, users, 100, 999)
}

func only(document map[string]any, names []string) map[string]any {
	out := make(map[string]any, len(names))
	for _, name := range names {
		out[name] = document[name]
	}
	return out
}
