# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

data "msteamssync_readiness" "this" {
  site_url                = var.site_url
  client_id               = msteamssync_application.this.client_id
  bot_user_principal_name = msteamssync_bot_connection.this.user_principal_name
  credential_days         = 14

  depends_on = [msteamssync_channel_link.by_name, msteamssync_channel_link.by_id]
}

check "bridge" {
  assert {
    condition     = data.msteamssync_readiness.this.ready
    error_message = join("\n", [for c in data.msteamssync_readiness.this.checks : "${c.check}: ${c.detail} ${c.fix}" if !c.ok])
  }
}

data "msteamssync_plugin_status" "this" {
  depends_on = [msteamssync_plugin_config.this]
}

check "queues" {
  assert {
    condition     = try(data.msteamssync_plugin_status.this.queues["outbound"].dead + data.msteamssync_plugin_status.this.queues["inbound"].dead, 0) == 0
    error_message = "Messages were given up; /msteams-sync dead-letters says why."
  }
}

data "msteamssync_credential_audit" "this" {
  client_id                   = msteamssync_application.this.client_id
  managed_secret_descriptions = [msteamssync_client_secret.this.description]
  managed_certificates        = [msteamssync_client_certificate.this.certificate_pem]
}

check "credentials" {
  assert {
    condition     = alltrue([for c in data.msteamssync_credential_audit.this.credentials : c.managed])
    error_message = "Credentials that nothing declares can log in as the application."
  }
  assert {
    condition     = provider::msteamssync::days_until(msteamssync_client_secret.this.expires_at, plantimestamp()) > 14
    error_message = "The client secret expires on ${msteamssync_client_secret.this.expires_at}."
  }
}

data "msteamssync_application" "this" {
  client_id = msteamssync_application.this.client_id
}

data "msteamssync_permissions" "channels" {
  profile = "channels"
  kind    = "application"
}
