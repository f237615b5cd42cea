// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package teamstest gives tests a tenant on the emulator: an application with the set-up guide's permissions, people who
// log in through the real pages, and a Graph client.
package teamstest

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// The application of the tests.
const (
	ClientID    = "66666666-6666-4666-8666-666666666666"
	SuccessorID = "67676767-6767-4676-8676-676767676767" // of an application like it, with the same secret
	Secret      = "secret-of-the-tests-application"
	SiteURL     = "https://127.0.0.1"
	redirectURI = SiteURL + "/plugins/" + catalog.PluginID + catalog.RouteRedirect
)

// Tenant is a tenant on an emulator of its own.
type Tenant struct {
	*emulator.Server
	Channel bridge.Conversation // the channel Bridge of the demo team
	Place   emulated.Place      // the same, as the emulator names it
}

// Start starts a tenant.
func Start(t testing.TB) *Tenant {
	t.Helper()
	seed := emulator.DefaultSeed()
	for _, id := range []string{ClientID, SuccessorID} {
		seed.Directory.Applications = append(seed.Directory.Applications, directory.ApplicationSeed{
			AppID: id, DisplayName: "Mattermost MS Teams Sync", Secret: Secret, RedirectURIs: []string{redirectURI},
			Roles: catalog.Guide(catalog.Application), Scopes: catalog.Guide(catalog.Delegated),
		})
	}
	tenant := &Tenant{Server: emulator.Start(t, emulator.Config{Seed: &seed})}
	team := tenant.Teams().Teams()[0]
	channels, err := tenant.Teams().Channels(team.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range channels {
		if c.DisplayName == "Bridge" {
			tenant.Place = emulated.Place{Team: team.ID, Channel: c.ID}
			tenant.Channel = bridge.Conversation{ID: bridge.ConversationID(c.ID), Team: bridge.TeamID(team.ID)}
		}
	}
	return tenant
}

// Client returns a Graph client of the application. change may change its configuration.
func (n *Tenant) Client(t testing.TB, tokens teams.Tokens, change ...func(*teams.Config)) *teams.Client {
	t.Helper()
	config := teams.Config{LoginURL: n.URL(), GraphURL: n.URL(), TenantID: directory.DemoTenantID, ClientID: ClientID, ClientSecret: Secret,
		Trusted: n.RootCAs(), Tokens: tokens}
	for _, f := range change {
		f(&config)
	}
	client := teams.New(config)
	t.Cleanup(client.Close)
	return client
}

// LogIn goes through the log-in page at address as a person of the seed, e.g. alex@demo.example, and returns what comes
// back to the redirect URI.
func (n *Tenant) LogIn(t testing.TB, address, login string) url.Values {
	t.Helper()
	browser := &http.Client{Transport: n.HTTPClient().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.PostForm(address, url.Values{"login": {login}, "password": {directory.DemoPassword}, "action": {"login"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	back, err := response.Location()
	if err != nil {
		t.Fatalf("the log-in of %s answered %s: %v", login, response.Status, err)
	}
	return back.Query()
}

// RedirectURI is the application's.
func RedirectURI() string { return redirectURI }
