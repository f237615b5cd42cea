# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

import {
  to = msteamssync_account_mapping.this
  id = "anna.berg"
}
