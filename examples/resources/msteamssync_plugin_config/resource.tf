# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# What the set-up guide sets, and the connect prompt. Settings that are not named keep their values.
resource "msteamssync_plugin_config" "this" {
  site_url  = "https://chat.example.com"
  tenant_id = "11111111-1111-4111-8111-111111111111"
  client_id = msteamssync_application.this.client_id

  billing_model            = "evaluation"
  enforce_connected_users  = true
  allow_skip_connect_users = true
  enabled_teams            = ["engineering", "support"]

  depends_on = [msteamssync_plugin.this, msteamssync_client_secret.this]
}

# Where another team makes the client secret and hands it over.
resource "msteamssync_plugin_config" "handed_over" {
  tenant_id = "11111111-1111-4111-8111-111111111111"
  client_id = "44444444-4444-4444-8444-444444444444"

  client_secret_wo         = var.client_secret # declare the variable with ephemeral = true
  client_secret_wo_version = 1                 # raise it with each new secret

  depends_on = [msteamssync_plugin.this]
}
