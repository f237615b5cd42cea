// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
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
			{ // tags that are not managed any more stay
				Config: azureOnly(cloud, meteredConfig("")), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
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
			{ // somebody has put another application's account in its place: it is not touched
				PreConfig: func() {
					admin.do(http.MethodDelete, accountPath+accountsAPI, nil)
					admin.link(accountPath, admin.register("Intruder"))
				},
				Config: config, ConfigPlanChecks: plans(plancheck.ExpectResourceAction(metered, plancheck.ResourceActionCreate)),
				ExpectError: regexp.MustCompile(`belongs to another application`),
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

// register makes an app registration by hand and returns its client id.
func (p *portal) register(name string) string {
	p.t.Helper()
	return p.do(http.MethodPost, "/v1.0/applications", object{"displayName": name})["appId"].(string)
}

// link makes a billing account by hand.
func (p *portal) link(account, client string) {
	p.t.Helper()
	p.do(http.MethodPut, account+accountsAPI, object{"location": "global", "tags": object{"by": "hand"}, "properties": object{"appId": client}})
}

// TestAccMeteredBillingIsAdopted: what links the application already is taken over under its own name, and named under
// another one.
func TestAccMeteredBillingIsAdopted(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	admin.do(http.MethodPost, "/subscriptions/"+subscriptionID+"/providers/Microsoft.GraphServices/register?api-version=2021-04-01", nil)
	client := admin.register("Bridge")
	other := strings.Replace(accountPath, "/bridge", "/by-hand", 1)
	config := azureOnly(cloud, fmt.Sprintf(`resource "msteamssync_metered_billing" "this" {
		name                = "bridge"
		resource_group_name = "msteams-sync"
		client_id           = %q
	}`, client))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{
			PreConfig: func() { admin.link(other, client) },
			Config:    config, ExpectError: regexp.MustCompile(`(?s)has another billing account.*terraform\s+import\s+msteamssync_metered_billing.NAME\s+\S*/by-hand`),
		},
		{
			PreConfig: func() {
				admin.do(http.MethodDelete, other+accountsAPI, nil)
				admin.link(accountPath, client)
			},
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(metered, "tags", knownvalue.MapExact(map[string]knownvalue.Check{"by": knownvalue.StringExact("hand")})),
			},
		},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
	}})
}

// TestAccMeteredBillingWarns: adoption and a failed provisioning are said, and neither is an error.
func TestAccMeteredBillingWarns(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	cli.run("apply", "-auto-approve", "-target="+metered)
	cli.run("state", "rm", metered)
	says := func(words string, arguments ...string) {
		t.Helper()
		cli.output.Reset()
		cli.run(arguments...)
		if said := unwrapped(cli.output.String()); !strings.Contains(said, words) {
			t.Errorf("terraform %v does not say %q:\n%s", arguments, words, said)
		}
	}
	says("An existing billing account was adopted", "apply", "-auto-approve", "-target="+metered)
	if !cloud.Azure().SetProvisioningState(subscriptionID, "msteams-sync", "bridge", "Failed") {
		t.Fatal("there is no account")
	}
	says("ended with the state Failed", "plan", "-target="+metered)
	if status, _ := admin.try(http.MethodGet, accountPath+accountsAPI, nil); status != http.StatusOK {
		t.Errorf("the account is gone: HTTP %d", status)
	}
}

// TestAccMeteredBillingWaitsForTheApplication: Azure does not know an application at once that was registered a moment ago.
func TestAccMeteredBillingWaitsForTheApplication(t *testing.T) {
	cloud := emulator.Start(t)
	if _, err := cloud.Faults().Add(faults.Rule{Effect: faults.Status, Status: http.StatusBadRequest, Route: "PUT /subscriptions/**", Next: 2}); err != nil {
		t.Fatal(err)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: azureOnly(cloud, meteredConfig("")), ConfigStateChecks: []statecheck.StateCheck{attribute(metered, "provisioning_state", knownvalue.StringExact("Succeeded"))}},
	}})
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
			ExpectError: regexp.MustCompile(`(?s)\d+:\s+resource_group_name =.*ResourceGroupNotFound.*request\s+id.*Create the\s+resource\s+group\s+first`),
		},
		{ // an id that never was an application: nothing to wait for
			Config: azureOnly(cloud, `resource "msteamssync_metered_billing" "this" {
				name                = "bridge"
				resource_group_name = "msteams-sync"
				client_id           = "44444444-4444-4444-8444-444444444444"
			}`),
			ExpectError: regexp.MustCompile(`(?s)\d+:\s+client_id\s+=.*HTTP 400 InvalidAppId`),
		},
	}})
}
