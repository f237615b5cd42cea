# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

terraform {
  required_version = ">= 1.11"

  required_providers {
    msteamssync = {
      source  = "msteamssync/msteamssync"
      version = ">= 0.1.0"
    }
  }
}

provider "msteamssync" {
  tenant_id       = var.tenant_id
  endpoints       = var.endpoints
  ca_certificates = var.ca_certificates
}

# What the portal guide makes by hand. 'terraform-provider-msteamssync generate' writes such a file for an installation.

resource "msteamssync_application" "this" {
  display_name        = var.display_name
  site_url            = var.site_url
  deletion_protection = var.deletion_protection

  managed_secret_descriptions = [var.client_secret.description]
}

resource "msteamssync_admin_consent" "this" {
  client_id = msteamssync_application.this.client_id
}

resource "msteamssync_bot_user" "this" {
  user_principal_name = var.bot.user_principal_name
  display_name        = var.bot.display_name
  deletion_protection = var.deletion_protection
}

resource "msteamssync_plugin" "this" {}

# The secret that is in use stays until it is due; then Terraform makes one of its own.
resource "msteamssync_client_secret" "this" {
  client_id   = msteamssync_application.this.client_id
  description = var.client_secret.description
  valid_for   = var.client_secret.valid_for

  depends_on = [msteamssync_plugin.this]
}

resource "msteamssync_plugin_config" "this" {
  site_url      = var.site_url
  tenant_id     = var.tenant_id
  client_id     = msteamssync_application.this.client_id
  billing_model = "evaluation"

  cloud           = var.endpoints == null ? null : "custom"
  login_url       = try(var.endpoints.authority_host, null)
  graph_url       = try(var.endpoints.graph, null)
  ca_certificates = var.ca_certificates

  depends_on = [msteamssync_client_secret.this, msteamssync_admin_consent.this]
}

resource "msteamssync_channel_link" "this" {
  for_each = var.channel_links

  mattermost_team     = split("/", each.key)[0]
  mattermost_channel  = split("/", each.key)[1]
  teams_team          = each.value.teams_team
  teams_channel       = each.value.teams_channel
  deletion_protection = var.deletion_protection

  depends_on = [msteamssync_plugin_config.this]
}
