# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Outside the check block, because Terraform reads a data source inside one in every apply, so that no plan is ever empty.
data "msteamssync_readiness" "this" {
  bot_user_principal_name = "bridge@example.com"
  credential_days         = 14

  # What the bridge is made of: while any of it is to be changed, the question waits for the apply.
  depends_on = [msteamssync_plugin.this]
}

# A check block warns at the end of every plan and apply, and fails nothing.
check "bridge" {
  assert {
    condition = data.msteamssync_readiness.this.ready
    error_message = join("\n", [
      for c in data.msteamssync_readiness.this.checks : "${c.check}: ${c.detail} ${c.fix}" if !c.ok
    ])
  }
}
