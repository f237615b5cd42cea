# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The module on real parts. Credentials and addresses come from the environment, variables as TF_VAR_…; 'terraform test'
# destroys everything at the end, which only the last run's deletion_protection = false lets it.

provider "msteamssync" {}

variables {
  client_secret_version = 1
  bot_password          = "Bridge-Pass-1"
  encryption_key        = "-----BEGIN PRIVATE KEY-----"
  former_encryption_key = "only-in-this-test-only-in-this-test"
}

run "applies" {
  assert {
    condition     = msteamssync_plugin.this.state == "running" && output.plugin_id == "com.mattermost.msteams-sync"
    error_message = "The plugin does not run."
  }
  assert {
    condition     = contains(output.managed_keys, "clientSecret") && contains(output.managed_keys, "graphUrl")
    error_message = "The settings are not managed: ${join(", ", output.managed_keys)}."
  }
}

run "settings_and_people" {
  variables {
    sync_reactions             = false
    connected_users_restricted = true
    connection_whitelist       = ["nobody@demo.example"]
    unmanaged_links            = "report"
    client_certificate         = {}
  }
  assert {
    condition     = msteamssync_plugin_config.this.sync_reactions == false && startswith(output.certificate_pem, "-----BEGIN CERTIFICATE-----")
    error_message = "The settings or the certificate are missing."
  }
}

run "unprotected" {
  variables {
    deletion_protection = false
  }
}
