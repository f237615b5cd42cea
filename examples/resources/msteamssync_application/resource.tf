# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# The set-up guide's registration: name, single tenant, redirect URI, 13 delegated and 7 application permissions.
resource "msteamssync_application" "this" {
  site_url = "https://chat.example.com"
}

# One registration for two servers, with fewer permissions.
resource "msteamssync_application" "shared" {
  display_name        = "Mattermost MS Teams Sync (shared)"
  site_url            = "https://chat.example.com"
  extra_redirect_uris = [provider::msteamssync::redirect_uri("https://chat-staging.example.com")]

  application_permissions = [
    "Channel.ReadBasic.All",
    "ChannelMessage.Read.All",
    "Team.ReadBasic.All",
    "User.Read.All",
  ]
}

# Guarded: its owners and credentials are exactly these, a pipeline sees any other, and no destroy goes through.
resource "msteamssync_application" "guarded" {
  site_url            = "https://chat.example.com"
  owners              = ["01234567-89ab-4def-8123-456789abcdef"]
  certificates        = [var.certificate_pem]
  foreign_credentials = ["federated:github-actions"]
  deletion_protection = true
}

variable "certificate_pem" {
  type = string
}
