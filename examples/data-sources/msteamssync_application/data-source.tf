# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Where another team has registered the application.
data "msteamssync_application" "bridge" {
  display_name = "Mattermost MS Teams Sync"
}

output "client_id" {
  value = data.msteamssync_application.bridge.client_id
}
