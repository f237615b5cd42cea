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

// TestAccDeletedBotUserIsRestored: an account that was deleted comes back with its object id and becomes what is declared,
// unless a new one is asked for.
func TestAccDeletedBotUserIsRestored(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	made := admin.do(http.MethodPost, "/v1.0/users", object{
		"userPrincipalName": botName, "displayName": "Old Bridge", "mailNickname": "old", "accountEnabled": false, "usageLocation": "DE",
		"passwordProfile": object{"password": "Old-Pass-1", "forceChangePasswordNextSignIn": true},
	})
	remove := func() { admin.do(http.MethodDelete, "/v1.0/users/"+botName, nil) }
	remove()
	is := func(same bool) resource.TestCheckFunc {
		return func(*terraform.State) error {
			user := admin.bot()
			if (user["id"] == made["id"]) != same || user["displayName"] != "Mattermost Bridge" || user["accountEnabled"] != true || len(user["assignedLicenses"].([]any)) != 1 {
				return fmt.Errorf("the account is %v; deleted was %v", user, made["id"])
			}
			return nil
		}
	}
	// The first answer is lost after the account was restored.
	if _, err := cloud.Faults().Add(faults.Rule{Effect: faults.Drop, Route: "POST /directory/deletedItems/**", AfterCommit: true, OncePerRequest: true}); err != nil {
		t.Fatal(err)
	}
	config := azureOnly(cloud, botConfig(licensedBot))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{
			Config: config, Check: is(true),
			ConfigStateChecks: []statecheck.StateCheck{attribute(bot, "id", knownvalue.StringExact(made["id"].(string)))},
		},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{PreConfig: remove, Config: config, ConfigPlanChecks: plans(plancheck.ExpectResourceAction(bot, plancheck.ResourceActionCreate)), Check: is(true)},
		{PreConfig: remove, Config: azureOnly(cloud, botConfig(licensedBot+"\n  restore_deleted = false")), Check: is(false)},
	}})
}

// TestAccRestoreIsSaid: adoption is never silent.
func TestAccRestoreIsSaid(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	cli.run("apply", "-auto-approve", "-target="+bot)
	cli.run("destroy", "-auto-approve")
	cli.output.Reset()
	cli.run("apply", "-auto-approve", "-target="+bot)
	if said := unwrapped(cli.output.String()); !strings.Contains(said, "A deleted account was restored") || !strings.Contains(said, "stood in the tenant's deleted users") {
		t.Errorf("nothing about the restored account in:\n%s", said)
	}
}

func TestAccBotUserDeletionProtection(t *testing.T) {
	cloud := emulator.Start(t)
	protected, free := azureOnly(cloud, botConfig(licensedBot+"\n  deletion_protection = true")), azureOnly(cloud, botConfig(licensedBot))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: protected},
		{Config: azureOnly(cloud, ""), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)protected from deletion.*deletion_protection = true`)},
		{Config: protected, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{Config: free, ConfigPlanChecks: plans(updates(bot, "deletion_protection"))},
	}})
}

// TestAccBotUserLicencesUnmanaged: without license_skus and usage_location both stay what they are, whatever that is.
func TestAccBotUserLicencesUnmanaged(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, botConfig(`display_name = "Bridge"`))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, ConfigStateChecks: []statecheck.StateCheck{attribute(bot, "license_skus", knownvalue.SetSizeExact(0)), attribute(bot, "usage_location", knownvalue.Null())}},
		{
			PreConfig: func() {
				admin.do(http.MethodPatch, "/v1.0/users/"+botName, object{"usageLocation": "US"})
				admin.do(http.MethodPost, "/v1.0/users/"+botName+"/assignLicense", object{
					"addLicenses": []any{object{"skuId": skuID(admin, "TEAMS_ENTERPRISE"), "disabledPlans": []any{}}}, "removeLicenses": []any{},
				})
			},
			Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
		},
		{Config: config, ConfigStateChecks: []statecheck.StateCheck{attribute(bot, "license_skus", knownvalue.SetSizeExact(1)), attribute(bot, "usage_location", knownvalue.StringExact("US"))}},
		{Config: azureOnly(cloud, botConfig("display_name = \"Bridge\"\n  usage_location = \"US\"\n  license_skus = []")), ConfigPlanChecks: plans(updates(bot, "license_skus"))},
	}})
}

// TestAccBotUserGroupLicences: what a group gives is neither drift nor taken away.
func TestAccBotUserGroupLicences(t *testing.T) {
	cloud := emulator.Start(t, twoProducts())
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, botConfig(licensedBot))
	byGroup := func(product string) func() {
		return func() {
			if err := cloud.Directory().LicenseByGroup(botName, "66666666-6666-4666-8666-666666666666", skuID(admin, product)); err != nil {
				t.Fatal(err)
			}
		}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config},
		{PreConfig: byGroup("O365_BUSINESS_ESSENTIALS"), Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{PreConfig: byGroup("TEAMS_ENTERPRISE"), Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{
			Config: azureOnly(cloud, botConfig("display_name = \"Mattermost Bridge\"\n  usage_location = \"US\"\n  license_skus = []")), ConfigPlanChecks: plans(updates(bot, "license_skus")),
			Check: func(*terraform.State) error {
				if left := admin.bot()["assignedLicenses"].([]any); len(left) != 2 {
					return fmt.Errorf("the account has the licences %v, want those of the group", left)
				}
				return nil
			},
		},
	}})
}

// TestAccBotUserRefreshAsksOnce: the tenant's licences are asked for once, not in each run.
func TestAccBotUserRefreshAsksOnce(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	cli.run("apply", "-auto-approve", "-target="+bot)
	cloud.RequestLog().Reset()
	cli.run("plan", "-detailed-exitcode", "-target="+bot)
	var calls []string
	for _, request := range cloud.Requests() {
		if strings.HasPrefix(request.Path, "/v1.0/") {
			calls = append(calls, request.Method+" "+request.Path)
		}
	}
	if len(calls) != 1 {
		t.Errorf("a plan of the bot user made the calls %v, want one", calls)
	}
}
