// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// forget takes all credentials of the environment away from a test.
func forget(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "ARM_") || strings.HasPrefix(name, "AZURE_") || strings.HasPrefix(name, "MM_") {
			t.Setenv(name, "")
		}
	}
}

// TestAccAzureTeamAlone: Azure credentials are enough for the Azure half, and what needs the other half says what is missing
// before anything is changed.
func TestAccAzureTeamAlone(t *testing.T) {
	forget(t)
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	missing := func(more string) resource.TestStep {
		return resource.TestStep{Config: azureHalf(cloud) + more, PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Mattermost credentials are missing.*MM_TOKEN`)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if left := admin.list("/v1.0/applications", map[string][]string{"$filter": {"displayName eq '" + appName + "'"}}); len(left) > 0 {
				return fmt.Errorf("%d registrations are left", len(left))
			}
			return nil
		},
		Steps: []resource.TestStep{
			{Config: azureHalf(cloud)},
			{Config: azureHalf(cloud), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			missing(`resource "msteamssync_plugin" "this" {}`),
			missing(`resource "msteamssync_plugin_config" "this" { sync_users = 1 }`),
		},
	})
}

// TestAccMattermostTeamAlone: the Mattermost team has no Azure credentials. It gets two ids as outputs of the Azure team's
// state and the client secret as an ephemeral variable, which no file keeps.
func TestAccMattermostTeamAlone(t *testing.T) {
	forget(t)
	admin, portal := openConsole(t), openPortal(t, shared.Emulator)
	azure := newSplitCLI(t, "azure", "ARM_TENANT_ID="+tenantID, "ARM_CLIENT_ID="+provisionerID, "ARM_CLIENT_SECRET="+provisionerKey)
	azure.run("apply", "-auto-approve")
	registered := portal.application("Split Duty")
	addKey := func() string {
		return portal.do("POST", fmt.Sprintf("/v1.0/applications/%v/addPassword", registered["id"]), object{"passwordCredential": object{"displayName": "handed over"}})["secretText"].(string)
	}
	first, second := addKey(), addKey()

	server := newSplitCLI(t, "mattermost", "MM_URL="+shared.Mattermost.URL, "MM_TOKEN="+shared.Mattermost.AdminToken,
		"TF_VAR_bundle="+realBundle(t), fmt.Sprintf("TF_VAR_client_id=%v", registered["appId"]), "TF_VAR_tenant_id="+tenantID)
	apply := func(secret, version string) {
		t.Helper()
		handed := server.environment
		server.environment = append(handed, "TF_VAR_client_secret="+secret, "TF_VAR_client_secret_version="+version)
		server.run("apply", "-auto-approve")
		server.run("plan", "-detailed-exitcode")
		server.environment = handed
		if stored := admin.stored()["clientsecret"]; stored != secret {
			t.Errorf("the plugin's settings do not hold the secret of version %s", version)
		}
		if status := admin.pluginStatus(); status.State != "running" || !status.Bridging || len(status.Missing) > 0 {
			t.Errorf("the plugin says %+v", status)
		}
	}
	apply(first, "1")
	apply(second, "2")

	// The Azure team's plans show what it has handed over until it is declared; the plugin goes on meanwhile.
	if azure.exit("plan", "-detailed-exitcode") != 2 || !strings.Contains(azure.output.String(), "foreign_credentials") {
		t.Errorf("the secrets that were made by hand do not show:\n%s", azure.output.Bytes())
	}
	azure.environment = append(azure.environment, `TF_VAR_handed_over=["handed over"]`)
	azure.run("apply", "-auto-approve")
	azure.run("plan", "-detailed-exitcode")

	// Somebody types another secret, which the System Console masks.
	handed := server.environment
	server.environment = append(handed, "TF_VAR_client_secret="+second, "TF_VAR_client_secret_version=2")
	admin.change(map[string]any{"clientsecret": "typed-by-hand"})
	server.output.Reset()
	if server.exit("plan", "-detailed-exitcode") != 2 || !strings.Contains(server.output.String(), "client_secret_wo_version") {
		t.Errorf("the secret that was typed by hand does not show:\n%s", server.output.Bytes())
	}
	server.environment = handed
	apply(second, "2")
	if check := admin.checkCredentials(); !check.OK {
		t.Errorf("the plugin was refused: %+v", check)
	}
	entries, err := os.ReadDir(server.folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(server.folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), first) || strings.Contains(string(content), second) {
			t.Errorf("%s holds a client secret", entry.Name())
		}
	}
	server.environment = append(server.environment, "TF_VAR_client_secret="+second, "TF_VAR_client_secret_version=2")
	server.run("destroy", "-auto-approve")
	if version := admin.installed(); version != "" || len(admin.stored()) > 0 {
		t.Errorf("version %q and the settings %v are left", version, admin.stored())
	}
	azure.run("destroy", "-auto-approve")
}

// TestAccCertificateIsHandedOver: the Mattermost team makes the certificate before there is an application, the Azure team
// lists it, and the plugin logs in. A rotation crosses the same way, and the plugin is accepted all the time.
func TestAccCertificateIsHandedOver(t *testing.T) {
	forget(t)
	admin, portal := openConsole(t), openPortal(t, shared.Emulator)
	azure := newSplitCLI(t, "azure, certificate", "ARM_TENANT_ID="+tenantID, "ARM_CLIENT_ID="+provisionerID, "ARM_CLIENT_SECRET="+provisionerKey)
	server := newSplitCLI(t, "mattermost, certificate", "MM_URL="+shared.Mattermost.URL, "MM_TOKEN="+shared.Mattermost.AdminToken,
		"TF_VAR_bundle="+realBundle(t), "TF_VAR_tenant_id="+tenantID)
	certificate := func() string { return fmt.Sprint(server.attribute(certificateAddress, "certificate_pem")) }
	register := func() { // with the output of the other team
		t.Helper()
		azure.environment = append(azure.environment, "TF_VAR_certificate="+certificate())
		azure.run("apply", "-auto-approve")
		azure.run("plan", "-detailed-exitcode")
	}
	accepted := func(newest bool) {
		t.Helper()
		eventually(t, "the plugin to be accepted", func() bool {
			check, status, held := admin.checkCredentials(), admin.pluginStatus(), admin.certificates()
			return check.OK && status.Bridging && status.Credentials.State == "accepted" && (held[0].AcceptedAt != nil) == newest
		})
		server.run("plan", "-detailed-exitcode")
	}
	server.run("apply", "-auto-approve")
	server.run("plan", "-detailed-exitcode")
	register()
	server.environment = append(server.environment, fmt.Sprintf("TF_VAR_client_id=%v", portal.application("Handed Over")["appId"]))
	server.run("apply", "-auto-approve")
	accepted(true)

	stop := admin.watchCredentials(t)
	first := certificate()
	server.environment = append(server.environment, "TF_VAR_rotation=2")
	server.run("apply", "-auto-approve")
	if certificate() == first {
		t.Error("no other certificate was made")
	}
	accepted(false)
	register()
	accepted(true)
	stop()
	if known := portal.thumbprints("Handed Over"); len(known) != 1 || known[0] != thumbprintOf(t, certificate()) {
		t.Errorf("Entra knows %v", known)
	}
	if _, has := admin.stored()["clientsecret"]; has {
		t.Error("there is a client secret")
	}
	server.run("destroy", "-auto-approve")
	azure.run("destroy", "-auto-approve")
}

// newSplitCLI is one team's folder, with that team's half of the configuration and its credentials only.
func newSplitCLI(t *testing.T, team string, environment ...string) *cli {
	t.Helper()
	const head = `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
`
	halves := map[string]string{
		"azure": fmt.Sprintf(`
variable "handed_over" {
  type    = set(string)
  default = []
}
resource "msteamssync_application" "this" {
  display_name                = "Split Duty"
  site_url                    = %q
  managed_secret_descriptions = var.handed_over
}
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
output "client_id" { value = msteamssync_application.this.client_id }
`, shared.Mattermost.URL),
		"mattermost": fmt.Sprintf(`
variable "bundle" {}
variable "tenant_id" {}
variable "client_id" {}
variable "client_secret" {
  type      = string
  ephemeral = true
}
variable "client_secret_version" { type = number }
resource "msteamssync_plugin" "this" { bundle_path = var.bundle }
resource "msteamssync_plugin_config" "this" {
  site_url                 = %[1]q
  tenant_id                = var.tenant_id
  client_id                = var.client_id
  client_secret_wo         = var.client_secret
  client_secret_wo_version = var.client_secret_version
  cloud                    = "custom"
  login_url                = %[2]q
  graph_url                = %[2]q
  ca_certificates          = <<-EOT
%[3]sEOT
  depends_on               = [msteamssync_plugin.this]
}
`, shared.Mattermost.URL, shared.Emulator.URL(), shared.Emulator.CAPEM()),
	}
	halves["azure, certificate"] = fmt.Sprintf(`
variable "certificate" {}
resource "msteamssync_application" "this" {
  display_name = "Handed Over"
  site_url     = %q
  certificates = [var.certificate]
}
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
`, shared.Mattermost.URL)
	halves["mattermost, certificate"] = fmt.Sprintf(`
variable "bundle" {}
variable "tenant_id" {}
variable "client_id" { default = "" }
variable "rotation" { default = "1" }
resource "msteamssync_plugin" "this" { bundle_path = var.bundle }
resource "msteamssync_client_certificate" "this" {
  rotation_triggers = { n = var.rotation }
  depends_on        = [msteamssync_plugin.this]
}
output "certificate_pem" { value = msteamssync_client_certificate.this.certificate_pem }
resource "msteamssync_plugin_config" "this" {
  count           = var.client_id == "" ? 0 : 1
  site_url        = %[1]q
  tenant_id       = var.tenant_id
  client_id       = var.client_id
  cloud           = "custom"
  login_url       = %[2]q
  graph_url       = %[2]q
  ca_certificates = <<-EOT
%[3]sEOT
  depends_on      = [msteamssync_plugin.this]
}
`, shared.Mattermost.URL, shared.Emulator.URL(), shared.Emulator.CAPEM())
	c := newCLI(t, head+halves[team])
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := shared.Emulator.WriteCA(ca); err != nil {
		t.Fatal(err)
	}
	c.environment = append(c.environment, "ARM_CA_CERTIFICATES_PATH="+ca,
		"AZURE_AUTHORITY_HOST="+shared.Emulator.URL(), "ARM_MSGRAPH_ENDPOINT="+shared.Emulator.URL(), "ARM_RESOURCE_MANAGER_ENDPOINT="+shared.Emulator.URL())
	c.environment = append(c.environment, environment...)
	return c
}

// TestAccMattermostTeamIsTold: an Azure resource without Azure credentials says what is missing, in the plan.
func TestAccMattermostTeamIsTold(t *testing.T) {
	forget(t)
	for name, config := range map[string]string{
		"application": applicationConfig(""),
		"consent":     "resource \"msteamssync_admin_consent\" \"this\" { client_id = \"44444444-4444-4444-8444-444444444444\" }\n",
		"bot user":    botConfig(licensedBot),
		"billing": `resource "msteamssync_metered_billing" "this" {
			name                = "bridge"
			resource_group_name = "msteams-sync"
			client_id           = "44444444-4444-4444-8444-444444444444"
		}`,
	} {
		t.Run(name, func(t *testing.T) {
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{Config: mattermostOnly(config), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Azure credentials are missing.*ARM_CLIENT_SECRET`)},
			}})
		})
	}
}

// TestAccUnknownProviderArguments: no argument of the provider has to be known when a plan is made.
func TestAccUnknownProviderArguments(t *testing.T) {
	forget(t)
	bundle := pluginConfig(trialBundle(t, "1.0.0", "a", nil), "")
	server := func(arguments, value string) string {
		return fmt.Sprintf("provider \"msteamssync\" {\n  ca_certificates = <<-EOT\n%sEOT\n  mattermost = %s\n}\nresource \"terraform_data\" \"late\" { input = %s }\n", shared.Emulator.CAPEM(), arguments, value)
	}
	whole := fmt.Sprintf("{ url = %q, token = %q }", shared.Mattermost.URL, shared.Mattermost.AdminToken)
	for name, config := range map[string]string{
		"address": server(fmt.Sprintf("{ url = terraform_data.late.output, token = %q }", shared.Mattermost.AdminToken), fmt.Sprintf("%q", shared.Mattermost.URL)),
		"token":   server(fmt.Sprintf("{ url = %q, token = terraform_data.late.output }", shared.Mattermost.URL), fmt.Sprintf("%q", shared.Mattermost.AdminToken)),
		"both":    server("terraform_data.late.output", whole),
	} {
		t.Run("Mattermost "+name, func(t *testing.T) {
			openConsole(t)
			config += bundle + "resource \"msteamssync_plugin_config\" \"this\" {\n  sync_users = 3\n  depends_on = [msteamssync_plugin.this]\n}\n"
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{Config: config, ConfigStateChecks: []statecheck.StateCheck{attribute(installed, "state", knownvalue.StringExact("running"))}},
				{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			}})
		})
	}
	cloud := emulator.Start(t)
	quoted := fmt.Sprintf("%q", cloud.URL())
	for name, replaced := range map[string]string{
		"tenant_id": fmt.Sprintf("%q", tenantID), "client_id": fmt.Sprintf("%q", provisionerID), "subscription_id": fmt.Sprintf("%q", subscriptionID),
		"authority_host": quoted, "graph": quoted, "resource_manager": quoted,
	} {
		t.Run("Azure "+name, func(t *testing.T) {
			argument := regexp.MustCompile(`(?m)^( *` + name + ` *= )` + regexp.QuoteMeta(replaced))
			config := azureHalf(cloud)
			late := argument.ReplaceAllString(config, "${1}terraform_data.late.output")
			if late == config {
				t.Fatalf("the provider block has no %s", name)
			}
			late += "\nresource \"terraform_data\" \"late\" { input = " + replaced + " }\n"
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{Config: late},
				{Config: late, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			}})
		})
	}
}
