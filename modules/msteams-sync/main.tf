# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Azure: the app registration and what the tenant grants to it.

resource "msteamssync_application" "this" {
  display_name            = var.display_name
  site_url                = var.site_url
  delegated_permissions   = var.delegated_permissions
  application_permissions = var.application_permissions
}

resource "msteamssync_admin_consent" "this" {
  client_id   = msteamssync_application.this.client_id
  delegated   = msteamssync_application.this.delegated_permissions
  application = msteamssync_application.this.application_permissions
}

resource "msteamssync_bot_user" "this" {
  count = var.bot == null ? 0 : 1

  user_principal_name = var.bot.user_principal_name
  display_name        = var.bot.display_name
  usage_location      = var.bot.usage_location
  license_skus        = var.bot.license_skus
  password_wo         = var.bot_password
  password_wo_version = var.bot_password_version
}

resource "msteamssync_metered_billing" "this" {
  count = var.billing_model == "metered" ? 1 : 0

  name                = var.metered_billing.name
  resource_group_name = var.metered_billing.resource_group_name
  subscription_id     = var.metered_billing.subscription_id
  client_id           = msteamssync_application.this.client_id
  tags                = var.metered_billing.tags

  lifecycle {
    precondition {
      condition     = var.metered_billing != null
      error_message = "billing_model = \"metered\" needs metered_billing = { resource_group_name = … }: the billing account is an Azure resource and lives in a resource group."
    }
  }
}

# Mattermost: the order is plugin, secret, settings; Terraform destroys in the reverse order.

resource "msteamssync_plugin" "this" {
  enabled          = var.plugin_enabled
  restart_triggers = var.plugin_restart_triggers
}

resource "msteamssync_client_secret" "this" {
  client_id         = msteamssync_application.this.client_id
  valid_for         = var.client_secret_valid_for
  rotation_triggers = var.client_secret_rotation_triggers

  depends_on = [msteamssync_plugin.this]
}

resource "msteamssync_plugin_config" "this" {
  site_url  = var.site_url
  tenant_id = var.tenant_id
  client_id = msteamssync_application.this.client_id

  cloud           = var.cloud
  login_url       = try(var.custom_cloud.login_url, null)
  graph_url       = try(var.custom_cloud.graph_url, null)
  ca_certificates = try(var.custom_cloud.ca_certificates, null)

  billing_model            = var.billing_model
  enforce_connected_users  = var.enforce_connected_users
  allow_skip_connect_users = var.allow_skip_connect_users
  enabled_teams            = var.enabled_teams

  depends_on = [msteamssync_client_secret.this, msteamssync_admin_consent.this]
}
