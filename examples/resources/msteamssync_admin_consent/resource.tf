# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Grants exactly what the registration requests; what somebody grants beyond it is planned to be revoked.
resource "msteamssync_admin_consent" "this" {
  client_id   = msteamssync_application.this.client_id
  delegated   = msteamssync_application.this.delegated_permissions
  application = msteamssync_application.this.application_permissions

  # A consent that one person gave and that may stay; any other one is reported by every plan.
  foreign_user_grants = ["88888888-8888-4888-8888-888888888888:User.Read"]
}

resource "msteamssync_application" "this" {
  site_url = "https://chat.example.com"
}
