# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

resource "msteamssync_bot_user" "this" {
  user_principal_name = "mattermost-bridge@example.com"
  display_name        = "Mattermost Bridge"
  usage_location      = "US"
  license_skus        = ["TEAMS_ENTERPRISE"]
  restore_deleted     = true
  deletion_protection = true

  # Neither the state nor the plan holds the password. Raise the version to send a changed one.
  password_wo         = var.bot_password
  password_wo_version = 1
}

variable "bot_password" {
  description = "Password of the bot account."
  type        = string
  sensitive   = true
  ephemeral   = true
}
