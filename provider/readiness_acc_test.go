// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// allChecks are in the order in which the data source makes them.
var allChecks = []string{"plugin", "redirect_uri", "credential", "consent", "billing", "webhook", "bot", "subscriptions"}

// wholeBridge declares everything that a bridge needs, on the real plugin.
func wholeBridge(bundle string) string {
	return fmt.Sprintf(`
resource "msteamssync_application" "this" {
  display_name = "Whole Bridge"
  site_url     = %[1]q
}
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
resource "msteamssync_metered_billing" "this" {
  name                = "whole-bridge"
  resource_group_name = "msteams-sync"
  client_id           = msteamssync_application.this.client_id
}
resource "msteamssync_bot_user" "this" {
  user_principal_name = "whole-bridge@demo.example"
  password_wo         = "Bridge-Pass-1"
  password_wo_version = 1
%[2]s
}
%[3]s
resource "msteamssync_client_secret" "this" {
  client_id  = msteamssync_application.this.client_id
  depends_on = [msteamssync_plugin.this]
}
resource "msteamssync_plugin_config" "this" {
  site_url        = %[1]q
  tenant_id       = %[4]q
  client_id       = msteamssync_application.this.client_id
  cloud           = "custom"
  login_url       = %[5]q
  graph_url       = %[5]q
  ca_certificates = <<-EOT
%[6]sEOT
  depends_on      = [msteamssync_client_secret.this]
}
`, shared.Mattermost.URL, licensedBot, pluginConfig(bundle, ""), tenantID, shared.Emulator.URL(), shared.Emulator.CAPEM())
}

// The data source stands outside the check block: one inside is read by every apply, so that no plan is ever empty.
const readinessCheckBlock = `
data "msteamssync_readiness" "this" {
  bot_user_principal_name = "whole-bridge@demo.example"
  depends_on              = [msteamssync_plugin_config.this, msteamssync_admin_consent.this, msteamssync_bot_user.this, msteamssync_metered_billing.this]
}
check "bridge" {
  assert {
    condition     = data.msteamssync_readiness.this.ready
    error_message = join("\n", [for c in data.msteamssync_readiness.this.checks : "${c.check}: ${c.detail} ${c.fix}" if !c.ok])
  }
}
data "msteamssync_plugin_status" "this" { depends_on = [msteamssync_plugin_config.this] }
`

// bothBlock is the provider block with both sides' credentials, for the protocol.
func bothBlock() map[string]any {
	block := azureBlock(shared.Emulator.URL(), shared.Emulator.CAPEM())
	block["mattermost"] = map[string]any{"url": shared.Mattermost.URL, "token": shared.Mattermost.AdminToken}
	return block
}

// azureBlock is the provider block with Azure credentials only, for the protocol.
func azureBlock(address string, ca []byte) map[string]any {
	return map[string]any{
		"tenant_id": tenantID, "client_id": provisionerID, "client_secret": provisionerKey, "subscription_id": subscriptionID,
		"endpoints":       map[string]any{"authority_host": address, "graph": address, "resource_manager": address},
		"ca_certificates": string(ca),
	}
}

// mattermostOnlyBlock is the provider block with Mattermost credentials only, for the protocol.
func mattermostOnlyBlock() map[string]any {
	block := bothBlock()
	return map[string]any{"mattermost": block["mattermost"], "ca_certificates": block["ca_certificates"]}
}

// verdict is what a readiness data source says.
type verdict struct {
	ready   bool
	wrong   map[string]string // by check: what was found, and the fix
	made    []string
	skipped []any
}

func (p *protocol) readiness(config map[string]any) verdict {
	p.t.Helper()
	state, problem := p.read("msteamssync_readiness", config)
	if problem != "" {
		p.t.Fatalf("readiness is an error: %s", problem)
	}
	v := verdict{ready: state["ready"].(bool), wrong: map[string]string{}, skipped: state["skipped"].([]any)}
	for _, item := range state["checks"].([]any) {
		check := item.(map[string]any)
		v.made = append(v.made, check["check"].(string))
		if detail, fix := check["detail"].(string), check["fix"].(string); check["ok"] != true {
			v.wrong[check["check"].(string)] = detail + " " + fix
			if detail == "" || fix == "" {
				p.t.Errorf("%s: detail %q, fix %q", check["check"], detail, fix)
			}
		} else if detail == "" || fix != "" {
			p.t.Errorf("%s is in order: detail %q, fix %q", check["check"], detail, fix)
		}
	}
	return v
}

// checked says whether the plan's check block passes.
func checked(want tfjson.CheckStatus) plancheck.PlanCheck {
	return planCheck(func(req plancheck.CheckPlanRequest) error {
		for _, check := range req.Plan.Checks {
			if check.Address.Kind == tfjson.CheckKindCheckBlock && check.Status != want {
				return fmt.Errorf("the check block has the status %s, want %s: %+v", check.Status, want, check.Instances)
			}
		}
		return nil
	})
}

func TestAccReadiness(t *testing.T) {
	admin := openConsole(t)
	portal := openPortal(t, shared.Emulator)
	t.Cleanup(shared.Emulator.Faults().Clear)
	config := bothSides(wholeBridge(realBundle(t)) + readinessCheckBlock)
	question := map[string]any{"bot_user_principal_name": "whole-bridge@demo.example"}
	var asked *protocol
	var linked string
	const status = "data.msteamssync_plugin_status.this"
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{ // everything but a connected bot
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(status, "running", knownvalue.Bool(true)),
				attribute(status, "state", knownvalue.StringExact("running")),
				attribute(status, "bridging", knownvalue.Bool(true)),
				attribute(status, "nodes", knownvalue.ListSizeExact(1)),
				attribute(status, "missing_keys", knownvalue.SetSizeExact(0)),
				attribute(status, "problems", knownvalue.ListSizeExact(0)),
				attribute(status, "client_secret_expires_at", knownvalue.NotNull()),
				attribute(status, "queues", knownvalue.MapSizeExact(2)),
				attribute(status, "pending_settings", knownvalue.Null()),
				attribute(status, "take_over", knownvalue.ObjectPartial(map[string]knownvalue.Check{"state": knownvalue.StringExact("none"), "left": knownvalue.ListSizeExact(0)})),
				attribute(status, "error", knownvalue.Null()),
			},
			Check: func(*terraform.State) error {
				asked = speak(t).configure(bothBlock())
				v := asked.readiness(question)
				if v.ready || len(v.wrong) != 1 || !strings.Contains(v.wrong["bot"], "connect-bot") || !slices.Equal(v.made, allChecks) || len(v.skipped) != 0 {
					return fmt.Errorf("without a connected bot: %+v", v)
				}
				return nil
			},
		},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan(), checked(tfjson.CheckStatusFail))},
		{
			PreConfig: func() { connectBot(t, "whole-bridge@demo.example", "Bridge-Pass-1") },
			Config:    config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan(), checked(tfjson.CheckStatusPass)),
			Check: func(*terraform.State) error {
				if v := asked.readiness(question); !v.ready || len(v.wrong) != 0 {
					return fmt.Errorf("with everything in order: %+v", v)
				}
				if v := asked.readiness(nil); !v.ready || !slices.Equal(v.made, allChecks) {
					return fmt.Errorf("with the bot that the plugin knows: %+v", v)
				}
				app := portal.application("Whole Bridge")
				azure := speak(t).configure(azureBlock(shared.Emulator.URL(), shared.Emulator.CAPEM()))
				v := azure.readiness(map[string]any{"client_id": app["appId"], "site_url": shared.Mattermost.URL, "bot_user_principal_name": question["bot_user_principal_name"]})
				if !v.ready || !slices.Equal(v.made, []string{"redirect_uri", "credential", "consent", "bot"}) || len(v.skipped) != 4 {
					return fmt.Errorf("the Azure team sees %+v", v)
				}
				if progress, problem := asked.invoke("msteamssync_verify_connection", nil); problem != "" || len(progress) != 4 {
					return fmt.Errorf("verifying a connection that works: %q, %s", progress, problem)
				}
				if v = azure.readiness(nil); v.ready || !strings.Contains(v.wrong["consent"], "Give client_id") {
					return fmt.Errorf("the Azure team without a client id sees %+v", v)
				}
				v = speak(t).configure(mattermostOnlyBlock()).readiness(nil)
				if !v.ready || !slices.Equal(v.made, []string{"plugin", "credential", "webhook", "bot", "subscriptions"}) || len(v.skipped) != 3 {
					return fmt.Errorf("the Mattermost team sees %+v", v)
				}
				return nil
			},
		},
		{
			PreConfig: func() { linked = findEachFault(t, asked, admin, portal, question) },
			Config:    config, // mends what was broken
			Check: func(*terraform.State) error {
				var v verdict
				shared.Emulator.Faults().Clear()
				eventually(t, "the plugin to subscribe", func() bool {
					v = asked.readiness(question)
					return v.wrong["subscriptions"] == ""
				})
				tellPlugin(t, http.MethodDelete, "/api/v1/links/"+linked, http.StatusNoContent, nil)
				if !v.ready {
					return fmt.Errorf("after mending: %+v", v)
				}
				return nil
			},
		},
	}})
}

// connectBot connects a bot account in a browser.
func connectBot(t *testing.T, login, password string) {
	t.Helper()
	browser, err := shared.Browser(shared.Mattermost.Admin())
	if err != nil {
		t.Fatal(err)
	}
	page, err := browser.Walk(t.Context(), catalog.PluginURL(shared.Mattermost.URL, "/connect?bot=true"), signin.Credentials{Login: login, Password: password})
	if err != nil || page.Status != http.StatusOK {
		t.Fatalf("connecting the bot: %v %+v", err, page)
	}
}

// findEachFault breaks one thing after the other and expects that its check finds it.
func findEachFault(t *testing.T, asked *protocol, admin *console, portal *portal, question map[string]any) (linked string) {
	t.Helper()
	app := portal.application("Whole Bridge")
	principal := portal.principal(app["appId"])
	site := shared.Mattermost.URL
	bot := "/v1.0/users/" + question["bot_user_principal_name"].(string)
	with := func(more map[string]any) map[string]any {
		config := map[string]any{}
		for _, part := range []map[string]any{question, more} {
			for key, value := range part {
				config[key] = value
			}
		}
		return config
	}
	for _, fault := range []struct {
		check, says string
		config      map[string]any
		breaks      func()
	}{
		{"credential", "in less than 100000 days", with(map[string]any{"credential_days": 100000}), func() {}},
		{"redirect_uri", "The server's site URL is", with(map[string]any{"site_url": "https://other.example.com"}), func() {}},
		{"redirect_uri", "but not " + site + "/plugins/", question, func() {
			portal.do(http.MethodPatch, fmt.Sprintf("/v1.0/applications/%v", app["id"]), object{"web": object{"redirectUris": []any{}}})
		}},
		{"consent", "Requested, but not granted for the tenant: ", question, func() {
			roles := portal.list(fmt.Sprintf("/v1.0/servicePrincipals/%v/appRoleAssignments", principal["id"]), nil)
			portal.do(http.MethodDelete, fmt.Sprintf("/v1.0/servicePrincipals/%v/appRoleAssignments/%v", principal["id"], roles[0]["id"]), nil)
		}},
		{"billing", "no billing account of the subscription is linked", question, func() {
			if !shared.Emulator.Azure().DeleteAccount(subscriptionID, "msteams-sync", "whole-bridge") {
				t.Fatal("there is no billing account to delete")
			}
		}},
		{"bot", "no licence that includes Microsoft Teams", question, func() {
			licences := portal.do(http.MethodGet, bot+"?$select=assignedLicenses", nil)["assignedLicenses"].([]any)
			portal.do(http.MethodPost, bot+"/assignLicense", object{"addLicenses": []any{}, "removeLicenses": []any{licences[0].(object)["skuId"]}})
		}},
		{"bot", "is disabled", question, func() { portal.do(http.MethodPatch, bot, object{"accountEnabled": false}) }},
		{"subscriptions", "The subscription of the Teams channel", question, func() { linked = linkInVain(t) }},
		{"credential", "Microsoft does not accept", question, func() {
			keys := portal.do(http.MethodGet, fmt.Sprintf("/v1.0/applications/%v", app["id"]), nil)["passwordCredentials"].([]any)
			portal.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/addPassword", app["id"]), object{"passwordCredential": object{"displayName": "Mattermost MS Teams Sync (Terraform)"}})
			portal.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/removePassword", app["id"]), object{"keyId": keys[0].(object)["keyId"]})
		}},
		{"webhook", "certificate", question, func() { admin.change(map[string]any{"cacertificates": nil}) }},
		{"plugin", "The plugin is disabled", question, func() {
			if _, err := shared.Mattermost.Client().DisablePlugin(context.Background(), catalog.PluginID); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		fault.breaks()
		v := asked.readiness(fault.config)
		if v.ready || !strings.Contains(v.wrong[fault.check], fault.says) {
			t.Errorf("%s: found %+v, want something about %q", fault.check, v, fault.says)
		}
	}
	_, problem := asked.invoke("msteamssync_verify_connection", nil)
	if !strings.Contains(problem, "The plugin's credentials do not work: The plugin cannot be asked.") || !strings.Contains(problem, "The plugin's public address does not work") {
		t.Errorf("verifying the connection of a plugin that is off: %q", problem)
	}
	// While the plugin is off, what only it knows is not in order, and nothing is an error.
	v := asked.readiness(question)
	for _, check := range []string{"plugin", "credential", "webhook", "bot", "subscriptions"} {
		if v.wrong[check] == "" {
			t.Errorf("%s is in order although the plugin is off: %+v", check, v)
		}
	}
	state, problem := asked.read("msteamssync_plugin_status", nil)
	if problem != "" || state["running"] != false || state["installed"] != true || state["state"] != nil || state["bots"] != nil || !strings.Contains(fmt.Sprint(state["error"]), "disabled") {
		t.Errorf("the status of a plugin that is off: %v %q", state, problem)
	}
	return linked
}

// linkInVain links a channel while Microsoft Graph cannot reach the plugin, so that there is no subscription.
func linkInVain(t *testing.T) (channelID string) {
	t.Helper()
	if _, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.ValidationRefused}); err != nil {
		t.Fatal(err)
	}
	team, err := shared.Mattermost.NewTeam(t.Context(), "readiness")
	if err != nil {
		t.Fatal(err)
	}
	channel, err := shared.Mattermost.NewChannel(t.Context(), team.Id, "readiness")
	if err != nil {
		t.Fatal(err)
	}
	teams := shared.Emulator.Teams()
	channels, err := teams.Channels(teams.Teams()[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	tellPlugin(t, http.MethodPost, "/api/v1/links", http.StatusCreated, map[string]any{
		"channel_id": channel.Id, "teams_team_id": teams.Teams()[0].ID, "teams_channel_id": channels[0].ID,
	})
	return channel.Id
}
