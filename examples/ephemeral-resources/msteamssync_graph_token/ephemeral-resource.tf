# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

ephemeral "msteamssync_graph_token" "this" {}

# Ephemeral values go where Terraform keeps nothing: into provider blocks, write-only arguments and provisioners.
resource "terraform_data" "who_am_i" {
  provisioner "local-exec" {
    command = "printf 'Authorization: Bearer %s' \"$TOKEN\" | curl --silent --header @- https://graph.microsoft.com/v1.0/organization"

    environment = {
      TOKEN = ephemeral.msteamssync_graph_token.this.token
    }
  }
}
