// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// teamPair is a team on each side with channels of the same names.
type teamPair struct {
	t        *testing.T
	team     *model.Team // of Mattermost
	id       teams.TeamID
	name     string            // of the team in Teams
	channels map[string]string // ids in Mattermost by name
}

func newTeams(t *testing.T, channels ...string) *teamPair {
	t.Helper()
	name := "team-" + strings.ToLower(rand.Text()[:8])
	pair := &teamPair{t: t, name: "Team " + name, channels: map[string]string{}}
	var err error
	if pair.team, err = shared.Mattermost.NewTeam(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	seed := teams.Seed{DisplayName: pair.name, Owners: []string{"admin@demo.example"}}
	for _, channel := range channels {
		made, err := shared.Mattermost.NewChannel(t.Context(), pair.team.Id, channel)
		if err != nil {
			t.Fatal(err)
		}
		pair.channels[channel] = made.Id
		seed.Channels = append(seed.Channels, teams.ChannelSeed{DisplayName: channel})
	}
	made, err := shared.Emulator.Teams().Add(seed)
	if err != nil {
		t.Fatal(err)
	}
	pair.id = made.ID
	return pair
}

// link is an entry of the variable channel_links.
func (p *teamPair) link(mattermost, teamsChannel string) map[string]any {
	return map[string]any{"mattermost_team": p.team.Name, "mattermost_channel": mattermost, "teams_team": p.name, "teams_channel": teamsChannel}
}

// linked are the names of the linked Mattermost channels of this team, by the names of the Teams channels.
func (p *teamPair) linked() map[string]string {
	p.t.Helper()
	_, answer, err := shared.CallPlugin(p.t.Context(), "GET", "/api/v1/links", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	var list struct {
		Links []struct {
			Channel string `json:"channel_id"`
			Teams   string `json:"teams_channel_id"`
		}
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		p.t.Fatalf("%v: %s", err, answer)
	}
	all, err := shared.Emulator.Teams().Channels(p.id)
	if err != nil {
		p.t.Fatal(err)
	}
	found := map[string]string{}
	for _, link := range list.Links {
		for name, id := range p.channels {
			for _, channel := range all {
				if link.Channel == id && link.Teams == string(channel.ID) {
					found[channel.DisplayName] = name
				}
			}
		}
	}
	return found
}

// eventually waits for what an apply has set going.
func eventually(t *testing.T, holds func() bool, what func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := process.Until(ctx, func(context.Context) error {
		if !holds() {
			return errors.New("not yet")
		}
		return nil
	}); err != nil {
		t.Fatalf("waited for %s", what())
	}
}
