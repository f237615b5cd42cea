# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# https://chat.example.com/plugins/com.mattermost.msteams-sync/oauth-redirect
output "redirect_uri" {
  value = provider::msteamssync::redirect_uri("https://chat.example.com")
}
