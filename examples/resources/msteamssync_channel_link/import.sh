# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the id of the Mattermost channel.
terraform import msteamssync_channel_link.this 4xp9fdt77pncbef59f4k1qe83o
