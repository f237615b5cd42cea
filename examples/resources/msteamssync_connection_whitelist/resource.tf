# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Only these users may connect an account.
resource "msteamssync_connection_whitelist" "this" {
  users = ["anna.berg", "li.wei"]

  depends_on = [msteamssync_plugin.this]
}

resource "msteamssync_plugin_config" "this" {
  connected_users_restricted = true

  depends_on = [msteamssync_plugin.this]
}
