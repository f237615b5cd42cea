# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# By names, as in the address on the Mattermost side, and as people see them on the Teams side.
resource "msteamssync_channel_link" "by_name" {
  mattermost_team        = var.mattermost_team
  mattermost_channel     = var.mattermost_channels[0]
  teams_team             = var.teams_team
  teams_channel          = var.teams_channels[0]
  backfill_days          = 30
  backfill_to_teams_days = 0 # each would be a new message in Teams, of which people are notified
  deletion_protection    = var.deletion_protection

  depends_on = [msteamssync_plugin_config.this]
}

# By ids, which survive renaming.
data "msteamssync_mattermost_channel" "second" {
  team_name    = var.mattermost_team
  channel_name = var.mattermost_channels[1]
}

data "msteamssync_team" "this" {
  name = var.teams_team

  depends_on = [msteamssync_plugin_config.this]
}

data "msteamssync_channel" "second" {
  team_id = data.msteamssync_team.this.id
  name    = var.teams_channels[1]

  depends_on = [msteamssync_plugin_config.this]
}

resource "msteamssync_channel_link" "by_id" {
  mattermost_channel_id = data.msteamssync_mattermost_channel.second.id
  teams_team_id         = data.msteamssync_team.this.id
  teams_channel_id      = data.msteamssync_channel.second.id
  deletion_protection   = var.deletion_protection

  depends_on = [msteamssync_plugin_config.this]
}

resource "msteamssync_channel_links_exclusive" "this" {
  link_ids        = [msteamssync_channel_link.by_name.id, msteamssync_channel_link.by_id.id]
  unmanaged       = "report"
  unmanaged_links = [] # Mattermost channels whose links are tolerated
}
