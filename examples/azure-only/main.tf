# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The Azure team's half. It needs no access to Mattermost.
# Azure credentials: the usual ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET (or az login with use_cli = true).

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

module "azure" {
  source = "../../modules/azure"

  site_url     = var.site_url
  certificates = var.certificate_pem == null ? null : [var.certificate_pem]

  bot          = var.bot
  bot_password = var.bot_password

  deletion_protection = var.deletion_protection
}

output "client_id" {
  description = "Application (client) ID; hand it over to the Mattermost team."
  value       = module.azure.client_id
}

output "tenant_id" {
  description = "Directory (tenant) ID; hand it over to the Mattermost team."
  value       = var.tenant_id
}

output "bot_user_principal_name" {
  description = "Bot account for the Mattermost team to connect; null without one."
  value       = module.azure.bot_user_principal_name
}
