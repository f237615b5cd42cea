# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Optional: Microsoft stopped metering the Teams APIs on 2025-08-25.
resource "msteamssync_metered_billing" "this" {
  name                = "mattermost-msteams-sync"
  resource_group_name = "collaboration"
  client_id           = msteamssync_application.this.client_id
  tags                = { owner = "chat" }
}

resource "msteamssync_application" "this" {
  site_url = "https://chat.example.com"
}
