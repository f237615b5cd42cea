# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# What the module makes of its variables. Nothing is asked or changed anywhere.

mock_provider "msteamssync" {
  mock_resource "msteamssync_application" {
    defaults = { client_id = "aaaaaaaa-0000-4000-8000-000000000002" }
  }
  mock_resource "msteamssync_client_certificate" {
    defaults = {
      not_after       = "2030-01-01T00:00:00Z"
      certificate_pem = "-----BEGIN CERTIFICATE-----\nMIIBdDCCARqgAwIBAgIUSRpB+8ZbZ2mPWbsrKjHO+hPdSN0wCgYIKoZIzj0EAwIw\n-----END CERTIFICATE-----\n"
    }
  }
  mock_resource "msteamssync_client_secret" {
    defaults = { key_id = "aaaaaaaa-0000-4000-8000-000000000004", expires_at = "2030-01-01T00:00:00Z" }
  }
}

variables {
  site_url  = "https://chat.example.com"
  tenant_id = "aaaaaaaa-0000-4000-8000-000000000001"

  # terraform test does not take ephemeral variables whose value comes from their default.
  bot_password          = "only-in-this-test"
  encryption_key        = "-----BEGIN PRIVATE KEY-----"
  former_encryption_key = "only-in-this-test-only-in-this-test"
}

run "defaults" {
  assert {
    condition     = length(msteamssync_client_secret.this) == 1 && output.certificate_not_after == null
    error_message = "The default credential is not a client secret alone."
  }
  assert {
    condition     = msteamssync_client_secret.this[0].client_id == output.client_id
    error_message = "The secret is not the registration's."
  }
  assert {
    condition     = output.bot_user_principal_name == null && output.billing_account_id == null && output.channel_links == {}
    error_message = "Something is made although nobody asked for it."
  }
}

run "both_credentials" {
  command = plan

  variables {
    credentials = ["secret", "certificate"]
  }
  assert {
    condition     = length(msteamssync_client_secret.this) == 1
    error_message = "The secret goes when the certificate comes."
  }
}

run "refuses" {
  command = plan

  variables {
    site_url                        = "chat.example.com"
    tenant_id                       = "example.com"
    credentials                     = ["password"]
    client_secret_valid_for         = "180d"
    client_secret_rotate_before     = "a month"
    client_secret_overlap           = "1d"
    client_secret_description       = ""
    client_secret_rotation_triggers = { "" = "now" }
    client_certificate              = { valid_for = "a year" }
    billing_model                   = "metered"
  }
  expect_failures = [
    var.site_url, var.tenant_id, var.credentials, var.client_secret_valid_for, var.client_secret_rotate_before, var.client_secret_overlap,
    var.client_secret_description, var.client_secret_rotation_triggers, var.client_certificate, var.billing_model,
  ]
}
