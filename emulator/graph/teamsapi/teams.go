// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"slices"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// joinedTeams lists the teams of the signed-in user or of the user named in the path.
func (a *api) joinedTeams(call *graph.Call) (*graph.Response, error) {
	id, named := call.Path["user-id"]
	if !named {
		id = call.Caller.UserID
	}
	user, ok := a.Directory.User(id)
	if !ok {
		return nil, graph.NotFound(id)
	}
	return graph.Page(call, anySlice(a.Teams.JoinedTeams(user.ID)), 100, 999)
}

func (a *api) team(call *graph.Call) (*graph.Response, error) {
	team, err := a.readableTeam(call)
	if err != nil {
		return nil, err
	}
	return entity(call, "teams", team)
}

func (a *api) channels(call *graph.Call) (*graph.Response, error) {
	channels, err := a.channelsOf(call)
	if err != nil {
		return nil, err
	}
	if call.Query.Filter != "" {
		if channels, err = filterChannels(channels, call.Query.Filter); err != nil {
			return nil, err
		}
	}
	return graph.Page(call, anySlice(channels), 100, 999)
}

func (a *api) primaryChannel(call *graph.Call) (*graph.Response, error) {
	channels, err := a.channelsOf(call)
	if err != nil {
		return nil, err
	}
	return entity(call, "teams('"+call.Path["team-id"]+"')/channels", channels[0])
}

func (a *api) channelsOf(call *graph.Call) ([]teams.Channel, error) {
	team, err := a.readableTeam(call)
	if err != nil {
		return nil, err
	}
	channels, err := a.Teams.Channels(team.ID)
	if err != nil {
		return nil, graphError(err)
	}
	return channels, nil
}

func (a *api) channel(call *graph.Call) (*graph.Response, error) {
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	channel, err := a.Teams.Channel(at.Team, at.Channel)
	if err != nil {
		return nil, graphError(err)
	}
	return entity(call, "teams('"+call.Path["team-id"]+"')/channels", channel)
}

// conversationMember is a member as Graph lists it (Graph docs, aadUserConversationMember).
type conversationMember struct {
	Type        string   `json:"@odata.type"`
	ID          string   `json:"id"`
	Roles       []string `json:"roles"`
	DisplayName string   `json:"displayName"`
	History     *string  `json:"visibleHistoryStartDateTime"`
	UserID      string   `json:"userId"`
	Email       *string  `json:"email"`
	TenantID    string   `json:"tenantId"`
}

// teamMembers lists the members of a team, which are those of its standard channels.
func (a *api) teamMembers(call *graph.Call) (*graph.Response, error) {
	team, err := a.readableTeam(call)
	if err != nil {
		return nil, err
	}
	if _, inChannel := call.Path["channel-id"]; inChannel {
		if _, err := a.readablePlace(call); err != nil {
			return nil, err
		}
	}
	members, err := a.Teams.Members(team.ID)
	if err != nil {
		return nil, graphError(err)
	}
	list := []any{}
	for _, m := range members {
		user, ok := a.Directory.User(m.UserID)
		if !ok {
			continue // deleted in the directory
		}
		roles := []string{}
		if m.Role == teams.Owner {
			roles = append(roles, string(m.Role))
		}
		list = append(list, conversationMember{
			Type: "#microsoft.graph.aadUserConversationMember", ID: string(team.ID) + "##" + user.ID, Roles: roles,
			DisplayName: user.DisplayName, UserID: user.ID, Email: user.Mail, TenantID: team.TenantID,
		})
	}
	return graph.Page(call, list, 100, 999)
}

// readableTeam finds the team in the path. A signed-in user reads only teams that they are in.
func (a *api) readableTeam(call *graph.Call) (teams.Team, error) {
	team, err := a.Teams.Team(teams.TeamID(call.Path["team-id"]))
	if err != nil {
		return teams.Team{}, graphError(err)
	}
	if !call.Caller.AppOnly() && !a.Teams.IsMember(team.ID, call.Caller.UserID) {
		return teams.Team{}, forbidden("The caller is not a member of the team '" + string(team.ID) + "'.")
	}
	return team, nil
}

// readablePlace finds the channel or chat in the path, for callers who may read it.
func (a *api) readablePlace(call *graph.Call) (teams.Place, error) {
	if _, inChat := call.Path["chat-id"]; inChat {
		return a.readableChat(call)
	}
	team, err := a.readableTeam(call)
	if err != nil {
		return teams.Place{}, err
	}
	at := teams.Place{Team: team.ID, Channel: teams.ChannelID(call.Path["channel-id"])}
	if _, err := a.Teams.Channel(at.Team, at.Channel); err != nil {
		return teams.Place{}, graphError(err)
	}
	return at, nil
}

func entity(call *graph.Call, set string, object any) (*graph.Response, error) {
	document, err := graph.Entity(call, set, object)
	if err != nil {
		return nil, err
	}
	return graph.OK(document), nil
}

func anySlice[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// filterChannels knows the filters that clients put on channels: by id and by name.
func filterChannels(channels []teams.Channel, filter string) ([]teams.Channel, error) {
	property, values, err := parseFilter(filter)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(channels, func(c teams.Channel) bool {
		switch property {
		case "id":
			return !slices.Contains(values, string(c.ID))
		case "displayName":
			return !slices.Contains(values, c.DisplayName)
		default:
			return !slices.Contains(values, c.MembershipType)
		}
	}), nil
}
