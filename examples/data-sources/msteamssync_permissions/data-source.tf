# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# What a bridge of channels needs of an administrator. No credentials are needed to ask.
data "msteamssync_permissions" "channels" {
  profile = "channels"
}

output "needs_an_administrator" {
  value = [for p in data.msteamssync_permissions.channels.permissions : "${p.name} (${p.kind})" if p.admin_consent]
}
