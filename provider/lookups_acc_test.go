// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// TestAccLookups: what data sources find by name and by id, in any case, and what they say when that leads nowhere.
func TestAccLookups(t *testing.T) {
	b := openBridge(t, nil)
	name := unique("Looked Up")
	team, channels := b.teamsTeam(name, "Bridge")
	town := b.channel("town")
	twice := unique("Twice")
	first, _ := b.teamsTeam(twice)
	second, _ := b.teamsTeam(strings.ToUpper(twice))
	ids := []string{first, second}
	slices.Sort(ids)
	config := fmt.Sprintf(`
data "msteamssync_team" "by_name" { name = %[1]q }
data "msteamssync_team" "by_id"   { id = data.msteamssync_team.by_name.id }
data "msteamssync_channel" "by_name" {
  team_id = data.msteamssync_team.by_name.id
  name    = "BRIDGE"
}
data "msteamssync_channel" "by_id" {
  team_id = data.msteamssync_team.by_name.id
  id      = data.msteamssync_channel.by_name.id
}
data "msteamssync_mattermost_channel" "by_name" {
  team_name    = %[2]q
  channel_name = "town"
}
data "msteamssync_mattermost_channel" "by_id" { id = data.msteamssync_mattermost_channel.by_name.id }
`, strings.ToUpper(name), b.team.Name)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: mattermostOnly(config), ConfigStateChecks: []statecheck.StateCheck{
			attribute("data.msteamssync_team.by_name", "id", knownvalue.StringExact(team)),
			attribute("data.msteamssync_team.by_id", "name", knownvalue.StringExact(name)),
			attribute("data.msteamssync_channel.by_name", "id", knownvalue.StringExact(channels["Bridge"])),
			attribute("data.msteamssync_channel.by_name", "membership_type", knownvalue.StringExact("standard")),
			attribute("data.msteamssync_channel.by_id", "name", knownvalue.StringExact("Bridge")),
			attribute("data.msteamssync_mattermost_channel.by_name", "id", knownvalue.StringExact(town.Id)),
			attribute("data.msteamssync_mattermost_channel.by_id", "team_name", knownvalue.StringExact(b.team.Name)),
			attribute("data.msteamssync_mattermost_channel.by_id", "channel_name", knownvalue.StringExact("town")),
			attribute("data.msteamssync_mattermost_channel.by_id", "private", knownvalue.Bool(false)),
		}},
		fails(`data "msteamssync_team" "this" {}`, `one (and only one)`),
		fails(fmt.Sprintf(`data "msteamssync_team" "this" { name = %q }`, twice), "2 Teams teams are called \""+twice+"\"; give the id of one of them: "+strings.Join(ids, ", ")),
		fails(`data "msteamssync_team" "this" { name = "Nobody's" }`, `there is no Teams team called "Nobody's"`),
		fails(`data "msteamssync_team" "this" { id = "not-a-team" }`, `There is no team with the id not-a-team`),
		fails(fmt.Sprintf("data \"msteamssync_channel\" \"this\" {\n team_id = %q\n name = \"None\"\n}", team), `there is no Teams channel called "None"`),
		fails(fmt.Sprintf("data \"msteamssync_mattermost_channel\" \"this\" {\n team_name = %q\n channel_name = \"Town\"\n}", "none-"+b.team.Name), `not the display names`),
	}})
}

// TestAccLookupsWithoutThePlugin: the reason why the plugin does not answer is named.
func TestAccLookupsWithoutThePlugin(t *testing.T) {
	b := openBridge(t, nil)
	impatient := strings.Replace(mattermostOnly(`data "msteamssync_team" "this" { name = "Demo Team" }`), "provider \"msteamssync\" {", "provider \"msteamssync\" {\n  consistency_timeout = \"1s\"", 1)
	says := func(prepare func(), text string) resource.TestStep {
		return resource.TestStep{PreConfig: prepare, Config: impatient, ExpectError: words(text)}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		says(func() { b.change(map[string]any{"clientid": nil}); b.disable(); b.enableBare() }, "not configured…msteamssync_plugin_config"),
		says(b.disable, "installed but disabled…enabled = true"),
		says(func() { b.upload(trialBundle(t, "0.0.1", "old", nil)) }, "older than this provider: update msteamssync_plugin"),
		says(func() { b.remove() }, "plugin is not installed…msteamssync_plugin"),
	}})
}
