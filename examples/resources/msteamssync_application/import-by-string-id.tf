# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

import {
  to = msteamssync_application.this
  id = "44444444-4444-4444-8444-444444444444"
}
