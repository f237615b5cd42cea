# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Second step: what azuread could not do. -var with_plugin=true

resource "msteamssync_plugin" "this" {
  count = var.with_plugin ? 1 : 0
}

resource "msteamssync_client_secret" "this" {
  count = var.with_plugin ? 1 : 0

  client_id = msteamssync_application.this.client_id

  depends_on = [msteamssync_plugin.this]
}

resource "msteamssync_plugin_config" "this" {
  count = var.with_plugin ? 1 : 0

  site_url      = var.site_url
  tenant_id     = var.tenant_id
  client_id     = msteamssync_application.this.client_id
  billing_model = "metered"

  cloud           = var.endpoints == null ? "public" : "custom"
  login_url       = try(var.endpoints.authority_host, null)
  graph_url       = try(var.endpoints.graph, null)
  ca_certificates = var.ca_certificates

  depends_on = [msteamssync_client_secret.this, msteamssync_admin_consent.this, msteamssync_metered_billing.this]
}
