# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

resource "msteamssync_channel_link" "this" {
  for_each = var.channel_links

  mattermost_channel_id  = each.value.mattermost_channel_id
  mattermost_team        = each.value.mattermost_team
  mattermost_channel     = each.value.mattermost_channel
  teams_team_id          = each.value.teams_team_id
  teams_channel_id       = each.value.teams_channel_id
  teams_team             = each.value.teams_team
  teams_channel          = each.value.teams_channel
  backfill_days          = each.value.backfill_days
  backfill_to_teams_days = each.value.backfill_to_teams_days
  deletion_protection    = coalesce(each.value.deletion_protection, var.deletion_protection)

  depends_on = [msteamssync_plugin_config.this]
}

resource "msteamssync_channel_links_exclusive" "this" {
  count = var.unmanaged_links == "ignore" ? 0 : 1

  link_ids        = [for link in msteamssync_channel_link.this : link.id]
  unmanaged       = var.unmanaged_links
  unmanaged_links = var.tolerated_links

  depends_on = [msteamssync_plugin_config.this]
}
