# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# https://chat.example.com
output "site_url" {
  value = provider::msteamssync::normalize_site_url("https://Chat.example.com:443/")
}
