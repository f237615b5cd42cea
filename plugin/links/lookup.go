// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// Teams lists the teams with a name, in any case, or all teams when the name is empty.
func (l *Links) Teams(ctx context.Context, name string) ([]teams.Team, error) {
	current, err := l.Current()
	if err != nil {
		return nil, err
	}
	found, err := current.Graph.TeamsNamed(ctx, name)
	if err != nil {
		return nil, explainLookup(err, "Group.Read.All")
	}
	return slices.DeleteFunc(found, func(t teams.Team) bool { return name != "" && !strings.EqualFold(t.DisplayName, name) }), nil
}

// Team finds a team by its id.
func (l *Links) Team(ctx context.Context, id bridge.TeamID) (teams.Team, error) {
	current, err := l.Current()
	if err != nil {
		return teams.Team{}, err
	}
	team, err := current.Graph.Team(ctx, id)
	if err != nil {
		return teams.Team{}, explainMissing(err, id, "Team.ReadBasic.All")
	}
	return team, nil
}

// Channels lists the channels of a team with a name, in any case, or all of them when the name is empty.
func (l *Links) Channels(ctx context.Context, team bridge.TeamID, name string) ([]teams.Channel, error) {
	current, err := l.Current()
	if err != nil {
		return nil, err
	}
	found, err := current.Graph.Channels(ctx, "", team)
	if err != nil {
		return nil, explainMissing(err, team, "Channel.ReadBasic.All")
	}
	return slices.DeleteFunc(found, func(c teams.Channel) bool { return name != "" && !strings.EqualFold(c.DisplayName, name) }), nil
}

// explainMissing turns "not found" into a refusal. Graph answers 400 for what does not look like an id.
func explainMissing(err error, id bridge.TeamID, permission string) error {
	switch bridge.ClassOf(err) {
	case bridge.NotFound, bridge.Permanent:
		return refusal.New(refusal.NotFound, "There is no team with the id %s.", id)
	}
	return explainLookup(err, permission)
}

// explainLookup names the permission that the application lacks when Graph forbids the question.
func explainLookup(err error, permission string) error {
	if teams.Status(err) != 403 {
		return err
	}
	return refusal.New(refusal.Forbidden, "Microsoft Graph does not let the application look that up (%v). Grant admin consent for the application permission %s.", err, permission)
}
