# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

data "msteamssync_team" "sales" {
  name = "Sales"
}

data "msteamssync_channel" "general" {
  team_id = data.msteamssync_team.sales.id
  name    = "General"
}
