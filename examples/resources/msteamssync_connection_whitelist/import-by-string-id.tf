# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

import {
  to = msteamssync_connection_whitelist.this
  id = "com.mattermost.msteams-sync"
}
