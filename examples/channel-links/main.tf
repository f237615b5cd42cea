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

locals {
  # One line, or one item, for each pair of channels. The file's name says how it is to be read.
  rows = jsondecode(endswith(var.links_file, ".csv") ? jsonencode(csvdecode(file(var.links_file))) : jsonencode(yamldecode(file(var.links_file))))

  # A link is known by its Mattermost channel, so that lines may be sorted, and an edit of one changes no other.
  links = { for row in local.rows : "${row.mattermost_team}/${row.mattermost_channel}" => {
    mattermost_team    = row.mattermost_team
    mattermost_channel = row.mattermost_channel
    teams_team         = row.teams_team
    teams_channel      = row.teams_channel
    backfill_days      = try(tonumber(row.backfill_days), null)
  } }
}

module "msteams_sync" {
  source = "../../modules/msteams-sync"

  site_url  = var.site_url
  tenant_id = var.tenant_id

  channel_links   = local.links
  unmanaged_links = var.unmanaged_links

  cloud = var.endpoints == null ? "public" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }

  deletion_protection = var.deletion_protection
}

output "channel_links" {
  description = "IDs of both sides of each link."
  value       = module.msteams_sync.channel_links
}
