# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Made in Entra, delivered to the plugin, in neither state nor plan. It is rotated 30 days before it expires, and the old
# one is removed a day after the new one works.
resource "msteamssync_client_secret" "this" {
  client_id     = msteamssync_application.this.client_id
  valid_for     = "4320h" # 180 days
  rotate_before = "720h"
  overlap       = "24h"

  # Change any of these to rotate at once.
  rotation_triggers = {
    incident = "2027-001"
  }

  depends_on = [msteamssync_plugin.this]
}
