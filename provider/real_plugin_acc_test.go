// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// pluginStatus is what the plugin says about itself.
type pluginStatus struct {
	State    string   `json:"state"`
	Bridging bool     `json:"bridging"`
	Missing  []string `json:"missing_keys"`
	Problems []struct{ Key, Message string }
	Managed  []string `json:"terraform_managed_keys"`

	Credentials struct {
		State, Error string
		CheckedAt    time.Time `json:"checked_at"`
	}
	CertificateExpiresAt time.Time `json:"client_certificate_expires_at"`
}

func (c *console) pluginStatus() pluginStatus {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, catalog.PluginURL(shared.Mattermost.URL, "/api/v1/status"), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+shared.Mattermost.AdminToken)
	response, err := c.client.HTTPClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	var status pluginStatus
	if err := json.NewDecoder(response.Body).Decode(&status); err != nil {
		c.t.Fatalf("HTTP %d: %v", response.StatusCode, err)
	}
	return status
}

// TestAccRealPluginIsConfigured: the plugin itself, configured by the three resources, has nothing to complain about, and a
// secret that was replaced behind its mask is noticed through the plugin's fingerprints.
func TestAccRealPluginIsConfigured(t *testing.T) {
	admin := openConsole(t)
	bundle := realBundle(t)
	config := bothSides(fmt.Sprintf(`
resource "msteamssync_application" "this" {
  display_name = "Real Plugin"
  site_url     = %[1]q
}
%[2]s
resource "msteamssync_client_secret" "this" {
  client_id  = msteamssync_application.this.client_id
  depends_on = [msteamssync_plugin.this]
}
resource "msteamssync_plugin_config" "this" {
  site_url        = %[1]q
  tenant_id       = %[3]q
  client_id       = msteamssync_application.this.client_id
  cloud           = "custom"
  login_url       = %[4]q
  graph_url       = %[4]q
  billing_model   = "evaluation"
  ca_certificates = <<-EOT
%[5]sEOT
  depends_on      = [msteamssync_client_secret.this]
}
`, shared.Mattermost.URL, pluginConfig(bundle, ""), tenantID, shared.Emulator.URL(), shared.Emulator.CAPEM()))
	isWell := func(*terraform.State) error {
		status := admin.pluginStatus()
		if status.State != "running" || !status.Bridging || len(status.Missing) > 0 || len(status.Problems) > 0 || len(status.Managed) == 0 {
			return fmt.Errorf("the plugin says %+v", status)
		}
		return nil
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: config, Check: isWell},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{
				PreConfig:        func() { admin.change(map[string]any{"clientsecret": "typed-by-hand"}) },
				Config:           config,
				ConfigPlanChecks: plans(updates(secretAddress, append([]string{"status"}, renewed...)...)),
				Check:            isWell,
			},
			{
				PreConfig:        func() { admin.change(map[string]any{"evaluationapi": "perhaps", "graphurl": nil}) },
				Config:           config,
				ConfigPlanChecks: plans(updates(settings, "billing_model", "graph_url")),
				Check:            isWell,
			},
		},
	})
}
