# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# That the plugin is told of the government cloud. Nothing is asked or changed anywhere.

mock_provider "msteamssync" {
  mock_resource "msteamssync_application" {
    defaults = { client_id = "aaaaaaaa-0000-4000-8000-000000000002" }
  }
}

variables {
  site_url        = "https://chat.example.mil"
  tenant_id       = "aaaaaaaa-0000-4000-8000-000000000001"
  endpoints       = null
  ca_certificates = null
}

run "without_endpoints" {
  assert {
    condition     = module.msteams_sync.cloud == "usgov"
    error_message = "The plugin would talk to the cloud ${module.msteams_sync.cloud}."
  }
  assert {
    condition     = startswith(output.admin_consent_url, "https://login.microsoftonline.us/")
    error_message = "The consent would be asked for at ${output.admin_consent_url}."
  }
}
