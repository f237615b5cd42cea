# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

data "msteamssync_team" "engineering" {
  name = "Engineering"

  depends_on = [msteamssync_plugin_config.this]
}
