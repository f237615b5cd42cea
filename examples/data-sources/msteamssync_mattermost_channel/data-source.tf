# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

data "msteamssync_mattermost_channel" "town_square" {
  team_name    = "engineering"
  channel_name = "town-square"
}
