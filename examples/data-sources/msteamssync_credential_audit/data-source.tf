# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Warns in every plan and apply before something runs out.
data "msteamssync_credential_audit" "bridge" {
  client_id = "44444444-4444-4444-8444-444444444444"
}

check "credentials_are_fresh" {
  assert {
    condition     = alltrue([for c in data.msteamssync_credential_audit.bridge.credentials : c.days_left > 30 if c.days_left != null])
    error_message = "A credential of the bridge expires within 30 days."
  }
}
