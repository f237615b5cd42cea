# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

data "msteamssync_team" "engineering" {
  name = "Engineering"
}

data "msteamssync_channel" "general" {
  team_id = data.msteamssync_team.engineering.id
  name    = "General"
}
