# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the user principal name or the object ID.
terraform import msteamssync_bot_user.this mattermost-bridge@example.com
