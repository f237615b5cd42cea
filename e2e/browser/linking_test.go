//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package browser_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// TestLinking links and unlinks a channel as its admin does, who is no system admin. With React 17 the host has no app bar and
// no settings of channels; with React 19 the channel is unlinked in these.
func TestLinking(t *testing.T) {
	ctx := t.Context()
	usePlugin(t, nil)
	teamsTeam := shared.Emulator.Teams().Teams()[0]
	for _, react := range []string{"17", "18", "19"} {
		t.Run("React "+react, func(t *testing.T) {
			user := newTeamsPerson(t, teamsTeam.ID, "linking-"+react)
			team, err := shared.Mattermost.NewTeam(ctx, user.Username, shared.Mattermost.Admin(), user)
			if err != nil {
				t.Fatal(err)
			}
			var channels []string
			for _, name := range []string{"plans-" + react, "notes-" + react} {
				channel, err := shared.Mattermost.NewChannel(ctx, team.Id, name, user)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := shared.Mattermost.Client().UpdateChannelRoles(ctx, channel.Id, user.ID, "channel_user channel_admin"); err != nil {
					t.Fatal(err)
				}
				channels = append(channels, channel.Id)
			}
			// One that is linked already, with a channel that the user is not in.
			if _, err := shared.NewLinkedChannel(ctx, team, teamsTeam.ID, "taken-"+react); err != nil {
				t.Fatal(err)
			}
			if _, err := shared.Emulator.Teams().AddChannel(teamsTeam.ID, "", "bridge-"+react, ""); err != nil {
				t.Fatal(err)
			}
			serveHostPage(t, react)
			runSpec(t, "linking.test.mjs", user, "react-"+react, "REACT="+react, "CHANNEL="+channels[0], "CHANNEL_NAME=plans-"+react,
				"OTHER_CHANNEL_NAME=notes-"+react, "TEAMS_TEAM="+teamsTeam.DisplayName, "TEAMS_CHANNEL_NAME=bridge-"+react, "TAKEN=taken-"+react)

			status, answer, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/links/audit?channel_id="+channels[0], nil)
			if err != nil || status != http.StatusOK {
				t.Fatalf("the audit answers %d: %v", status, err)
			}
			var audit struct {
				Records []struct {
					Action, Via string
					Actor       string `json:"actor_id"`
				}
			}
			if err := json.Unmarshal(answer, &audit); err != nil {
				t.Fatal(err)
			}
			var done []string
			for _, r := range audit.Records {
				if r.Via != "web_app" || r.Actor != user.ID {
					t.Errorf("written down is %+v", r)
				}
				done = append(done, r.Action)
			}
			if !slices.Equal(done, []string{"unlink", "link"}) {
				t.Errorf("written down is %v", done)
			}
		})
	}
}

// TestLinkApproval: what a channel admin asks for, a system admin sees in the sidebar and approves there.
func TestLinkApproval(t *testing.T) {
	ctx := t.Context()
	usePlugin(t, map[string]any{"linkapprovalrequired": true})
	teamsTeam := shared.Emulator.Teams().Teams()[0]
	user := newTeamsPerson(t, teamsTeam.ID, "asking")
	admin, err := shared.Mattermost.NewUser(ctx, "deciding")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shared.Mattermost.Client().UpdateUserRoles(ctx, admin.ID, "system_user system_admin"); err != nil {
		t.Fatal(err)
	}
	team, err := shared.Mattermost.NewTeam(ctx, "approval", admin, user)
	if err != nil {
		t.Fatal(err)
	}
	channel, err := shared.Mattermost.NewChannel(ctx, team.Id, "asked-for", user)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shared.Mattermost.Client().UpdateChannelRoles(ctx, channel.Id, user.ID, "channel_user channel_admin"); err != nil {
		t.Fatal(err)
	}
	made, err := shared.Emulator.Teams().AddChannel(teamsTeam.ID, "", "asked-for", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.Connect(ctx, user, stack.DemoCredentials(user.Username)); err != nil {
		t.Fatal(err)
	}
	serveHostPage(t, "18")
	runSpec(t, "link_request.test.mjs", user, "react-18", "CHANNEL_NAME=asked-for", "TEAMS_TEAM="+teamsTeam.DisplayName, "TEAMS_CHANNEL_NAME="+made.DisplayName)
	runSpec(t, "link_approval.test.mjs", admin, "react-18", "CHANNEL="+channel.Id, "CHANNEL_NAME=asked-for")
}

// newTeamsPerson makes somebody on both sides, not connected yet.
func newTeamsPerson(t *testing.T, team teams.TeamID, name string) *stack.User {
	t.Helper()
	if err := shared.NewTeamsUser(team, name); err != nil {
		t.Fatal(err)
	}
	user, err := shared.Mattermost.NewUser(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return user
}
