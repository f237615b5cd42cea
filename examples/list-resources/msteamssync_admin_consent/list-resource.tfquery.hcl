# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform 1.14 or later, in a file whose name ends in .tfquery.hcl: terraform query -generate-config-out=consents.tf
list "msteamssync_admin_consent" "consents" {
  provider         = msteamssync
  include_resource = true

  config {
    display_name_prefix = "Mattermost"
  }
}
