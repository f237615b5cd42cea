# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# ebf0f66e-9fb1-49e4-a278-222f76911cf4
output "permission_id" {
  value = provider::msteamssync::permission_id("delegated", "ChannelMessage.Send")
}
