// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

const (
	bot     = "msteamssync_bot_user.this"
	botName = "bridge@demo.example"
)

func botConfig(arguments string) string {
	return fmt.Sprintf(`resource "msteamssync_bot_user" "this" {
  user_principal_name = %q
  password_wo         = "Bridge-Pass-1"
  %s
}
`, botName, arguments)
}

const licensedBot = `
  display_name   = "Mattermost Bridge"
  usage_location = "US"
  license_skus   = ["TEAMS_ENTERPRISE"]`

func (p *portal) bot() object {
	p.t.Helper()
	return p.do(http.MethodGet, "/v1.0/users/"+botName+"?$select=id,displayName,mailNickname,accountEnabled,usageLocation,assignedLicenses", nil)
}

// twoProducts is the demo tenant with a second product.
func twoProducts() emulator.Config {
	seed := emulator.DefaultSeed()
	seed.Directory.SKUs = append(seed.Directory.SKUs, directory.SKU{SKUID: uuid.NewString(), SKUPartNumber: "O365_BUSINESS_ESSENTIALS", Enabled: 5})
	return emulator.Config{Seed: &seed}
}

func TestAccBotUserLifecycle(t *testing.T) {
	cloud := emulator.Start(t, twoProducts())
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, botConfig(licensedBot))
	patch := func(body object) func() {
		return func() { admin.do(http.MethodPatch, "/v1.0/users/"+botName, body) }
	}
	licensed := func(*terraform.State) error {
		user := admin.bot()
		if user["accountEnabled"] != true || user["usageLocation"] != "US" || user["mailNickname"] != "bridge" || len(user["assignedLicenses"].([]any)) != 1 {
			return fmt.Errorf("the account is %v", user)
		}
		return nil
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if status, _ := admin.try(http.MethodGet, "/v1.0/users/"+botName, nil); status != http.StatusNotFound {
				return fmt.Errorf("the account is left: HTTP %d", status)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config, Check: licensed,
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(bot, "mail_nickname", knownvalue.StringExact("bridge")),
					attribute(bot, "account_enabled", knownvalue.Bool(true)),
					attribute(bot, "password_wo", knownvalue.Null()),
				},
			},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ // the same licence by its id, the same name in capitals
				Config: azureOnly(cloud, fmt.Sprintf(`
resource "msteamssync_bot_user" "this" {
  user_principal_name = "Bridge@Demo.Example"
  display_name        = "Mattermost Bridge"
  usage_location      = "US"
  license_skus        = [%q]
}`, skuID(admin, "TEAMS_ENTERPRISE"))),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{
				Config:           azureOnly(cloud, botConfig("display_name = \"Other\"\n  mail_nickname = \"other\"\n  account_enabled = false\n  usage_location = \"DE\"\n  license_skus = []")),
				ConfigPlanChecks: plans(updates(bot, "display_name", "mail_nickname", "account_enabled", "usage_location", "license_skus")),
				Check: func(*terraform.State) error {
					if user := admin.bot(); user["accountEnabled"] != false || user["displayName"] != "Other" || len(user["assignedLicenses"].([]any)) != 0 {
						return fmt.Errorf("the account is %v", user)
					}
					return nil
				},
			},
			{Config: azureOnly(cloud, botConfig(licensedBot+"\n  mail_nickname = \"bridge\"")), Check: licensed},
			{
				ResourceName: bot, ImportState: true, ImportStateVerify: true, ImportStateId: botName,
				ImportStateVerifyIgnore: []string{"password_wo_version"},
			},
			{ResourceName: bot, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: idFrom(bot, "id"), ImportStateVerifyIgnore: []string{"password_wo_version"}},
			{PreConfig: patch(object{"accountEnabled": false}), Config: config, ConfigPlanChecks: plans(updates(bot, "account_enabled")), Check: licensed},
			{PreConfig: patch(object{"displayName": "Renamed"}), Config: config, ConfigPlanChecks: plans(updates(bot, "display_name")), Check: licensed},
			{
				PreConfig: func() {
					admin.do(http.MethodPost, "/v1.0/users/"+botName+"/assignLicense", object{"addLicenses": []any{}, "removeLicenses": []any{skuID(admin, "TEAMS_ENTERPRISE")}})
				},
				Config: config, ConfigPlanChecks: plans(updates(bot, "license_skus")), Check: licensed,
			},
			{
				PreConfig: func() {
					admin.do(http.MethodPost, "/v1.0/users/"+botName+"/assignLicense", object{
						"addLicenses": []any{object{"skuId": skuID(admin, "O365_BUSINESS_ESSENTIALS"), "disabledPlans": []any{}}}, "removeLicenses": []any{},
					})
				},
				Config: config, ConfigPlanChecks: plans(updates(bot, "license_skus")), Check: licensed,
			},
			{PreConfig: patch(object{"mailNickname": "renamed"}), Config: azureOnly(cloud, botConfig(licensedBot+"\n  mail_nickname = \"bridge\"")), ConfigPlanChecks: plans(updates(bot, "mail_nickname")), Check: licensed},
			{PreConfig: patch(object{"usageLocation": "FR"}), Config: config, ConfigPlanChecks: plans(updates(bot, "usage_location")), Check: licensed},
			{
				PreConfig: func() { admin.do(http.MethodDelete, "/v1.0/users/"+botName, nil) },
				Config:    config, ConfigPlanChecks: plans(plancheck.ExpectResourceAction(bot, plancheck.ResourceActionCreate)), Check: licensed,
			},
			{
				Config:           azureOnly(cloud, botConfig(licensedBot+"\n  password_wo_version = 2")),
				ConfigPlanChecks: plans(updates(bot, "password_wo_version")),
			},
			{ // whoever looks for drift has no password
				Config:           azureOnly(cloud, withoutPassword(botConfig(licensedBot+"\n  password_wo_version = 2"))),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{
				Config:      azureOnly(cloud, withoutPassword(botConfig(licensedBot+"\n  password_wo_version = 3"))),
				ExpectError: words("password_wo_version changes to 3, which sends the password, but password_wo is not set"),
			},
		},
	})
}

var passwordLine = regexp.MustCompile(`(?m)^\s*password_wo\s*=.*$`)

// withoutPassword takes the password out of a configuration.
func withoutPassword(config string) string { return passwordLine.ReplaceAllString(config, "") }

func skuID(admin *portal, partNumber string) string {
	for _, sku := range admin.list("/v1.0/subscribedSkus", nil) {
		if sku["skuPartNumber"] == partNumber {
			return sku["skuId"].(string)
		}
	}
	admin.t.Fatalf("the tenant has no licence %s", partNumber)
	return ""
}

func TestAccBotUserSpeaksClearly(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	fails := func(resources, says string) resource.TestStep {
		return resource.TestStep{Config: azureOnly(cloud, resources), ExpectError: regexp.MustCompile(says)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if status, _ := admin.try(http.MethodGet, "/v1.0/users/"+botName, nil); status != http.StatusNotFound {
				return fmt.Errorf("a refused bot user left an account behind")
			}
			return nil
		},
		Steps: []resource.TestStep{
			fails(`resource "msteamssync_bot_user" "this" {
				user_principal_name = "alex@demo.example"
				display_name        = "Alex Demo"
				password_wo         = "Bridge-Pass-1"
			}`, `terraform import msteamssync_bot_user.NAME\s+alex@demo.example`),
			fails(`resource "msteamssync_bot_user" "this" {
				user_principal_name = "bridge@demo.example"
				display_name        = "Bridge"
			}`, `(?s)A new account\s+needs a password`),
			fails(`resource "msteamssync_bot_user" "this" {
				user_principal_name = "bridge@elsewhere.example"
				display_name        = "Bridge"
				password_wo         = "Bridge-Pass-1"
			}`, `(?s)in resource "msteamssync_bot_user" "this":\s+\d+:\s+user_principal_name =.*HTTP 400.*domain portion.*request-id`),
			fails(botConfig(`display_name = "Bridge"
				deletion_protection = "perhaps"`), `a bool is required`),
			fails(botConfig(`display_name = "Bridge"
				license_skus = ["TEAMS_ENTERPRISE"]`), `(?s)usage_location to a\s+two-letter`),
			fails(botConfig(`display_name = "Bridge"
				usage_location = "US"
				license_skus   = ["TEAMS_ENTREPRISE"]`), `(?s)no licence with the part\s+number.*TEAMS_ENTERPRISE`),
		},
	})
}
