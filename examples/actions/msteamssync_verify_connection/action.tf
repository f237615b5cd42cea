# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform 1.14 or later. After each change of the settings the connection is tried out.
action "msteamssync_verify_connection" "this" {}

resource "msteamssync_plugin_config" "this" {
  tenant_id = "11111111-1111-4111-8111-111111111111"
  client_id = "44444444-4444-4444-8444-444444444444"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.msteamssync_verify_connection.this]
    }
  }
}
