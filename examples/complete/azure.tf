# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

resource "msteamssync_application" "this" {
  display_name        = "Mattermost MS Teams Sync (complete)"
  site_url            = var.site_url
  sign_in_audience    = "AzureADMyOrg"
  extra_redirect_uris = [provider::msteamssync::redirect_uri("https://chat-staging.example.com")]
  owners              = var.owners

  # What the profiles of the catalogue need: channels, direct and group messages, files and mirrored people.
  delegated_permissions   = local.permissions.delegated
  application_permissions = local.permissions.application

  certificates                = [msteamssync_client_certificate.this.certificate_pem]
  managed_secret_descriptions = [local.secret_description]
  foreign_credentials         = [] # key IDs of those that somebody has to keep
  restore_deleted             = true
  deletion_protection         = var.deletion_protection
}

locals {
  permissions        = provider::msteamssync::required_permissions("guide")
  secret_description = "Mattermost bridge"
}

resource "msteamssync_admin_consent" "this" {
  client_id           = msteamssync_application.this.client_id
  delegated           = msteamssync_application.this.delegated_permissions
  application         = msteamssync_application.this.application_permissions
  foreign_user_grants = []
}

resource "msteamssync_bot_user" "this" {
  user_principal_name = var.bot_user_principal_name
  display_name        = "Mattermost Bridge"
  mail_nickname       = "mattermost-bridge"
  usage_location      = "US"
  license_skus        = ["TEAMS_ENTERPRISE"]
  account_enabled     = true
  password_wo         = var.bot_password
  password_wo_version = 1
  restore_deleted     = true
  deletion_protection = var.deletion_protection
}

resource "msteamssync_metered_billing" "this" {
  name                = "mattermost-msteams-sync"
  resource_group_name = var.resource_group_name
  subscription_id     = var.subscription_id
  client_id           = msteamssync_application.this.client_id
  tags                = { team = "collaboration" }
}
