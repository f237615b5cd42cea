# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

import {
  to = msteamssync_bot_connection.this
  id = "mattermost-bridge@example.com"
}
