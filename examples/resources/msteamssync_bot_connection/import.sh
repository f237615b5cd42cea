# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the user principal name of the bot.
terraform import msteamssync_bot_connection.this mattermost-bridge@example.com
