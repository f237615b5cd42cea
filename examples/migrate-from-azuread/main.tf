# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

terraform {
  required_version = ">= 1.11"

  required_providers {
    msteamssync = {
      source  = "msteamssync/msteamssync"
      version = ">= 0.1.0"
    }

    # Terraform reads the old state with these; they are asked for nothing. Remove them when the apply is done.
    azuread = {
      source = "hashicorp/azuread"
    }
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

provider "msteamssync" {
  tenant_id       = var.tenant_id
  endpoints       = var.endpoints
  ca_certificates = var.ca_certificates
}

resource "msteamssync_application" "this" {
  display_name        = var.display_name
  site_url            = var.site_url
  deletion_protection = var.deletion_protection

  # The secret that azuread made stays in use until the one below has taken its place; remove it in Entra then.
  foreign_credentials = var.old_secret_key_ids
}

resource "msteamssync_admin_consent" "this" {
  client_id = msteamssync_application.this.client_id
}

resource "msteamssync_bot_user" "this" {
  user_principal_name = var.bot.user_principal_name
  display_name        = var.bot.display_name
  deletion_protection = var.deletion_protection
}

resource "msteamssync_metered_billing" "this" {
  name                = var.metered_billing.name
  resource_group_name = var.metered_billing.resource_group_name
  client_id           = msteamssync_application.this.client_id
}
