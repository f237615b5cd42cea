// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const botConnection = "msteamssync_bot_connection.this"

func connectionConfig(upn, password, more string) string {
	if password != "" {
		more += fmt.Sprintf("\n  password_wo = %q", password)
	}
	return mattermostOnly(fmt.Sprintf("resource \"msteamssync_bot_connection\" \"this\" {\n  user_principal_name = %q\n  %s\n}", upn, more))
}

// newBot makes an account that nobody has connected, and returns its user principal name.
func newBot(t *testing.T, password string) string {
	t.Helper()
	name := unique("bot")
	upn := name + "@demo.example"
	_, err := shared.Emulator.Directory().CreateUser(directory.Properties{}.Set("displayName", "Bot").Set("userPrincipalName", upn).Set("mailNickname", name).
		Set("accountEnabled", true).Set("passwordProfile", map[string]any{"password": password, "forceChangePasswordNextSignIn": false}))
	if err != nil {
		t.Fatal(err)
	}
	return upn
}

// bots are the connected bots by their user principal names.
func (b *bridge) bots() map[string]object {
	b.t.Helper()
	bots := map[string]object{}
	for _, bot := range listOf(b.do(http.MethodGet, "/api/v1/bots", nil), "bots") {
		bots[bot["user_principal_name"].(string)] = bot
	}
	return bots
}

// policy changes what the tenant asks for besides a password, until the test ends.
func policy(t *testing.T, p entra.PasswordPolicy) {
	t.Helper()
	if err := shared.Emulator.Entra().SetPasswordPolicy(p); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Emulator.Entra().SetPasswordPolicy(entra.PasswordPolicy{}) })
}

func TestAccBotConnection(t *testing.T) {
	b := openBridge(t, nil)
	upn := newBot(t, directory.DemoPassword)
	config := connectionConfig(upn, directory.DemoPassword, "")
	connected := func(*terraform.State) error {
		if bots := b.bots(); len(bots) != 1 || bots[upn]["connected"] != true {
			return fmt.Errorf("the bots are %v", bots)
		}
		return nil
	}
	disconnect := func() {
		b.do(http.MethodDelete, fmt.Sprintf("/api/v1/bots/%v", b.bots()[upn]["id"]), nil)
	}
	account, _ := shared.Emulator.Directory().User(upn)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if bots := b.bots(); len(bots) > 0 {
				return fmt.Errorf("the bots are %v", bots)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{Config: config, Check: connected, ConfigStateChecks: []statecheck.StateCheck{
				attribute(botConnection, "id", knownvalue.StringExact(account.ID)),
				attribute(botConnection, "connected", knownvalue.Bool(true)),
				attribute(botConnection, "display_name", knownvalue.StringExact("Bot")),
				attribute(botConnection, "password_wo", knownvalue.Null()),
			}},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ResourceName: botConnection, ImportState: true, ImportStateVerify: true, ImportStateId: strings.ToUpper(upn)},
			{ResourceName: botConnection, ImportState: true, ImportStateId: "alex@demo.example", ExpectError: words("There is no bot connection to import")},
			{PreConfig: disconnect, Config: config, ConfigPlanChecks: plans(updates(botConnection, "connected")), Check: connected},
			{ // the connection is lost: another key, of which the plugin knew nothing while it was off, cannot open what Microsoft gave
				PreConfig: func() {
					b.disable()
					if err := shared.ConfigurePlugin(t.Context(), b.app, nil); err != nil {
						t.Fatal(err)
					}
					b.enable()
				},
				Config: config, ConfigPlanChecks: plans(updates(botConnection, "connected")), Check: connected,
			},
			{Config: connectionConfig(upn, directory.DemoPassword, "password_wo_version = 2"), ConfigPlanChecks: plans(updates(botConnection, "display_name", "password_wo_version")), Check: connected},
			{Config: connectionConfig(upn, "not-the-password", "password_wo_version = 3"), ExpectError: words("(AADSTS50126)")},
			{Config: connectionConfig(upn, directory.DemoPassword, "password_wo_version = 2"), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()), Check: connected},
			{Config: connectionConfig(upn, "", "password_wo_version = 2"), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: connectionConfig(upn, "", "password_wo_version = 3"), ExpectError: words("password_wo_version changes to 3, which sends the password, but password_wo is not set")},
			{PreConfig: disconnect, Config: connectionConfig(upn, "", ""), ExpectError: words("there is no password to connect it with…/plugins/" + catalog.PluginID + "/connect?bot=true")},
			{PreConfig: func() { b.connectByHand(upn) }, Config: connectionConfig(upn, "", ""), Check: connected},
			{PreConfig: b.disable, Config: connectionConfig(upn, "", ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{PreConfig: b.enable, Config: connectionConfig(upn, "", ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		},
	})
}

// connectByHand connects a bot as a system admin does, in a browser.
func (b *bridge) connectByHand(upn string) {
	b.t.Helper()
	if err := shared.ConnectBot(b.t.Context(), b.channel(unique("by-hand")).Id, stack.DemoCredentials(strings.TrimSuffix(upn, "@demo.example"))); err != nil {
		b.t.Fatal(err)
	}
}

func TestAccBotConnectionAdopts(t *testing.T) {
	b := openBridge(t, nil)
	upn := newBot(t, directory.DemoPassword)
	b.connectByHand(upn)
	policy(t, entra.PasswordPolicy{Blocked: true})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: connectionConfig(upn, directory.DemoPassword, ""), ConfigStateChecks: []statecheck.StateCheck{attribute(botConnection, "connected", knownvalue.Bool(true))}},
		{Config: connectionConfig(upn, "", ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
	}})
}

func TestAccBotConnectionIsRefused(t *testing.T) {
	b := openBridge(t, nil)
	upn := newBot(t, directory.DemoPassword)
	link := "/plugins/" + catalog.PluginID + "/connect?bot=true"
	refused := func(p entra.PasswordPolicy, password, code string) resource.TestStep {
		return resource.TestStep{PreConfig: func() { policy(t, p) }, Config: connectionConfig(upn, password, ""), ExpectError: words("(" + code + ")…" + link)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if bots := b.bots(); len(bots) > 0 {
				return fmt.Errorf("the bots are %v", bots)
			}
			return nil
		},
		Steps: []resource.TestStep{
			refused(entra.PasswordPolicy{}, "not-the-password", "AADSTS50126"),
			refused(entra.PasswordPolicy{MFAUsers: []string{upn}}, directory.DemoPassword, "AADSTS50076"),
			refused(entra.PasswordPolicy{Blocked: true}, directory.DemoPassword, "AADSTS53003"),
		},
	})
}

// TestAccBotPasswordIsNowhere: not in what Terraform leaves behind, nor in what Mattermost, the plugin and Microsoft log.
func TestAccBotPasswordIsNowhere(t *testing.T) {
	const password, wrong = "Bridge-Pass-7392", "Wrong-Pass-7393"
	b := openBridge(t, nil)
	name := newBot(t, password)
	c := newCLI(t, fmt.Sprintf(`
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
provider "msteamssync" {}
variable "password" {
  type      = string
  ephemeral = true
}
variable "password_version" { default = 1 }
resource "msteamssync_bot_connection" "this" {
  user_principal_name = %q
  password_wo         = var.password
  password_wo_version = var.password_version
}
`, name))
	c.environment = append(c.environment, "ARM_CA_CERTIFICATES_PATH="+shared.CAFile, "MM_URL="+shared.Mattermost.URL, "MM_TOKEN="+shared.Mattermost.AdminToken)
	c.environment = append(c.environment, "TF_VAR_password="+password)
	c.run("plan", "-out=plan")
	c.run("apply", "plan")
	c.run("plan", "-detailed-exitcode")
	if bots := b.bots(); bots[name]["connected"] != true {
		t.Fatalf("the bots are %v", bots)
	}
	if status, answer := b.try(http.MethodPost, "/api/v1/bots", object{"username": name, "password": wrong}); status != http.StatusUnprocessableEntity || strings.Contains(fmt.Sprint(answer), wrong) {
		t.Errorf("a wrong password is answered with %d %v", status, answer)
	}
	places := c.leftovers()
	c.run("destroy", "-auto-approve")
	places["Mattermost's log"] = []byte(shared.Mattermost.Logs())
	for _, request := range shared.Emulator.Requests() {
		places["request log "+request.Path] = append(places["request log "+request.Path], request.Query+request.Body...)
	}
	for place, content := range places {
		for _, secret := range []string{password, wrong} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds a password", place)
			}
		}
	}
}
