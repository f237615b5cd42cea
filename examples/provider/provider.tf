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

# Every argument can come from the environment instead: ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET,
# ARM_SUBSCRIPTION_ID, MM_URL and MM_TOKEN. A team that holds one side's credentials leaves the other side out.
provider "msteamssync" {
  tenant_id       = "11111111-1111-4111-8111-111111111111"
  client_id       = "22222222-2222-4222-8222-222222222222"
  client_secret   = var.provisioner_secret
  subscription_id = "33333333-3333-4333-8333-333333333333"

  mattermost = {
    url   = "https://chat.example.com"
    token = var.mattermost_token
  }
}

variable "provisioner_secret" {
  description = "Client secret of the app registration that Terraform logs in as."
  type        = string
  sensitive   = true
}

variable "mattermost_token" {
  description = "Personal access token of a Mattermost system admin."
  type        = string
  sensitive   = true
}
