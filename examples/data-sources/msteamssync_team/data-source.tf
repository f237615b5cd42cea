# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

data "msteamssync_team" "sales" {
  name = "Sales"
}

output "sales_team_id" {
  value = data.msteamssync_team.sales.id
}
