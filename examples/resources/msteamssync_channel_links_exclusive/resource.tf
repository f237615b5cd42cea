# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# These links and no others. A link that somebody makes by hand is removed with the next apply.
resource "msteamssync_channel_links_exclusive" "this" {
  link_ids  = [for link in msteamssync_channel_link.this : link.id]
  unmanaged = "remove" # or "report": every plan names it until it is gone or listed
}

resource "msteamssync_channel_link" "this" {
  for_each = {
    "town-square" = "General"
    "releases"    = "Releases"
  }

  mattermost_team    = "engineering"
  mattermost_channel = each.key
  teams_team         = "Engineering"
  teams_channel      = each.value
}
