# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

resource "msteamssync_connection_whitelist" "this" {
  users = [for user in keys(var.account_mappings) : user]

  depends_on = [msteamssync_plugin_config.this]
}

resource "msteamssync_account_mapping" "this" {
  for_each = var.account_mappings

  mattermost_user = each.key
  teams_user      = each.value

  depends_on = [msteamssync_plugin_config.this]
}

# The tenant must allow log-in with a password; otherwise a system admin connects the bot with /msteams-sync connect-bot.
resource "msteamssync_bot_connection" "this" {
  user_principal_name = msteamssync_bot_user.this.user_principal_name
  password_wo         = var.bot_password
  password_wo_version = 1

  depends_on = [msteamssync_plugin_config.this]
}
