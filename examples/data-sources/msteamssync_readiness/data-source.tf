# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# A check block warns at the end of every plan and apply, and fails nothing.
check "bridge" {
  data "msteamssync_readiness" "this" {
    bot_user_principal_name = "bridge@example.com"
    credential_days         = 14
  }

  assert {
    condition = data.msteamssync_readiness.this.ready
    error_message = join("\n", [
      for c in data.msteamssync_readiness.this.checks : "${c.check}: ${c.detail} ${c.fix}" if !c.ok
    ])
  }
}
