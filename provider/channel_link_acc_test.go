// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

const channelLink = "msteamssync_channel_link.this"

func linkByID(channel, team, teamsChannel, more string) string {
	return mattermostOnly(fmt.Sprintf(`resource "msteamssync_channel_link" "this" {
  mattermost_channel_id = %q
  teams_team_id         = %q
  teams_channel_id      = %q
%s
}`, channel, team, teamsChannel, more))
}

func linkByName(mattermostTeam, channel, team, teamsChannel, more string) string {
	return mattermostOnly(fmt.Sprintf(`resource "msteamssync_channel_link" "this" {
  mattermost_team    = %q
  mattermost_channel = %q
  teams_team         = %q
  teams_channel      = %q
%s
}`, mattermostTeam, channel, team, teamsChannel, more))
}

// replaces checks that the plan replaces a resource because of the named attributes, or others with them.
func replaces(address string, attributes ...string) []plancheck.PlanCheck {
	checks := []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionReplace)}
	for _, name := range attributes {
		checks = append(checks, planCheck(func(req plancheck.CheckPlanRequest) error {
			for _, change := range req.Plan.ResourceChanges {
				if change.Address != address {
					continue
				}
				for _, path := range change.Change.ReplacePaths {
					if fmt.Sprint(path) == "["+name+"]" {
						return nil
					}
				}
				return fmt.Errorf("%s is replaced because of %v, want %s among them", address, change.Change.ReplacePaths, name)
			}
			return fmt.Errorf("the plan does not mention %s", address)
		}))
	}
	return checks
}

// creates checks that the plan creates the resource.
func creates(address string) resource.ConfigPlanChecks {
	return plans(plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate))
}

func TestAccChannelLinkLifecycle(t *testing.T) {
	b := openBridge(t, nil)
	team, channels := b.teamsTeam(unique("Linked"), "Bridge", "Other")
	town, square := b.channel("town"), b.channel("square")
	config := linkByID(town.Id, team, channels["Bridge"], "")
	is := func(want map[string]string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if links := b.linked(); !maps.Equal(links, want) {
				return fmt.Errorf("the links are %v, want %v", links, want)
			}
			return nil
		}
	}
	bridged := is(map[string]string{town.Id: channels["Bridge"]})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy:             is(map[string]string{}),
		Steps: []resource.TestStep{
			{Config: config, Check: bridged, ConfigStateChecks: []statecheck.StateCheck{
				attribute(channelLink, "id", knownvalue.NotNull()),
				attribute(channelLink, "created_at", knownvalue.NotNull()),
				attribute(channelLink, "mattermost_team", knownvalue.Null()),
				attribute(channelLink, "deletion_protection", knownvalue.Bool(false)),
			}},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ResourceName: channelLink, ImportState: true, ImportStateVerify: true, ImportStateId: b.team.Name + "/town"},
			{ResourceName: channelLink, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: town.Id},
			{ResourceName: channelLink, ImportState: true, ImportStateId: b.team.Name + "/square", ExpectError: words("There is no link to import")},
			{ResourceName: channelLink, ImportState: true, ImportStateId: b.team.Name + "/nowhere", ExpectError: words("neither <team>/<channel> nor a channel id")},
			{ // protected: a change in place, and then neither replaced nor destroyed
				Config: linkByID(town.Id, team, channels["Bridge"], "  deletion_protection = true"), ConfigPlanChecks: plans(updates(channelLink, "deletion_protection")),
			},
			{Config: linkByID(square.Id, team, channels["Bridge"], ""), ExpectError: words("would be replaced, but deletion_protection is true")},
			{Config: mattermostOnly(""), ExpectError: words("would be destroyed, but deletion_protection is true")},
			{Config: config, Check: bridged},
			{ // the Teams side
				Config: linkByID(town.Id, team, channels["Other"], ""), ConfigPlanChecks: plans(replaces(channelLink, "teams_channel_id")...),
				Check: is(map[string]string{town.Id: channels["Other"]}),
			},
			{ // the Mattermost side
				Config: linkByID(square.Id, team, channels["Other"], ""), ConfigPlanChecks: plans(replaces(channelLink, "mattermost_channel_id")...),
				Check: is(map[string]string{square.Id: channels["Other"]}),
			},
			{Config: config, Check: bridged},
			{PreConfig: func() { b.unlink(town.Id) }, Config: config, ConfigPlanChecks: creates(channelLink), Check: bridged},
			{ // linked with another channel by hand
				PreConfig: func() { b.unlink(town.Id); b.link(town.Id, team, channels["Other"]) },
				Config:    config, ConfigPlanChecks: plans(replaces(channelLink, "teams_channel_id")...), Check: bridged,
			},
			{ // unlinked and linked again by hand: the same link
				PreConfig: func() { b.unlink(town.Id); b.link(town.Id, team, channels["Bridge"]) },
				Config:    config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()), Check: bridged,
			},
			{PreConfig: b.disable, Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{PreConfig: b.enable, Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		},
	})
}

func TestAccChannelLinkByName(t *testing.T) {
	b := openBridge(t, nil)
	name := unique("Named")
	team, channels := b.teamsTeam(name, "Bridge")
	town := b.channel("town")
	config := linkByName(b.team.Name, "town", strings.ToUpper(name), "bridge", "")
	recreated := ""
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, ConfigStateChecks: []statecheck.StateCheck{
			attribute(channelLink, "mattermost_channel_id", knownvalue.StringExact(town.Id)),
			attribute(channelLink, "teams_team_id", knownvalue.StringExact(team)),
			attribute(channelLink, "teams_channel_id", knownvalue.StringExact(channels["Bridge"])),
		}, ConfigPlanChecks: plans(plancheck.ExpectKnownValue(channelLink, tfjsonpath.New("mattermost_channel_id"), knownvalue.StringExact(town.Id)))},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{ // other names of the same
			Config: linkByName(b.team.Name, "town", name, "Bridge", ""), ConfigPlanChecks: plans(updates(channelLink, "teams_channel", "teams_team")),
		},
		{ // ids instead of names: the same link
			Config: linkByID(town.Id, team, channels["Bridge"], ""), ConfigPlanChecks: plans(updates(channelLink, "mattermost_channel", "mattermost_team", "teams_channel", "teams_team")),
		},
		{Config: config},
		{ // renamed
			PreConfig: func() { b.rename(town.Id, "village") }, Config: config,
			ExpectError: words("there is no Mattermost channel called \"" + b.team.Name + "/town\"…if one of them was renamed"),
		},
		{ // and another one has the name now
			PreConfig: func() { recreated = b.channel("town").Id }, Config: config,
			ConfigPlanChecks: plans(replaces(channelLink, "mattermost_channel_id")...),
			Check: func(*terraform.State) error {
				if links := b.linked(); links[recreated] != channels["Bridge"] || len(links) != 1 {
					return fmt.Errorf("the links are %v", links)
				}
				return nil
			},
		},
		{ // the Teams side cannot be looked up
			PreConfig: b.disable, Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
		},
		{PreConfig: b.enable, Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
	}})
}

func TestAccChannelLinkAdoptsAndRefuses(t *testing.T) {
	b := openBridge(t, nil)
	name := unique("Taken")
	team, channels := b.teamsTeam(name, "Bridge", "Other")
	b.teamsTeam(unique("Else"), "Bridge")
	town, square := b.channel("town"), b.channel("square")
	before := b.link(town.Id, team, channels["Bridge"])
	fails := func(config, text string) resource.TestStep {
		return resource.TestStep{Config: config, ExpectError: words(text)}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		fails(linkByID(town.Id, team, channels["Other"], ""), b.team.Name+"/town ("+town.Id+") is linked already…"+channels["Bridge"]+"…terraform import msteamssync_channel_link.NAME "+town.Id),
		fails(linkByID(square.Id, team, channels["Bridge"], ""), "The Teams channel "+channels["Bridge"]+" is linked already…"+b.team.Name+"/town"),
		fails(linkByID(square.Id, team, "19:nothing@thread.tacv2", ""), "There is no Teams channel 19:nothing@thread.tacv2"),
		fails(linkByName(b.team.Name, "nowhere", name, "Bridge", ""), "there is no Mattermost channel called…not the display names"),
		fails(linkByName(b.team.Name, "square", "Nobody", "Bridge", ""), `there is no Teams team called "Nobody"`),
		fails(mattermostOnly("resource \"msteamssync_channel_link\" \"this\" {\n  mattermost_channel_id = \"x\"\n  mattermost_channel = \"town\"\n  teams_team = \"Demo\"\n  teams_channel = \"Demo\"\n}"),
			"Give exactly one of: mattermost_channel_id, or mattermost_team and mattermost_channel"),
		fails(mattermostOnly("resource \"msteamssync_channel_link\" \"this\" {\n  mattermost_channel_id = \"x\"\n  teams_team = \"Demo\"\n}"),
			"Give exactly one of: teams_team_id and teams_channel_id, or teams_team and teams_channel"),
		{
			Config:            linkByID(town.Id, team, channels["Bridge"], ""),
			ConfigStateChecks: []statecheck.StateCheck{attribute(channelLink, "id", knownvalue.StringExact(before["id"].(string)))},
		},
	}})
}

// TestAccChannelLinkBringsMessagesAlong: older messages come only when a link is made, and cost no link that exists anything.
func TestAccChannelLinkBringsMessagesAlong(t *testing.T) {
	b := openBridge(t, nil)
	team, channels := b.teamsTeam(unique("History"), "Bridge")
	town := b.channel("town")
	const text = "written before anything was linked"
	if _, err := shared.Emulator.Teams().Post("admin@demo.example", teams.Place{Team: teams.TeamID(team), Channel: teams.ChannelID(channels["Bridge"])}, "", teams.Draft{Body: teams.HTML(text)}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.client.CreatePost(t.Context(), &model.Post{ChannelId: town.Id, Message: "posted before anything was linked"}); err != nil {
		t.Fatal(err)
	}
	with := func(days string) string {
		return linkByID(town.Id, team, channels["Bridge"], "  backfill_days = "+days+"\n  backfill_to_teams_days = "+days)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: with("241"), ExpectError: words("backfill_days value must be between 0 and 240")},
		{Config: with("-1"), ExpectError: words("backfill_to_teams_days value must be between 0 and 240")},
		{
			Config: with("7"), ConfigStateChecks: []statecheck.StateCheck{attribute(channelLink, "backfill_days", knownvalue.Int64Exact(7))},
			Check: func(*terraform.State) error {
				eventually(t, "the old message to be in Mattermost", func() bool { return b.holds(town.Id, text) })
				eventually(t, "the old post to wait for somebody who can send it", func() bool {
					_, answer := b.try(http.MethodGet, "/api/v1/status", nil)
					links := listOf(answer, "links")
					outbound, _ := links[0]["outbound"].(map[string]any)
					return outbound["old"] == 1.0 && outbound["parked"] == 1.0
				})
				return nil
			},
		},
		{Config: with("7"), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{ResourceName: channelLink, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"backfill_days", "backfill_to_teams_days"}, ImportStateId: town.Id},
		{Config: with("30"), ConfigPlanChecks: plans(updates(channelLink, "backfill_days", "backfill_to_teams_days"))},
		{Config: linkByID(town.Id, team, channels["Bridge"], ""), ConfigPlanChecks: plans(updates(channelLink, "backfill_days", "backfill_to_teams_days"))},
	}})
}

// holds tells whether a Mattermost channel has a post with the text.
func (b *bridge) holds(channel, text string) bool {
	b.t.Helper()
	posts, _, err := b.client.GetPostsForChannel(b.t.Context(), channel, 0, 60, "", false, false)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, post := range posts.Posts {
		if strings.Contains(post.Message, text) {
			return true
		}
	}
	return false
}
