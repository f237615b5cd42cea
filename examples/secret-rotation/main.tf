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

  client_secret_valid_for     = "4320h"     # 180 days
  client_secret_rotate_before = "720h"      # plans show a rotation from 30 days before its end on
  client_secret_overlap       = var.overlap # how long the previous secret stays valid after a rotation
  client_secret_rotation_triggers = {
    rotation = var.rotation
  }

  cloud = var.endpoints == null ? "public" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }

  deletion_protection = var.deletion_protection
}

# For people who look at no pipeline: every plan and apply says so when the secret nears its end.
check "client_secret" {
  assert {
    condition     = provider::msteamssync::days_until(module.msteams_sync.client_secret_expires_at, plantimestamp()) > 14
    error_message = "The client secret expires on ${module.msteams_sync.client_secret_expires_at}; apply to rotate it."
  }
}

# What can log in as the application, and who looks after it.
data "msteamssync_credential_audit" "this" {
  client_id = module.msteams_sync.client_id

  depends_on = [module.msteams_sync] # while a rotation is planned, the question waits for it
}

output "credentials" {
  description = "Each credential of the registration, when it expires, and whether Terraform looks after it."
  value = [for c in data.msteamssync_credential_audit.this.credentials : {
    key_id     = c.key_id
    name       = c.name
    expires_at = c.expires_at
    managed    = c.managed
  }]
}

output "key_id" {
  description = "Key ID of the secret in use, Secret ID in the portal."
  value       = module.msteams_sync.client_secret_key_id
}
