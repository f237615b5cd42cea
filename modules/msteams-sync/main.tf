# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Azure, with the certificate that the plugin has made.
module "azure" {
  source = "../azure"

  site_url                    = var.site_url
  display_name                = var.display_name
  sign_in_audience            = var.sign_in_audience
  delegated_permissions       = var.delegated_permissions
  application_permissions     = var.application_permissions
  extra_redirect_uris         = var.extra_redirect_uris
  owners                      = var.owners
  foreign_credentials         = var.foreign_credentials
  foreign_user_grants         = var.foreign_user_grants
  bot                         = var.bot
  bot_password                = var.bot_password
  bot_password_version        = var.bot_password_version
  restore_deleted             = var.restore_deleted
  deletion_protection         = var.deletion_protection
  certificates                = contains(var.credentials, "certificate") ? [module.mattermost.certificate_pem] : null
  managed_secret_descriptions = var.client_secret_description == null ? null : [var.client_secret_description]
  metered_billing             = var.billing_model == "metered" ? var.metered_billing : null
}

# The one resource that needs both sides: Microsoft makes the secret, and the same run puts it into the plugin's settings.
resource "msteamssync_client_secret" "this" {
  count = contains(var.credentials, "secret") ? 1 : 0

  client_id         = module.azure.client_id
  description       = var.client_secret_description
  valid_for         = var.client_secret_valid_for
  rotate_before     = var.client_secret_rotate_before
  overlap           = var.client_secret_overlap
  rotation_triggers = var.client_secret_rotation_triggers

  depends_on = [module.mattermost.plugin_id]
}

module "mattermost" {
  source = "../mattermost"

  tenant_id = var.tenant_id
  site_url  = var.site_url
  client_id = module.azure.client_id

  client_certificate = contains(var.credentials, "certificate") ? var.client_certificate : null
  settings_after     = msteamssync_client_secret.this[*].key_id

  cloud         = var.cloud
  custom_cloud  = var.custom_cloud
  billing_model = var.billing_model

  plugin_enabled                        = var.plugin_enabled
  plugin_restart_triggers               = var.plugin_restart_triggers
  plugin_bundle                         = var.plugin_bundle
  plugin_allow_downgrade                = var.plugin_allow_downgrade
  tenant_subscription_from              = var.tenant_subscription_from
  enforce_connected_users               = var.enforce_connected_users
  allow_skip_connect_users              = var.allow_skip_connect_users
  sync_linked_channels                  = var.sync_linked_channels
  sync_direct_messages                  = var.sync_direct_messages
  sync_group_messages                   = var.sync_group_messages
  selective_sync                        = var.selective_sync
  sync_remote_only                      = var.sync_remote_only
  sync_reactions                        = var.sync_reactions
  sync_file_attachments                 = var.sync_file_attachments
  sync_system_messages                  = var.sync_system_messages
  sync_users                            = var.sync_users
  sync_guest_users                      = var.sync_guest_users
  sync_users_domains                    = var.sync_users_domains
  sync_users_groups                     = var.sync_users_groups
  enforce_connected_posting             = var.enforce_connected_posting
  linkable_teams                        = var.linkable_teams
  link_approval_required                = var.link_approval_required
  former_encryption_key                 = var.former_encryption_key
  former_encryption_key_version         = var.former_encryption_key_version
  enabled_teams                         = var.enabled_teams
  prompt_interval_for_dms_and_gms       = var.prompt_interval_for_dms_and_gms
  max_size_for_complete_download        = var.max_size_for_complete_download
  buffer_size_for_file_streaming        = var.buffer_size_for_file_streaming
  connected_users_allowed               = var.connected_users_allowed
  connected_users_max_pending_invites   = var.connected_users_max_pending_invites
  connected_users_restricted            = var.connected_users_restricted
  automatically_promote_synthetic_users = var.automatically_promote_synthetic_users
  synthetic_user_auth_service           = var.synthetic_user_auth_service
  synthetic_user_auth_data              = var.synthetic_user_auth_data
  encryption_certificate                = var.encryption_certificate
  encryption_key                        = var.encryption_key
  encryption_key_version                = var.encryption_key_version
  connection_whitelist                  = var.connection_whitelist
  account_mappings                      = var.account_mappings
  channel_links                         = var.channel_links
  unmanaged_links                       = var.unmanaged_links
  tolerated_links                       = var.tolerated_links

  bot_user_principal_name = var.connect_bot ? module.azure.bot_user_principal_name : null
  bot_password            = var.bot_password
  bot_password_version    = var.bot_password_version
  deletion_protection     = var.deletion_protection
}
