# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the names of team and channel in the Mattermost channel's address, or with the id of that channel.
terraform import msteamssync_channel_link.this engineering/town-square
