# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# What the module makes of its variables. Nothing is asked or changed anywhere.

mock_provider "msteamssync" {}

variables {
  tenant_id = "aaaaaaaa-0000-4000-8000-000000000001"

  # terraform test does not take ephemeral variables whose value comes from their default.
  client_secret         = "only-in-this-test"
  bot_password          = "only-in-this-test"
  encryption_key        = "-----BEGIN PRIVATE KEY-----"
  former_encryption_key = "only-in-this-test-only-in-this-test"
}

run "before_the_azure_side_exists" {
  assert {
    condition     = msteamssync_plugin.this.enabled && msteamssync_plugin_config.this.client_id == null
    error_message = "The plugin does not wait for its client id."
  }
  assert {
    condition     = msteamssync_plugin_config.this.client_secret_wo_version == null && length(msteamssync_client_certificate.this) == 0
    error_message = "A credential is managed although nobody asked for one."
  }
  assert {
    condition     = msteamssync_plugin_config.this.billing_model == "evaluation" && msteamssync_plugin_config.this.sync_reactions == null
    error_message = "Settings that nobody gave are managed."
  }
  assert {
    condition     = length(msteamssync_connection_whitelist.this) + length(msteamssync_channel_links_exclusive.this) + length(msteamssync_bot_connection.this) == 0
    error_message = "Something is made although nobody asked for it."
  }
}

run "handed_over_certificate" {
  variables {
    client_id          = "aaaaaaaa-0000-4000-8000-000000000002"
    client_certificate = {}
  }
  assert {
    condition     = msteamssync_client_certificate.this[0].valid_for == "8760h" && output.certificate_pem == msteamssync_client_certificate.this[0].certificate_pem
    error_message = "There is no certificate to hand over."
  }
}

run "handed_over_secret" {
  variables {
    client_id             = "aaaaaaaa-0000-4000-8000-000000000002"
    client_secret_version = 3
  }
  assert {
    condition     = msteamssync_plugin_config.this.client_secret_wo_version == 3
    error_message = "The secret is not handed over."
  }
}

run "everything" {
  variables {
    client_id               = "aaaaaaaa-0000-4000-8000-000000000002"
    site_url                = "https://chat.example.com"
    cloud                   = "custom"
    custom_cloud            = { login_url = "https://login.example.com", graph_url = "https://graph.example.com" }
    sync_users_domains      = ["example.com"]
    connected_users_allowed = 20
    connection_whitelist    = ["alex"]
    account_mappings        = { alex = "alex@example.com" }
    bot_user_principal_name = "bridge@example.com"
    unmanaged_links         = "report"
    channel_links = {
      town = { mattermost_team = "engineering", mattermost_channel = "town-square", teams_team = "Engineering", teams_channel = "General" }
      free = { mattermost_channel_id = "4xp9fdt77pncbef59f4k1qe83o", teams_team_id = "t", teams_channel_id = "c", deletion_protection = false, backfill_days = 7 }
    }
  }
  assert {
    condition     = msteamssync_plugin_config.this.login_url == "https://login.example.com" && msteamssync_plugin_config.this.connected_users_allowed == 20
    error_message = "The settings are not as declared."
  }
  assert {
    condition     = msteamssync_channel_link.this["town"].deletion_protection && !msteamssync_channel_link.this["free"].deletion_protection
    error_message = "Links are not protected by default, or not as they say themselves."
  }
  assert {
    condition     = msteamssync_channel_links_exclusive.this[0].unmanaged == "report" && length(msteamssync_channel_links_exclusive.this[0].link_ids) == 2
    error_message = "Other links are not reported."
  }
  assert {
    condition     = msteamssync_account_mapping.this["alex"].teams_user == "alex@example.com" && msteamssync_connection_whitelist.this[0].users == toset(["alex"])
    error_message = "Who may connect is not as declared."
  }
  assert {
    condition     = keys(output.channel_links) == ["free", "town"]
    error_message = "The links are not handed over."
  }
}

run "refuses_what_the_plugin_refuses" {
  command = plan

  variables {
    tenant_id                       = "example.com"
    site_url                        = "http://chat.example.com"
    client_id                       = "Bridge"
    client_secret                   = ""
    client_secret_version           = 1.5
    client_certificate              = { valid_for = "a year" }
    plugin_restart_triggers         = { "" = "now" }
    plugin_bundle                   = { url = "https://example.com/bundle.tar.gz" }
    cloud                           = "private"
    billing_model                   = "free"
    tenant_subscription_from        = -1
    sync_users                      = 0.5
    sync_users_domains              = ["@example.com"]
    sync_users_groups               = ["Engineering"]
    enabled_teams                   = ["Our Team"]
    linkable_teams                  = ["Engineering"]
    former_encryption_key           = "short"
    former_encryption_key_version   = 1.5
    prompt_interval_for_dms_and_gms = -1
    max_size_for_complete_download  = -1
    buffer_size_for_file_streaming  = 0

    connected_users_allowed             = -1
    connected_users_max_pending_invites = -1
    synthetic_user_auth_service         = "oauth"
    synthetic_user_auth_data            = "Name"

    encryption_certificate  = "a certificate"
    encryption_key          = "a key"
    encryption_key_version  = 0
    connection_whitelist    = [""]
    account_mappings        = { "" = "alex@example.com" }
    bot_user_principal_name = "bridge"
    bot_password            = "short"
    bot_password_version    = 0
    channel_links           = { half = { mattermost_team = "engineering", teams_team = "Engineering", backfill_days = 365 } }
    unmanaged_links         = "keep"
    tolerated_links         = ["town-square"]
  }
  expect_failures = [
    var.tenant_id, var.site_url, var.client_id, var.client_secret, var.client_secret_version, var.client_certificate, var.plugin_restart_triggers,
    var.plugin_bundle, var.cloud, var.billing_model, var.tenant_subscription_from, var.sync_users, var.sync_users_domains,
    var.sync_users_groups, var.enabled_teams, var.prompt_interval_for_dms_and_gms, var.max_size_for_complete_download,
    var.buffer_size_for_file_streaming, var.connected_users_allowed, var.connected_users_max_pending_invites, var.synthetic_user_auth_service,
    var.synthetic_user_auth_data, var.encryption_certificate, var.encryption_key, var.encryption_key_version, var.connection_whitelist,
    var.account_mappings, var.bot_user_principal_name, var.bot_password, var.bot_password_version, var.channel_links, var.unmanaged_links,
    var.tolerated_links, var.linkable_teams, var.former_encryption_key, var.former_encryption_key_version,
  ]
}

run "refuses_a_custom_cloud_without_addresses" {
  command = plan

  variables {
    cloud = "custom"
  }
  expect_failures = [var.custom_cloud]
}

run "refuses_addresses_without_tls" {
  command = plan

  variables {
    cloud        = "custom"
    custom_cloud = { login_url = "http://login.example.com", graph_url = "https://graph.example.com" }
  }
  expect_failures = [var.custom_cloud]
}

run "refuses_addresses_of_another_cloud" {
  command = plan

  variables {
    custom_cloud = { login_url = "https://login.example.com", graph_url = "https://graph.example.com" }
  }
  expect_failures = [var.custom_cloud]
}
