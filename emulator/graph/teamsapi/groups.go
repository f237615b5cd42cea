// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
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

// groups lists the groups, all of which have a team here.
func (a *api) groups(call *graph.Call) (*graph.Response, error) {
	list := a.Teams.Teams()
	groups := make([]any, len(list))
	for i, t := range list {
		groups[i] = groupOf(t)
	}
	kept, err := graph.FilterDirectory(call, groups)
	if err != nil {
		return nil, err
	}
	return graph.Page(call, kept, 100, 999)
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
