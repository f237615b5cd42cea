# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the Mattermost user name or the id of the user.
terraform import msteamssync_account_mapping.this anna.berg
