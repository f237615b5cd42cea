# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Names as they stand in the address of the channel: https://chat.example.com/sales/channels/town-square
data "msteamssync_mattermost_channel" "town_square" {
  team_name    = "sales"
  channel_name = "town-square"
}
