# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform 1.14 or later, in a file whose name ends in .tfquery.hcl: terraform query -generate-config-out=secrets.tf
list "msteamssync_client_secret" "secrets" {
  provider         = msteamssync
  include_resource = true

  config {
    client_id = "11111111-2222-4333-8444-555555555555"
  }
}
