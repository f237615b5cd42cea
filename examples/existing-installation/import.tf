# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Everything is imported by what a person can see in a portal. After the first apply this file has done its work.

import {
  to = msteamssync_application.this
  id = var.client_id
}

import {
  to = msteamssync_admin_consent.this
  id = var.client_id
}

import {
  to = msteamssync_bot_user.this
  id = var.bot.user_principal_name
}

import {
  to = msteamssync_plugin.this
  id = "com.mattermost.msteams-sync"
}

import {
  to = msteamssync_client_secret.this
  id = "${var.client_id}/${var.client_secret.key_id}"
}

import {
  to = msteamssync_plugin_config.this
  id = "com.mattermost.msteams-sync"
}

import {
  for_each = var.channel_links
  to       = msteamssync_channel_link.this[each.key]
  id       = each.key
}
