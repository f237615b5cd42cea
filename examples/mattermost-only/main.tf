# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The Mattermost team's half. It needs no access to Azure.
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
  endpoints       = var.endpoints
  ca_certificates = var.ca_certificates
}

module "mattermost" {
  source = "../../modules/mattermost"

  site_url  = var.site_url
  tenant_id = var.tenant_id
  client_id = var.client_id

  # The plugin makes the key pair and keeps the private key.
  client_certificate = {}

  cloud = var.endpoints == null ? "public" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }

  # Channels are linked through the application, so they wait for it.
  channel_links       = var.client_id == null ? {} : var.channel_links
  deletion_protection = var.deletion_protection
}

output "certificate_pem" {
  description = "Certificate to hand over to the Azure team; public."
  value       = module.mattermost.certificate_pem
}

output "certificate_not_after" {
  description = "Until when the certificate is valid, RFC 3339 in UTC."
  value       = module.mattermost.certificate_not_after
}
