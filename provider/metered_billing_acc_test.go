// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

const (
	metered     = "msteamssync_metered_billing.this"
	accountPath = "/subscriptions/" + subscriptionID + "/resourceGroups/msteams-sync/providers/Microsoft.GraphServices/accounts/bridge"
	accountsAPI = "?api-version=2023-04-13"
)

func meteredConfig(arguments string) string {
	return applicationConfig("") + fmt.Sprintf(`
resource "msteamssync_metered_billing" "this" {
  name                = "bridge"
  resource_group_name = "msteams-sync"
  client_id           = msteamssync_application.this.client_id
%s
}
`, arguments)
}

func TestAccMeteredBillingLifecycle(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, meteredConfig(`tags = { team = "chat" }`))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if status, _ := admin.try(http.MethodGet, accountPath+accountsAPI, nil); status != http.StatusNotFound {
				return fmt.Errorf("the account is left: HTTP %d", status)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(metered, "id", knownvalue.StringExact(accountPath)),
					attribute(metered, "subscription_id", knownvalue.StringExact(subscriptionID)),
					attribute(metered, "provisioning_state", knownvalue.StringExact("Succeeded")),
					attribute(metered, "billing_plan_id", knownvalue.StringRegexp(regexp.MustCompile(`.+`))),
				},
			},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{
				Config:           azureOnly(cloud, meteredConfig(`tags = { team = "ops", stage = "test" }`)),
				ConfigPlanChecks: plans(updates(metered, "tags")),
			},
			{ResourceName: metered, ImportState: true, ImportStateVerify: true, ImportStateId: accountPath},
			{
				PreConfig: func() {
					admin.do(http.MethodPatch, accountPath+accountsAPI, object{"tags": object{"team": "somebody"}})
				},
				Config: config, ConfigPlanChecks: plans(updates(metered, "tags")),
			},
			{
				PreConfig: func() { admin.do(http.MethodDelete, accountPath+accountsAPI, nil) },
				Config:    config, ConfigPlanChecks: plans(plancheck.ExpectResourceAction(metered, plancheck.ResourceActionCreate)),
			},
			{ // another application's account
				Config: azureOnly(cloud, meteredConfig("")+`
resource "msteamssync_application" "other" {
  display_name = "Other"
  site_url     = "https://other.example.com"
}
resource "msteamssync_metered_billing" "other" {
  name                = msteamssync_metered_billing.this.name
  resource_group_name = "msteams-sync"
  client_id           = msteamssync_application.other.client_id
}`),
				ExpectError: regexp.MustCompile(`(?s)belongs to another application.*terraform import`),
			},
		},
	})
}

func TestAccMeteredBillingSpeaksClearly(t *testing.T) {
	cloud := emulator.Start(t)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{
			Config: azureOnly(cloud, `resource "msteamssync_metered_billing" "this" {
				name                = "bridge"
				resource_group_name = "nowhere"
				client_id           = "22222222-2222-4222-8222-222222222222"
			}`),
			ExpectError: regexp.MustCompile(`(?s)ResourceGroupNotFound.*Create the\s+resource\s+group\s+first`),
		},
	}})
}
