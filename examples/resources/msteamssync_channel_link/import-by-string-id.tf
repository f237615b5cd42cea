# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

import {
  to = msteamssync_channel_link.this
  id = "engineering/town-square"
}
