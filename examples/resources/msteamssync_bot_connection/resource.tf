# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Connects the bot without a browser, where the tenant allows the password grant. Otherwise the error names the link to click.
resource "msteamssync_bot_connection" "this" {
  user_principal_name = msteamssync_bot_user.this.user_principal_name
  password_wo         = var.bot_password
  password_wo_version = 1

  depends_on = [msteamssync_plugin_config.this, msteamssync_admin_consent.this]
}

variable "bot_password" {
  description = "Password of the bot account."
  type        = string
  sensitive   = true
  ephemeral   = true
}
