# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

output "client_id" {
  description = "Application (client) ID of the app registration."
  value       = module.azure.client_id
}

output "service_principal_object_id" {
  description = "Object ID of the app registration's service principal."
  value       = module.azure.service_principal_object_id
}

output "redirect_uris" {
  description = "Redirect URIs registered in Entra."
  value       = module.azure.redirect_uris
}

output "client_secret_key_id" {
  description = "Key ID of the client secret in use, Secret ID in the portal; null without one."
  value       = one(msteamssync_client_secret.this[*].key_id)
}

output "client_secret_expires_at" {
  description = "When the client secret expires, RFC 3339 in UTC; null without one."
  value       = one(msteamssync_client_secret.this[*].expires_at)
}

output "certificate_not_after" {
  description = "Until when the certificate is valid, RFC 3339 in UTC; null without one."
  value       = module.mattermost.certificate_not_after
}

output "bot_user_principal_name" {
  description = "Name with which a system admin connects the bot (/msteams-sync connect-bot); null without a managed bot."
  value       = module.azure.bot_user_principal_name
}

output "billing_account_id" {
  description = "ARM ID of the metered billing account; null without one."
  value       = module.azure.billing_account_id
}

output "plugin_version" {
  description = "Version of the plugin that is installed."
  value       = module.mattermost.plugin_version
}

output "channel_links" {
  description = "IDs of both sides of each link, by the names of channel_links."
  value       = module.mattermost.channel_links
}

output "cloud" {
  description = "Microsoft cloud that the plugin talks to."
  value       = module.mattermost.cloud
}
