//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package browser_test

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// TestSystemConsole: the plugin's page as an administrator sees it, on an installation that has a bot and a link, whose
// secret ends soon, and of which Terraform manages three settings.
func TestSystemConsole(t *testing.T) {
	ctx := t.Context()
	app, err := shared.RegisterApplication()
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.InstallPlugin(ctx); err != nil {
		t.Fatal(err)
	}
	root := shared.Mattermost.Admin()
	encryptionKey := rand.Text() + rand.Text() // the accounts need the same one
	configure := func(t *testing.T) {
		t.Helper()
		locale := "en"
		if _, _, err := root.Client.PatchUser(ctx, root.ID, &model.UserPatch{Locale: &locale}); err != nil {
			t.Fatal(err)
		}
		if err := shared.ConfigurePlugin(ctx, app, map[string]any{
			"terraformmanagedkeys":  "syncReactions,ENFORCECONNECTEDUSERS,encryptionKey",
			"clientsecretexpiresat": time.Now().Add(10*24*time.Hour - time.Minute).UTC().Format(time.RFC3339),
			"syncreactions":         true,
			"encryptionkey":         encryptionKey,
			"evaluationapi":         false,
		}); err != nil {
			t.Fatal(err)
		}
	}
	configure(t)
	team, err := shared.Mattermost.NewTeam(ctx, "console", root)
	if err != nil {
		t.Fatal(err)
	}
	teamsTeam := shared.Emulator.Teams().Teams()[0].ID
	if err := shared.NewTeamsUser(teamsTeam, "consolebot"); err != nil {
		t.Fatal(err)
	}
	bot := stack.DemoCredentials("consolebot")
	if status, answer, err := shared.CallPlugin(ctx, http.MethodPost, "/api/v1/bots", map[string]string{"username": bot.Login, "password": bot.Password}); err != nil || status != http.StatusCreated {
		t.Fatalf("connecting a bot answers %d %s: %v", status, answer, err)
	}
	linked, err := shared.NewLinkedChannel(ctx, team, teamsTeam, "console", root)
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.AwaitSubscriptions(ctx, []stack.LinkedChannel{linked}); err != nil {
		t.Fatal(err)
	}
	person, err := shared.Mattermost.NewUser(ctx, "consoleperson")
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.NewTeamsUser(teamsTeam, "consoleperson"); err != nil {
		t.Fatal(err)
	}
	for _, react := range []string{"17", "18", "19"} {
		t.Run("React "+react, func(t *testing.T) {
			configure(t) // undoes what the last run saved
			if err := shared.Connect(ctx, person, stack.DemoCredentials("consoleperson")); err != nil {
				t.Fatal(err)
			}
			serveHostPage(t, react)
			runSpec(t, "system_console.test.mjs", root, "console-react-"+react, "EMULATOR="+shared.Emulator.URL(), "CHANNEL="+linked.ID, "CHANNEL_NAME=console")
		})
	}
}
