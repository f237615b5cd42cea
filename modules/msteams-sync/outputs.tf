# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

output "client_id" {
  description = "Application (client) ID of the app registration."
  value       = msteamssync_application.this.client_id
}

output "service_principal_object_id" {
  description = "Object ID of the app registration's service principal."
  value       = msteamssync_application.this.service_principal_object_id
}

output "redirect_uris" {
  description = "Redirect URIs registered in Entra."
  value       = msteamssync_application.this.redirect_uris
}

output "client_secret_expires_at" {
  description = "When the client secret expires, RFC 3339 in UTC."
  value       = msteamssync_client_secret.this.expires_at
}

output "bot_user_principal_name" {
  description = "Name with which a system admin connects the bot (/msteams-sync connect-bot); null without a managed bot."
  value       = one(msteamssync_bot_user.this[*].user_principal_name)
}

output "plugin_version" {
  description = "Version of the plugin that is installed."
  value       = msteamssync_plugin.this.version
}
