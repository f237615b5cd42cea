# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The module on real parts. Credentials and addresses come from the environment, variables as TF_VAR_…; 'terraform test'
# destroys everything at the end, which only the last run's deletion_protection = false lets it.

provider "msteamssync" {}

variables {
  bot                   = { user_principal_name = "bridge@demo.example", usage_location = "US", license_skus = ["TEAMS_ENTERPRISE"] }
  bot_password          = "Bridge-Pass-1"
  encryption_key        = "-----BEGIN PRIVATE KEY-----"
  former_encryption_key = "only-in-this-test-only-in-this-test"
  connect_bot           = true
  credentials           = ["secret", "certificate"]
}

run "applies" {
  assert {
    condition     = output.client_secret_expires_at != null && output.certificate_not_after != null
    error_message = "A credential is missing."
  }
  assert {
    condition     = output.bot_user_principal_name == "bridge@demo.example" && output.billing_account_id == null
    error_message = "The bot is missing, or the application is billed in the evaluation model."
  }
}

run "unprotected" {
  variables {
    deletion_protection = false
    credentials         = ["certificate"]
  }
  assert {
    condition     = output.client_id == run.applies.client_id && output.client_secret_key_id == null
    error_message = "Going over to the certificate has changed something else."
  }
}
