# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

variable "site_url" {
  description = "Site URL of the Mattermost server, https."
  type        = string
}

variable "tenant_id" {
  description = "Directory (tenant) ID."
  type        = string
}

variable "client_id" {
  description = "Application (client) ID of the registration that is there."
  type        = string
}

variable "display_name" {
  description = "Its name. Default: the set-up guide's."
  type        = string
  default     = "Mattermost MS Teams Sync"
}

variable "client_secret" {
  description = "The client secret in use: its Secret ID and description in the portal, and how long it is valid in all, in hours with the unit h."
  type = object({
    key_id      = string
    description = string
    valid_for   = string
  })
}

variable "bot" {
  description = "The bot account that is there."
  type = object({
    user_principal_name = string
    display_name        = string
  })
}

variable "channel_links" {
  description = "The links that are there, by team/channel of the Mattermost side as in the address. Default: none."
  type = map(object({
    teams_team    = string
    teams_channel = string
  }))
  default = {}
}

variable "deletion_protection" {
  description = "True refuses to destroy or replace what people depend on; set it to false and apply before a destroy. Default: true."
  type        = bool
  default     = true
}

variable "endpoints" {
  description = "Addresses of a custom cloud, such as the emulator. Default: null, Microsoft's cloud."
  type = object({
    authority_host   = string
    graph            = string
    resource_manager = string
  })
  default = null
}

variable "ca_certificates" {
  description = "PEM certificates to trust in addition to the system's, for a custom cloud or a Mattermost server with a private CA. Default: null."
  type        = string
  default     = null
}
