# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the plugin id, which is always the same.
terraform import msteamssync_connection_whitelist.this com.mattermost.msteams-sync
