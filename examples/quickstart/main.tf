# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# One page that sets up everything the portal guide does by hand.
# Azure credentials: the usual ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET (or az login with use_cli = true).
# Mattermost credentials: MM_URL and MM_TOKEN, a system admin's personal access token.

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

module "msteams_sync" {
  source = "../../modules/msteams-sync"

  site_url  = var.site_url
  tenant_id = var.tenant_id

  bot          = var.bot
  bot_password = var.bot_password

  billing_model            = var.billing_model
  metered_billing          = var.metered_billing
  enforce_connected_users  = true
  allow_skip_connect_users = true

  cloud = var.endpoints == null ? "public" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }

  deletion_protection = var.deletion_protection
}

output "client_id" {
  description = "Application (client) ID of the app registration."
  value       = module.msteams_sync.client_id
}

output "redirect_uris" {
  description = "Redirect URIs registered in Entra."
  value       = module.msteams_sync.redirect_uris
}
