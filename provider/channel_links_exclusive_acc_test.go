// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const exclusive = "msteamssync_channel_links_exclusive.this"

func TestAccChannelLinksExclusive(t *testing.T) {
	b := openBridge(t, nil)
	team, channels := b.teamsTeam(unique("Exclusive"), "Bridge", "Other", "Third")
	town, square, third := b.channel("town"), b.channel("square"), b.channel("third")
	config := func(links, more string) string {
		return linkByID(town.Id, team, channels["Bridge"], "") + fmt.Sprintf(`
resource "msteamssync_channel_links_exclusive" "this" {
  link_ids = [%s]
%s
}`, links, more)
	}
	own := "msteamssync_channel_link.this.id"
	linked := func(want ...string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			got := slices.Sorted(maps.Keys(b.linked()))
			slices.Sort(want)
			if !slices.Equal(got, want) {
				return fmt.Errorf("%v are linked, want %v", got, want)
			}
			return nil
		}
	}
	byHand := func() { b.link(square.Id, team, channels["Other"]) }
	b.link(third.Id, team, channels["Third"])
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: config(own, ""), Check: linked(town.Id), ConfigStateChecks: []statecheck.StateCheck{
				attribute(exclusive, "unmanaged", knownvalue.StringExact("remove")),
				attribute(exclusive, "unmanaged_links", knownvalue.SetExact(nil)),
			}},
			{Config: config(own, ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{PreConfig: byHand, Config: config(own, ""), ConfigPlanChecks: plans(updates(exclusive, "unmanaged_links")), Check: linked(town.Id)},
			{Config: config(own, ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: config(own, `unmanaged = "report"`), ConfigPlanChecks: plans(updates(exclusive, "unmanaged"))},
			{
				PreConfig: byHand, Config: config(own, `unmanaged = "report"`), ConfigPlanChecks: plans(updates(exclusive, "unmanaged_links")),
				Check: linked(town.Id, square.Id), ExpectNonEmptyPlan: true,
			},
			{ // still there, until it is listed
				Config: config(own, `unmanaged = "report"`), ConfigPlanChecks: plans(updates(exclusive, "unmanaged_links")), ExpectNonEmptyPlan: true,
			},
			{Config: config(own, fmt.Sprintf("unmanaged = \"report\"\n  unmanaged_links = [%q]", square.Id)), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ // gone: what is tolerated need not be there
				PreConfig: func() { b.unlink(square.Id) }, Config: config(own, fmt.Sprintf("unmanaged = \"report\"\n  unmanaged_links = [%q]", square.Id)),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()), Check: linked(town.Id),
			},
			{PreConfig: byHand, Config: config(own, fmt.Sprintf("unmanaged = \"report\"\n  unmanaged_links = [%q]", square.Id)), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: config(own+fmt.Sprintf(", %q", square.Id), ""), ConfigPlanChecks: plans(updates(exclusive, "link_ids", "unmanaged", "unmanaged_links")), Check: linked(town.Id, square.Id)},
			{Config: config(own+fmt.Sprintf(", %q", square.Id), ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{PreConfig: b.disable, Config: config(own+fmt.Sprintf(", %q", square.Id), ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{PreConfig: b.enable, Config: config(own, fmt.Sprintf("unmanaged_links = [%q]", square.Id)), Check: linked(town.Id, square.Id)},
			{
				ResourceName: exclusive, ImportState: true, ImportStateId: catalog.PluginID,
				ImportStateVerify: true, ImportStateVerifyIgnore: []string{"link_ids", "unmanaged_links"},
			},
			{Config: config(own, ""), Check: linked(town.Id)},
			{ResourceName: exclusive, ImportState: true, ImportStateId: "other", ExpectError: words("the id of the plugin is")},
		},
	})
	if err := linked()(nil); err != nil {
		t.Error(err)
	}
}
