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

  # Switch here, or with -var, and apply; nothing is lost on the way. The billing account comes and goes with the model.
  billing_model   = var.billing_model
  metered_billing = { resource_group_name = var.resource_group_name }

  # Only subscriptions to a whole tenant name a model. Below this number of linked channels each has a subscription of
  # its own, which was never metered.
  tenant_subscription_from = var.tenant_subscription_from

  channel_links = var.channel_links

  cloud = var.endpoints == null ? "public" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }

  deletion_protection = var.deletion_protection
}

output "billing_account_id" {
  description = "ARM ID of the billing account; null in the evaluation model."
  value       = module.msteams_sync.billing_account_id
}
