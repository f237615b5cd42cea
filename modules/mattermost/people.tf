# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Who may connect, and who speaks for those who have not.

resource "msteamssync_connection_whitelist" "this" {
  count = var.connection_whitelist == null ? 0 : 1

  users = var.connection_whitelist

  depends_on = [msteamssync_plugin_config.this]
}

resource "msteamssync_account_mapping" "this" {
  for_each = var.account_mappings

  mattermost_user = each.key
  teams_user      = each.value

  depends_on = [msteamssync_plugin_config.this]
}

resource "msteamssync_bot_connection" "this" {
  count = var.bot_user_principal_name == null ? 0 : 1

  user_principal_name = var.bot_user_principal_name
  password_wo         = var.bot_password
  password_wo_version = var.bot_password_version

  depends_on = [msteamssync_plugin_config.this]
}
