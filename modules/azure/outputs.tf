# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

output "client_id" {
  description = "Application (client) ID of the app registration, for the Mattermost side. Whoever uses it comes after the consent."
  value       = msteamssync_application.this.client_id
  depends_on  = [msteamssync_admin_consent.this]
}

output "object_id" {
  description = "Object ID of the app registration."
  value       = msteamssync_application.this.id
}

output "service_principal_object_id" {
  description = "Object ID of the app registration's service principal."
  value       = msteamssync_application.this.service_principal_object_id
}

output "redirect_uris" {
  description = "Redirect URIs registered in Entra."
  value       = msteamssync_application.this.redirect_uris
}

output "bot_user_principal_name" {
  description = "Name with which the bot is connected; null without a managed bot."
  value       = one(msteamssync_bot_user.this[*].user_principal_name)
}

output "billing_account_id" {
  description = "ARM ID of the metered billing account; null without one."
  value       = one(msteamssync_metered_billing.this[*].id)
}
