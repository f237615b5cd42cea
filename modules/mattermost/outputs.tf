# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

output "plugin_id" {
  description = "ID of the plugin. Whoever uses it comes after the plugin runs, and does not wait for its settings."
  value       = msteamssync_plugin.this.id
}

output "plugin_version" {
  description = "Version of the plugin that is installed."
  value       = msteamssync_plugin.this.version
}

output "certificate_pem" {
  description = "Certificate for the app registration, PEM; public. Null without client_certificate."
  value       = one(msteamssync_client_certificate.this[*].certificate_pem)
}

output "certificate_not_after" {
  description = "Until when the certificate is valid, RFC 3339 in UTC; null without client_certificate."
  value       = one(msteamssync_client_certificate.this[*].not_after)
}

output "managed_keys" {
  description = "Keys of the plugin's settings that Terraform owns, besides those of the client secret."
  value       = msteamssync_plugin_config.this.managed_keys
}

output "channel_links" {
  description = "IDs of both sides of each link, by the names of channel_links."
  value = { for name, link in msteamssync_channel_link.this : name => {
    mattermost_channel_id = link.mattermost_channel_id
    teams_team_id         = link.teams_team_id
    teams_channel_id      = link.teams_channel_id
  } }
}

output "cloud" {
  description = "Microsoft cloud that the plugin talks to."
  value       = msteamssync_plugin_config.this.cloud
}
