# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

import {
  to = msteamssync_client_secret.this
  id = "44444444-4444-4444-8444-444444444444/55555555-5555-4555-8555-555555555555"
}
