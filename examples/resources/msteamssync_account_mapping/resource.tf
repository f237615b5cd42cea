# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The same person with two e-mail addresses.
resource "msteamssync_account_mapping" "this" {
  mattermost_user = "anna.berg"
  teams_user      = "a.berg@corp.example.com"

  depends_on = [msteamssync_plugin.this]
}
