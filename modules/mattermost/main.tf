# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The order is plugin, credential, settings, then what the configured plugin keeps; Terraform destroys in the reverse order.

resource "msteamssync_plugin" "this" {
  enabled          = var.plugin_enabled
  restart_triggers = var.plugin_restart_triggers
  bundle_path      = try(var.plugin_bundle.path, null)
  bundle_url       = try(var.plugin_bundle.url, null)
  bundle_sha256    = try(var.plugin_bundle.sha256, null)
  allow_downgrade  = var.plugin_allow_downgrade
}

resource "msteamssync_client_certificate" "this" {
  count = var.client_certificate == null ? 0 : 1

  valid_for         = var.client_certificate.valid_for
  rotate_before     = var.client_certificate.rotate_before
  subject           = var.client_certificate.subject
  rotation_triggers = var.client_certificate.rotation_triggers

  depends_on = [msteamssync_plugin.this]
}

resource "msteamssync_plugin_config" "this" {
  site_url  = var.site_url
  tenant_id = var.tenant_id
  client_id = var.client_id

  client_secret_wo         = var.client_secret_version == null ? null : var.client_secret
  client_secret_wo_version = var.client_secret_version

  cloud           = var.cloud
  login_url       = try(var.custom_cloud.login_url, null)
  graph_url       = try(var.custom_cloud.graph_url, null)
  ca_certificates = try(var.custom_cloud.ca_certificates, null)
  billing_model   = var.billing_model

  tenant_subscription_from              = var.tenant_subscription_from
  enforce_connected_users               = var.enforce_connected_users
  enforce_connected_posting             = var.enforce_connected_posting
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
  linkable_teams                        = var.linkable_teams
  link_approval_required                = var.link_approval_required
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

  certificate_public         = var.encryption_certificate
  certificate_key_wo         = var.encryption_certificate == null ? null : var.encryption_key
  certificate_key_wo_version = var.encryption_certificate == null ? null : var.encryption_key_version

  former_encryption_key_wo         = var.former_encryption_key_version == null ? null : var.former_encryption_key
  former_encryption_key_wo_version = var.former_encryption_key_version

  depends_on = [msteamssync_plugin.this, var.settings_after]

  lifecycle {
    precondition {
      condition     = var.encryption_certificate == null || var.encryption_key != null
      error_message = "encryption_certificate needs encryption_key: the plugin decrypts notifications with it."
    }
  }
}
