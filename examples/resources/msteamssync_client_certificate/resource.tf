# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The plugin makes the key pair and keeps the private key; Entra gets the certificate. No secret exists anywhere else.
resource "msteamssync_client_certificate" "this" {
  subject       = "CN=Mattermost MS Teams Sync, O=Example"
  valid_for     = "8760h" # a year
  rotate_before = "720h"

  depends_on = [msteamssync_plugin.this]
}

resource "msteamssync_application" "this" {
  site_url     = "https://chat.example.com"
  certificates = [msteamssync_client_certificate.this.certificate_pem]
}
