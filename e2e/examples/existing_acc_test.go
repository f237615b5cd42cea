// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// TestAccExistingInstallation: what the portal guide makes is taken over by import blocks, and nothing is changed.
func TestAccExistingInstallation(t *testing.T) {
	pair := newTeams(t, "town")
	e := open(t, "examples/existing-installation", nil)
	app, key := makeByHand(t, pair)
	for name, value := range map[string]any{
		"client_id": app.ClientID, "bot": map[string]string{"user_principal_name": "bridge@demo.example", "display_name": "Bridge"},
		"client_secret": map[string]string{"key_id": key, "description": "By hand", "valid_for": "4320h"},
		"channel_links": map[string]any{pair.team.Name + "/town": map[string]string{"teams_team": pair.name, "teams_channel": "town"}},
	} {
		e.variable(name, value)
	}
	e.run("init")
	e.variable("deletion_protection", false)
	// Two changes that stand in the state alone: that the secret, which the registration holds, is the one that is imported,
	// and the names by which the link is declared.
	if said := e.run("plan"); !strings.Contains(said, "Plan: 7 to import, 0 to add, 2 to change, 0 to destroy.") || !strings.Contains(said, "managed_secret_descriptions") {
		t.Fatalf("the import changes something:\n%s", said)
	}
	shared.Emulator.RequestLog().Reset()
	e.apply()
	for _, request := range shared.Emulator.Requests() {
		for _, collection := range []string{"/applications", "/servicePrincipals", "/oauth2PermissionGrants", "/users"} {
			if request.Method != http.MethodGet && strings.Contains(request.Path, collection) {
				t.Errorf("the import wrote: %s %s", request.Method, request.Path)
			}
		}
	}
	e.variable("deletion_protection", true)
	e.life(func() {
		if apps := registrations(); len(apps) != 1 || apps[0].AppID != app.ClientID || len(apps[0].PasswordCredentials) != 1 || apps[0].PasswordCredentials[0].KeyID != key {
			t.Errorf("the registration was changed: %+v", apps)
		}
		bridging(t)
	})
}

// makeByHand follows the portal guide without Terraform, and links a channel.
func makeByHand(t *testing.T, pair *teamPair) (app stack.Registration, key string) {
	t.Helper()
	dir := shared.Emulator.Directory()
	app, err := shared.RegisterApplication()
	if err != nil {
		t.Fatal(err)
	}
	var access []map[string]any
	for kind, name := range map[catalog.Kind]string{catalog.Delegated: "Scope", catalog.Application: "Role"} {
		for _, permission := range catalog.Guide(kind) {
			known, _ := catalog.Lookup(kind, permission)
			access = append(access, map[string]any{"id": known.ID, "type": name})
		}
	}
	if _, err := dir.UpdateApplication(app.ObjectID, directory.Properties{}.Set("signInAudience", "AzureADMyOrg").Set("requiredResourceAccess", []map[string]any{{"resourceAppId": catalog.GraphAppID, "resourceAccess": access}})); err != nil {
		t.Fatal(err)
	}
	registered, _ := dir.Application(app.ObjectID)
	if err := dir.RemovePassword(app.ObjectID, registered.PasswordCredentials[0].KeyID); err != nil {
		t.Fatal(err)
	}
	description, begin := "By hand", time.Now().UTC().Truncate(time.Second)
	end := begin.Add(4320 * time.Hour)
	secret, err := dir.AddPassword(app.ObjectID, directory.NewPassword{DisplayName: &description, StartDateTime: &begin, EndDateTime: &end})
	if err != nil {
		t.Fatal(err)
	}
	app.Secret = *secret.SecretText
	if _, err := dir.CreateUser(directory.Properties{}.Set("userPrincipalName", "bridge@demo.example").Set("displayName", "Bridge").Set("mailNickname", "bridge").
		Set("accountEnabled", true).Set("usageLocation", "US").Set("passwordProfile", map[string]any{"password": botPassword, "forceChangePasswordNextSignIn": false})); err != nil {
		t.Fatal(err)
	}
	if err := shared.InstallPlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := shared.ConfigurePlugin(t.Context(), app, nil); err != nil {
		t.Fatal(err)
	}
	bridging(t)
	channels, err := shared.Emulator.Teams().Channels(pair.id)
	if err != nil {
		t.Fatal(err)
	}
	for _, channel := range channels {
		if channel.DisplayName != "town" {
			continue
		}
		body := map[string]string{"channel_id": pair.channels["town"], "teams_team_id": string(pair.id), "teams_channel_id": string(channel.ID)}
		if status, answer, err := shared.CallPlugin(t.Context(), http.MethodPost, "/api/v1/links", body); err != nil || status != http.StatusCreated {
			t.Fatalf("HTTP %d %v: %s", status, err, answer)
		}
	}
	return app, secret.KeyID
}
