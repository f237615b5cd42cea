# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the application (client) ID, the object ID of the registration, or its display name, which must be unique:
# terraform import msteamssync_application.this "name:Mattermost MS Teams Sync"
terraform import msteamssync_application.this 44444444-4444-4444-8444-444444444444
