# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Made in Entra, delivered to the plugin, in neither state nor plan. It rotates with the first apply of each quarter.
resource "msteamssync_client_secret" "this" {
  client_id = msteamssync_application.this.client_id
  valid_for = "4320h" # 180 days

  rotation_triggers = {
    quarter = "2027-Q1"
  }

  depends_on = [msteamssync_plugin.this]
}
