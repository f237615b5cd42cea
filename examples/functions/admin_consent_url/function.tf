# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# For the administrator of a tenant in which Terraform may not grant consent itself.
output "consent_here" {
  value = provider::msteamssync::admin_consent_url(
    "11111111-1111-4111-8111-111111111111",
    msteamssync_application.this.client_id,
    "https://chat.example.com",
  )
}
