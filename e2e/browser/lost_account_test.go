//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package browser_test

import (
	"net/http"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
)

// TestLostAccount: what somebody who has to be connected sees when Microsoft does not take the account any more.
func TestLostAccount(t *testing.T) {
	ctx := t.Context()
	usePlugin(t, map[string]any{"enforceconnectedusers": true})
	teamsTeam := shared.Emulator.Teams().Teams()[0].ID
	user := newTeamsPerson(t, teamsTeam, "loser")
	team, err := shared.Mattermost.NewTeam(ctx, "losing", shared.Mattermost.Admin(), user)
	if err != nil {
		t.Fatal(err)
	}
	linked, err := shared.NewLinkedChannel(ctx, team, teamsTeam, "lost", user)
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.AwaitSubscriptions(ctx, []stack.LinkedChannel{linked}); err != nil {
		t.Fatal(err)
	}
	if err := shared.Connect(ctx, user, stack.DemoCredentials(user.Username)); err != nil {
		t.Fatal(err)
	}
	person, ok := shared.Emulator.Directory().User(user.Email)
	if !ok {
		t.Fatalf("there is no Teams user %s", user.Email)
	}
	what := entra.Revocation{UserID: person.ID}
	shared.Emulator.Entra().RevokeRefreshTokens(what)
	shared.Emulator.Entra().RevokeAccessTokens(what)
	// Microsoft refuses the token that the plugin has now, so that the next use asks for another, which it does not get.
	if status, answer, err := shared.CallPluginAs(ctx, user, http.MethodGet, "/api/v1/my/teams?search=", nil); err != nil || status != http.StatusBadGateway {
		t.Fatalf("the user's teams answer %d %s: %v, want a refused token", status, answer, err)
	}
	serveHostPage(t, "18")
	runSpec(t, "lost_account.test.mjs", user, "react-18", "CHANNEL_NAME=lost")
}
