# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# By names.
resource "msteamssync_channel_link" "this" {
  mattermost_team    = "engineering"
  mattermost_channel = "town-square"
  teams_team         = "Engineering"
  teams_channel      = "General"

  deletion_protection = true
}

# By ids.
resource "msteamssync_channel_link" "support" {
  mattermost_channel_id = "4xp9fdt77pncbef59f4k1qe83o"
  teams_team_id         = "99999999-9999-4999-8999-999999999999"
  teams_channel_id      = "19:1234567890abcdef1234567890abcdef@thread.tacv2"
}
