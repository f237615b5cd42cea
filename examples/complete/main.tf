# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Every option of every resource, without the modules. Take what you need: what is left out keeps its default.

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
  # Log-in: ARM_CLIENT_SECRET, a certificate (client_certificate_path), OIDC (use_oidc) or the user of az login (use_cli).
  environment         = "public"
  tenant_id           = var.tenant_id
  subscription_id     = var.subscription_id # of the billing account
  endpoints           = var.endpoints
  ca_certificates     = var.ca_certificates
  consistency_timeout = "5m"

  mattermost = {
    url = var.site_url # the token is MM_TOKEN
  }
}
