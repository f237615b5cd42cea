# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the user name, the e-mail address or the id of the Mattermost user.
terraform import msteamssync_account_mapping.this anna.berg
