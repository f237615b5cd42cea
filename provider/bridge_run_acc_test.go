// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// TestAccBridgeInOneRun: from nothing to linked channels and a connected bot in one apply, which waits where the plugin
// starts or has only just got its settings; then a plan with nothing to do.
func TestAccBridgeInOneRun(t *testing.T) {
	b := &bridge{console: openConsole(t)}
	t.Cleanup(b.clear)
	var err error
	if b.team, err = shared.Mattermost.NewTeam(t.Context(), unique("team")); err != nil {
		t.Fatal(err)
	}
	town := b.channel("town")
	name := unique("One Run")
	_, channels := b.teamsTeam(name, "Bridge")
	upn := newBot(t, directory.DemoPassword)
	config := bothSides(fmt.Sprintf(`
resource "msteamssync_application" "this" {
  display_name = "One Run"
  site_url     = %[1]q
}
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
%[2]s
resource "msteamssync_client_secret" "this" {
  client_id  = msteamssync_application.this.client_id
  depends_on = [msteamssync_plugin.this]
}
resource "msteamssync_plugin_config" "this" {
  tenant_id       = %[3]q
  client_id       = msteamssync_application.this.client_id
  cloud           = "custom"
  login_url       = %[4]q
  graph_url       = %[4]q
  ca_certificates = <<-EOT
%[5]sEOT
  depends_on      = [msteamssync_client_secret.this, msteamssync_admin_consent.this]
}
data "msteamssync_team" "this" {
  name       = %[7]q
  depends_on = [msteamssync_plugin_config.this]
}
resource "msteamssync_channel_link" "this" {
  mattermost_team    = %[6]q
  mattermost_channel = "town"
  teams_team         = %[7]q
  teams_channel      = "Bridge"
  depends_on         = [msteamssync_plugin_config.this]
}
resource "msteamssync_channel_links_exclusive" "this" { link_ids = [msteamssync_channel_link.this.id] }
resource "msteamssync_connection_whitelist" "this" {
  users      = ["alex"]
  depends_on = [msteamssync_plugin.this]
}
resource "msteamssync_bot_connection" "this" {
  user_principal_name = %[8]q
  password_wo         = %[9]q
  depends_on          = [msteamssync_plugin_config.this]
}
`, shared.Mattermost.URL, pluginConfig(realBundle(t), ""), tenantID, shared.Emulator.URL(), shared.Emulator.CAPEM(), b.team.Name, name, upn, directory.DemoPassword))
	isWell := func(*terraform.State) error {
		if links := b.linked(); links[town.Id] != channels["Bridge"] || b.bots()[upn]["connected"] != true || b.whitelist() != "[alex]" {
			return fmt.Errorf("links %v, bots %v, whitelist %s", links, b.bots(), b.whitelist())
		}
		return nil
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, Check: isWell, ConfigStateChecks: []statecheck.StateCheck{attribute(channelLink, "teams_channel_id", knownvalue.StringExact(channels["Bridge"]))}},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
	}})
}

// TestAccBridgeImportGeneratesConfiguration: what Terraform generates for what was made by hand plans nothing but the
// import.
func TestAccBridgeImportGeneratesConfiguration(t *testing.T) {
	b := openBridge(t, nil)
	team, channels := b.teamsTeam(unique("By Hand"), "Bridge")
	town := b.channel("town")
	user, err := shared.Mattermost.NewUser(t.Context(), unique("dana"))
	if err != nil {
		t.Fatal(err)
	}
	upn := newBot(t, directory.DemoPassword)
	config := linkByID(town.Id, team, channels["Bridge"], "") + fmt.Sprintf(`
resource "msteamssync_channel_links_exclusive" "this" { link_ids = [%[1]q] }
resource "msteamssync_connection_whitelist" "this" { users = ["alex", "dana@demo.example"] }
resource "msteamssync_account_mapping" "this" {
  mattermost_user = %[2]q
  teams_user      = %[3]q
}
resource "msteamssync_bot_connection" "this" {
  user_principal_name = %[4]q
  password_wo         = %[5]q
}`, town.Id, user.Username, newBot(t, "Other-Pass-1"), upn, directory.DemoPassword)
	for _, test := range []struct{ address, id string }{
		{channelLink, town.Id}, {channelLink, b.team.Name + "/town"}, {exclusive, catalog.PluginID}, {whitelisted, catalog.PluginID},
		{approved, user.Username}, {botConnection, upn},
	} {
		t.Run(strings.ReplaceAll(test.address+" "+test.id, "/", " "), func(t *testing.T) {
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{Config: config},
				{ResourceName: test.address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, GenerateConfig: true, ImportStateId: test.id},
			}})
		})
	}
}

// TestAccManyLinksPlanInFewRequests: a plan of links by name asks Graph once for the team and once for its channels.
func TestAccManyLinksPlanInFewRequests(t *testing.T) {
	b := openBridge(t, nil)
	names := []string{"one", "two", "three", "four", "five", "six"}
	teamName := unique("Many")
	b.teamsTeam(teamName, names...)
	for _, name := range names {
		b.channel(name)
	}
	c := newCLI(t, fmt.Sprintf(`
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
resource "msteamssync_channel_link" "this" {
  for_each           = toset(%s)
  mattermost_team    = %q
  mattermost_channel = each.key
  teams_team         = %q
  teams_channel      = each.key
}
`, strings.ReplaceAll(fmt.Sprintf("%q", names), " ", ","), b.team.Name, teamName))
	c.environment = append(c.environment, "ARM_CA_CERTIFICATES_PATH="+shared.CAFile, "MM_URL="+shared.Mattermost.URL, "MM_TOKEN="+shared.Mattermost.AdminToken)
	c.run("apply", "-auto-approve")
	if links := b.linked(); len(links) != len(names) {
		t.Fatalf("the links are %v", links)
	}
	shared.Emulator.RequestLog().Reset()
	c.run("plan", "-detailed-exitcode") // 0: nothing to do
	lookups := map[string]int{}
	for _, request := range shared.Emulator.Requests() {
		if request.Method == http.MethodGet && (strings.HasPrefix(request.Path, "/v1.0/groups") || strings.HasSuffix(request.Path, "/channels")) {
			lookups[request.Path]++
		}
	}
	if len(lookups) != 2 {
		t.Errorf("the plan asked %v, want the team and its channels", lookups)
	}
	for path, n := range lookups {
		if n != 1 {
			t.Errorf("the plan asked %s %d times, want once", path, n)
		}
	}
	c.run("destroy", "-auto-approve")
}
