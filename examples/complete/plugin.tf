# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

resource "msteamssync_plugin" "this" {
  enabled          = true
  allow_downgrade  = false
  restart_triggers = { reason = "first" }

  # Null: the bundle inside the provider.
  bundle_path   = var.bundle.path
  bundle_url    = var.bundle.url
  bundle_sha256 = var.bundle.sha256
}

# The plugin can hold both credentials; it prefers the certificate.
resource "msteamssync_client_certificate" "this" {
  subject           = "CN=Mattermost bridge"
  valid_for         = "8760h"
  rotate_before     = "720h"
  rotation_triggers = { reason = "first" }

  depends_on = [msteamssync_plugin.this]
}

resource "msteamssync_client_secret" "this" {
  client_id         = msteamssync_application.this.client_id
  description       = local.secret_description
  valid_for         = "4320h"
  rotate_before     = "720h"
  overlap           = "24h"
  rotation_triggers = { reason = "first" }

  depends_on = [msteamssync_plugin.this]
}

resource "msteamssync_plugin_config" "this" {
  # Who the plugin is
  site_url        = var.site_url
  tenant_id       = var.tenant_id
  client_id       = msteamssync_application.this.client_id
  cloud           = var.endpoints == null ? "public" : "custom"
  login_url       = try(var.endpoints.authority_host, null)
  graph_url       = try(var.endpoints.graph, null)
  ca_certificates = var.ca_certificates

  # Subscriptions
  billing_model              = "metered"
  tenant_subscription_from   = 1000
  certificate_public         = var.encryption_certificate
  certificate_key_wo         = var.encryption_key
  certificate_key_wo_version = 1

  former_encryption_key_wo         = var.former_encryption_key_version == null ? null : var.former_encryption_key
  former_encryption_key_wo_version = var.former_encryption_key_version

  # What is bridged, and who may link what
  linkable_teams         = var.linkable_teams
  link_approval_required = true
  sync_linked_channels   = true
  sync_direct_messages   = true
  sync_group_messages    = true
  selective_sync         = true
  sync_remote_only       = false
  sync_reactions         = true
  sync_file_attachments  = true
  sync_system_messages   = true

  # People
  enforce_connected_users               = true
  enforce_connected_posting             = false
  allow_skip_connect_users              = true
  enabled_teams                         = [var.mattermost_team]
  prompt_interval_for_dms_and_gms       = 24
  connected_users_allowed               = 500
  connected_users_max_pending_invites   = 10
  connected_users_restricted            = true
  sync_users                            = 60
  sync_guest_users                      = false
  sync_users_domains                    = ["example.com"]
  sync_users_groups                     = []
  automatically_promote_synthetic_users = false
  synthetic_user_auth_service           = "saml"
  synthetic_user_auth_data              = "ID"

  # Files, in MB
  max_size_for_complete_download = 20
  buffer_size_for_file_streaming = 20

  depends_on = [msteamssync_client_secret.this, msteamssync_admin_consent.this, msteamssync_metered_billing.this]
}
