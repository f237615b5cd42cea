// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// bridged declares both halves with the bundle inside the provider, which 'make bundle' puts there.
func bridged() string {
	return bothSides(fmt.Sprintf(`
resource "msteamssync_application" "this" {
  display_name = "Imported"
  site_url     = %[1]q
}
resource "msteamssync_plugin" "this" {}
resource "msteamssync_client_secret" "this" {
  client_id  = msteamssync_application.this.client_id
  depends_on = [msteamssync_plugin.this]
}
resource "msteamssync_plugin_config" "this" {
  site_url        = %[1]q
  tenant_id       = %[2]q
  client_id       = msteamssync_application.this.client_id
  cloud           = "custom"
  login_url       = %[3]q
  graph_url       = %[3]q
  billing_model   = "evaluation"
  sync_reactions  = false
  sync_users      = 60
  enabled_teams   = ["one", "two"]
  ca_certificates = <<-EOT
%[4]sEOT
  depends_on      = [msteamssync_client_secret.this]
}
`, shared.Mattermost.URL, tenantID, shared.Emulator.URL(), shared.Emulator.CAPEM()))
}

// TestAccImportGeneratesMattermostConfiguration: what stands on the server imports by the plugin id, and the configuration
// that Terraform generates for it plans nothing.
func TestAccImportGeneratesMattermostConfiguration(t *testing.T) {
	for _, test := range []struct {
		address string
		id      resource.ImportStateIdFunc
	}{
		{installed, nil},
		{settings, nil},
		{secretAddress, func(s *terraform.State) (string, error) {
			of := s.RootModule().Resources[secretAddress].Primary.Attributes
			return of["client_id"] + "/" + of["key_id"], nil
		}},
	} {
		t.Run(test.address, func(t *testing.T) {
			openConsole(t)
			imported := resource.TestStep{
				ResourceName: test.address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, GenerateConfig: true,
				ImportStateIdFunc: test.id,
			}
			if test.id == nil {
				imported.ImportStateId = catalog.PluginID
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{Config: bridged()},
				{Config: bridged(), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
				imported,
			}})
		})
	}
}
