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

  # The plugin makes a key pair and keeps the private key; Entra gets the certificate. No text crosses that could leak.
  # On the way from a secret, ["secret", "certificate"] keeps both until the certificate works.
  credentials = var.credentials
  client_certificate = {
    valid_for         = "8760h" # a year
    rotate_before     = "720h"  # plans show a new one from 30 days before its end on
    rotation_triggers = var.rotation_triggers
  }

  cloud = var.endpoints == null ? "public" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }

  deletion_protection = var.deletion_protection
}

output "certificate_not_after" {
  description = "Until when the certificate is valid, RFC 3339 in UTC."
  value       = module.msteams_sync.certificate_not_after
}
