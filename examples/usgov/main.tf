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
  environment     = "usgov" # GCC High; usgovdod for DoD. GCC (without High) lives in the public cloud
  tenant_id       = var.tenant_id
  endpoints       = var.endpoints
  ca_certificates = var.ca_certificates
}

module "msteams_sync" {
  source = "../../modules/msteams-sync"

  site_url  = var.site_url
  tenant_id = var.tenant_id

  # Log-in at login.microsoftonline.us, Graph at graph.microsoft.us. Microsoft has no metered billing here.
  cloud = var.endpoints == null ? "usgov" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }
  billing_model = "evaluation"

  deletion_protection = var.deletion_protection
}

output "client_id" {
  description = "Application (client) ID of the app registration."
  value       = module.msteams_sync.client_id
}

output "admin_consent_url" {
  description = "Where an administrator could consent by hand."
  value       = provider::msteamssync::admin_consent_url(var.tenant_id, module.msteams_sync.client_id, var.site_url, "usgov")
}
