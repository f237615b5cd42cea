# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform 1.14 or later, in a file whose name ends in .tfquery.hcl: terraform query -generate-config-out=links.tf
list "msteamssync_channel_link" "links" {
  provider         = msteamssync
  include_resource = true

  config {
    teams_team_id = "33333333-4444-4555-8666-777777777777"
  }
}
