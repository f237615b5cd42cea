# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

output "client_id" {
  description = "Application (client) ID of the app registration."
  value       = msteamssync_application.this.client_id
}

output "registered_at" {
  description = "When the application was registered."
  value       = data.msteamssync_application.this.created_at
}

output "plugin_version" {
  description = "Version of the plugin that is installed."
  value       = msteamssync_plugin.this.version
}

output "least_privilege" {
  description = "Application permissions that channels alone would need."
  value       = [for p in data.msteamssync_permissions.channels.permissions : p.name]
}

output "site_url" {
  description = "Site URL as the provider compares it."
  value       = provider::msteamssync::normalize_site_url(var.site_url)
}

output "send_permission_id" {
  description = "GUID of the permission to send messages in channels, as the portal's manifest shows it."
  value       = provider::msteamssync::permission_id("delegated", "ChannelMessage.Send")
}

output "admin_consent_url" {
  description = "Where an administrator could consent by hand."
  value       = provider::msteamssync::admin_consent_url(var.tenant_id, msteamssync_application.this.client_id, var.site_url)
}
