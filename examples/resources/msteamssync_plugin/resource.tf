# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The plugin that this release of the provider carries, enabled and running.
resource "msteamssync_plugin" "this" {}

# A bundle from your own file server. A new client ID in the settings restarts the plugin.
resource "msteamssync_plugin" "mirrored" {
  bundle_url    = "https://files.example.com/com.mattermost.msteams-sync-0.1.0.tar.gz"
  bundle_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

  restart_triggers = {
    client_id = msteamssync_application.this.client_id
  }
}
