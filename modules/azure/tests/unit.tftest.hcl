# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# What the module makes of its variables. Nothing is asked or changed anywhere.

mock_provider "msteamssync" {
  mock_resource "msteamssync_application" {
    defaults = {
      id                          = "aaaaaaaa-0000-4000-8000-000000000001"
      client_id                   = "aaaaaaaa-0000-4000-8000-000000000002"
      service_principal_object_id = "aaaaaaaa-0000-4000-8000-000000000003"
    }
  }
}

variables {
  site_url = "https://chat.example.com"

  # terraform test does not take ephemeral variables whose value comes from their default.
  bot_password = "only-in-this-test"
}

run "defaults" {
  assert {
    condition     = msteamssync_application.this.deletion_protection && msteamssync_application.this.restore_deleted
    error_message = "The registration is not protected by default."
  }
  assert {
    condition     = msteamssync_admin_consent.this.client_id == output.client_id
    error_message = "The consent is not the registration's."
  }
  assert {
    condition     = length(msteamssync_bot_user.this) == 0 && length(msteamssync_metered_billing.this) == 0
    error_message = "A bot or a billing account is made although nobody asked for one."
  }
  assert {
    condition     = output.bot_user_principal_name == null && output.billing_account_id == null
    error_message = "Outputs name what is not made."
  }
}

run "everything" {
  variables {
    display_name            = "Bridge"
    sign_in_audience        = "AzureADMultipleOrgs"
    delegated_permissions   = ["User.Read"]
    application_permissions = ["id:b633e1c5-b582-4048-a93e-9f11b44c7e96"]
    extra_redirect_uris     = ["http://localhost:8065/cb"]
    owners                  = ["bbbbbbbb-0000-4000-8000-000000000001"]
    foreign_credentials     = ["federated:github"]
    foreign_user_grants     = ["bbbbbbbb-0000-4000-8000-000000000001:User.Read"]
    bot                     = { user_principal_name = "bridge@example.com", usage_location = "DE", license_skus = ["TEAMS_ENTERPRISE"] }
    bot_password_version    = 2
    metered_billing         = { resource_group_name = "collaboration" }
    deletion_protection     = false
  }
  assert {
    condition     = msteamssync_application.this.sign_in_audience == "AzureADMultipleOrgs" && msteamssync_application.this.owners == toset(["bbbbbbbb-0000-4000-8000-000000000001"])
    error_message = "The registration is not as declared."
  }
  assert {
    condition     = !msteamssync_application.this.deletion_protection && !msteamssync_bot_user.this[0].deletion_protection
    error_message = "deletion_protection = false does not reach what it protects."
  }
  assert {
    condition     = msteamssync_bot_user.this[0].display_name == "Mattermost Bridge" && msteamssync_bot_user.this[0].password_wo_version == 2
    error_message = "The bot is not as declared."
  }
  assert {
    condition     = msteamssync_metered_billing.this[0].name == "mattermost-msteams-sync" && msteamssync_metered_billing.this[0].client_id == output.client_id
    error_message = "The billing account is not as declared."
  }
}

run "refuses_what_microsoft_refuses" {
  command = plan

  variables {
    site_url                    = "http://chat.example.com"
    display_name                = ""
    sign_in_audience            = "Everybody"
    delegated_permissions       = ["id:short"]
    application_permissions     = ["Chat Read"]
    extra_redirect_uris         = ["http://chat.example.com"]
    owners                      = ["alex"]
    certificates                = ["-----BEGIN PRIVATE KEY-----"]
    foreign_credentials         = ["a secret"]
    foreign_user_grants         = ["User.Read"]
    managed_secret_descriptions = [""]
    bot                         = { user_principal_name = "bridge", license_skus = ["TEAMS_ENTERPRISE"] }
    bot_password                = "short"
    bot_password_version        = 0
    metered_billing             = { resource_group_name = "", subscription_id = "mine" }
  }
  expect_failures = [
    var.site_url, var.display_name, var.sign_in_audience, var.delegated_permissions, var.application_permissions, var.extra_redirect_uris,
    var.owners, var.certificates, var.foreign_credentials, var.foreign_user_grants, var.managed_secret_descriptions, var.bot, var.bot_password,
    var.bot_password_version, var.metered_billing,
  ]
}
