# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# A bridge of channels with files and nothing else: the least permissions that do it.
locals {
  permissions = provider::msteamssync::required_permissions("channels", "files")
}

resource "msteamssync_application" "this" {
  site_url                = "https://chat.example.com"
  delegated_permissions   = local.permissions.delegated
  application_permissions = local.permissions.application
}
