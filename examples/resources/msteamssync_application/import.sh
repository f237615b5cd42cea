# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the application (client) ID or the object ID of the app registration, or with its name as long as only one has it.
terraform import msteamssync_application.this 44444444-4444-4444-8444-444444444444
terraform import msteamssync_application.this 'name:Mattermost MS Teams Sync'
