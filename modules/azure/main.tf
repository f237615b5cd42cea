# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

resource "msteamssync_application" "this" {
  display_name                = var.display_name
  site_url                    = var.site_url
  sign_in_audience            = var.sign_in_audience
  extra_redirect_uris         = var.extra_redirect_uris
  delegated_permissions       = var.delegated_permissions
  application_permissions     = var.application_permissions
  owners                      = var.owners
  certificates                = var.certificates
  foreign_credentials         = var.foreign_credentials
  managed_secret_descriptions = var.managed_secret_descriptions
  restore_deleted             = var.restore_deleted
  deletion_protection         = var.deletion_protection
}

resource "msteamssync_admin_consent" "this" {
  client_id           = msteamssync_application.this.client_id
  delegated           = msteamssync_application.this.delegated_permissions
  application         = msteamssync_application.this.application_permissions
  foreign_user_grants = var.foreign_user_grants
}

resource "msteamssync_bot_user" "this" {
  count = var.bot == null ? 0 : 1

  user_principal_name = var.bot.user_principal_name
  display_name        = var.bot.display_name
  mail_nickname       = var.bot.mail_nickname
  usage_location      = var.bot.usage_location
  license_skus        = var.bot.license_skus
  account_enabled     = var.bot.account_enabled
  password_wo         = var.bot_password
  password_wo_version = var.bot_password_version
  restore_deleted     = var.restore_deleted
  deletion_protection = var.deletion_protection
}

resource "msteamssync_metered_billing" "this" {
  count = var.metered_billing == null ? 0 : 1

  name                = var.metered_billing.name
  resource_group_name = var.metered_billing.resource_group_name
  subscription_id     = var.metered_billing.subscription_id
  client_id           = msteamssync_application.this.client_id
  tags                = var.metered_billing.tags
}
