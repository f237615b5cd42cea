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

module "msteams_sync" {
  source = "../../modules/msteams-sync"

  site_url  = var.site_url
  tenant_id = var.tenant_id

  bot          = var.bot
  bot_password = var.bot_password
  connect_bot  = var.bot != null

  channel_links   = var.channel_links
  unmanaged_links = "report"

  cloud = var.endpoints == null ? "public" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }

  deletion_protection = var.deletion_protection
}

# What no attribute shows: whether messages can travel. A plan that finds something out of order warns, and so does the
# drift check, with what to do about it. The data source stands outside of the check: inside, it would be read again by each
# apply, and every plan -detailed-exitcode would end with 2.
data "msteamssync_readiness" "this" {
  client_id       = module.msteams_sync.client_id
  credential_days = 14

  depends_on = [module.msteams_sync] # while something is to be changed, the question waits for the apply
}

check "bridge" {
  assert {
    condition     = data.msteamssync_readiness.this.ready
    error_message = join(" ", [for c in data.msteamssync_readiness.this.checks : "${c.check}: ${c.detail} ${c.fix}" if !c.ok])
  }
}

output "client_id" {
  description = "Application (client) ID of the app registration."
  value       = module.msteams_sync.client_id
}
