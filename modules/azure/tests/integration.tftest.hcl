# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The module on real parts. Credentials and addresses come from the environment, variables as TF_VAR_…; 'terraform test'
# destroys everything at the end, which only the last run's deletion_protection = false lets it.

provider "msteamssync" {}

variables {
  bot          = { user_principal_name = "bridge@demo.example", usage_location = "US", license_skus = ["TEAMS_ENTERPRISE"] }
  bot_password = "Bridge-Pass-1"
}

run "applies" {
  assert {
    condition     = can(regex("^[0-9a-f-]{36}$", output.client_id)) && can(regex("^[0-9a-f-]{36}$", output.service_principal_object_id))
    error_message = "There is no registration with a service principal."
  }
  assert {
    condition     = output.redirect_uris == toset(["${var.site_url}/plugins/com.mattermost.msteams-sync/oauth-redirect"])
    error_message = "The redirect URI is not the server's."
  }
  assert {
    condition     = length(msteamssync_admin_consent.this.delegated) == 13 && length(msteamssync_admin_consent.this.application) == 7
    error_message = "The consent is not the set-up guide's."
  }
  assert {
    condition     = output.bot_user_principal_name == "bridge@demo.example" && output.billing_account_id != null
    error_message = "The bot or the billing account is missing."
  }
}

run "unprotected" {
  variables {
    deletion_protection = false
  }
  assert {
    condition     = output.client_id == run.applies.client_id && !msteamssync_application.this.deletion_protection
    error_message = "Taking the protection away has changed something else."
  }
}
