//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package browser_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// TestSeeing goes through what people see of the sync: the mark, their settings, the states of their messages, what comes from
// Teams. With React 17 the host is one without user settings of plugins and without icons in the channel header.
func TestSeeing(t *testing.T) {
	ctx := t.Context()
	usePlugin(t, nil)
	teamsTeam := shared.Emulator.Teams().Teams()[0]
	if err := shared.NewTeamsUser(teamsTeam.ID, "dana"); err != nil {
		t.Fatal(err)
	}
	for _, react := range []string{"17", "18", "19"} {
		t.Run("React "+react, func(t *testing.T) {
			name := "seeing-" + react
			if err := shared.NewTeamsUser(teamsTeam.ID, name); err != nil {
				t.Fatal(err)
			}
			user, err := shared.Mattermost.NewUser(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			team, err := shared.Mattermost.NewTeam(ctx, name, shared.Mattermost.Admin(), user)
			if err != nil {
				t.Fatal(err)
			}
			linked, err := shared.NewLinkedChannel(ctx, team, teamsTeam.ID, "linked-"+react, user)
			if err != nil {
				t.Fatal(err)
			}
			if err := shared.AwaitSubscriptions(ctx, []stack.LinkedChannel{linked}); err != nil {
				t.Fatal(err)
			}
			serveHostPage(t, react)
			runSpec(t, "seeing.test.mjs", user, "react-"+react,
				"EMULATOR="+shared.Emulator.URL(), "CHANNEL="+linked.ID, "CHANNEL_NAME=linked-"+react, "TEAMS_CHANNEL="+string(linked.Teams.Channel), "REACT="+react)

			messages, err := shared.Emulator.Teams().Messages(linked.Teams)
			if err != nil || len(messages) != 3 {
				t.Errorf("Teams has %d messages, want 3: %v", len(messages), err)
			}
			if isConnected(t, user.ID) {
				t.Error("the account is connected after the disconnect")
			}
		})
	}
}

// isConnected tells whether the plugin's report of connected users names the user.
func isConnected(t *testing.T, user string) bool {
	t.Helper()
	status, answer, err := shared.CallPlugin(t.Context(), http.MethodGet, "/api/v1/connected-users?per_page=200", nil)
	if err != nil || status != http.StatusOK {
		t.Fatalf("the report answers %d: %v", status, err)
	}
	var report struct {
		Users []struct {
			ID string `json:"mattermost_user_id"`
		}
	}
	if err := json.Unmarshal(answer, &report); err != nil {
		t.Fatal(err)
	}
	for _, u := range report.Users {
		if u.ID == user {
			return true
		}
	}
	return false
}

// TestSkippedPrompt: where it is allowed, the prompt can be put off until the page is loaded again.
func TestSkippedPrompt(t *testing.T) {
	ctx := t.Context()
	usePlugin(t, map[string]any{"enforceconnectedusers": true, "allowskipconnectusers": true})
	user, err := shared.Mattermost.NewUser(ctx, "skipper")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shared.Mattermost.NewTeam(ctx, "skipping", user); err != nil {
		t.Fatal(err)
	}
	serveHostPage(t, "18")
	runSpec(t, "skip_prompt.test.mjs", user, "react-18")
}

// usePlugin installs the plugin, registers an application for it and gives it settings.
func usePlugin(t *testing.T, settings map[string]any) {
	t.Helper()
	app, err := shared.RegisterApplication()
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.InstallPlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := shared.ConfigurePlugin(t.Context(), app, settings); err != nil {
		t.Fatal(err)
	}
}
