# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

data "msteamssync_plugin_status" "this" {}

check "queues" {
  assert {
    condition     = data.msteamssync_plugin_status.this.running && try(data.msteamssync_plugin_status.this.queues["outbound"].dead, 0) == 0
    error_message = coalesce(data.msteamssync_plugin_status.this.error, "Messages to Teams were given up.")
  }
}
