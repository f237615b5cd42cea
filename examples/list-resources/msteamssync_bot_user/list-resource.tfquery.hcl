# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform 1.14 or later, in a file whose name ends in .tfquery.hcl: terraform query -generate-config-out=bots.tf
list "msteamssync_bot_user" "bots" {
  provider         = msteamssync
  include_resource = true

  config {
    user_principal_name_prefix = "mattermost-bridge"
  }
}
