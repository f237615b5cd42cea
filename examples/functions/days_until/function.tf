# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# plantimestamp() keeps the answer the same throughout a run.
check "client_secret" {
  assert {
    condition     = provider::msteamssync::days_until(msteamssync_client_secret.this.expires_at, plantimestamp()) > 14
    error_message = "The client secret expires within two weeks."
  }
}
