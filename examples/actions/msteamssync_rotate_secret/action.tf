# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform 1.14 or later: terraform apply -invoke=action.msteamssync_rotate_secret.now
action "msteamssync_rotate_secret" "now" {
  config {
    client_id = msteamssync_application.this.client_id
  }
}
