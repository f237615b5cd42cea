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

variable "bot" {
  description = "Account that posts for people without a connected one: user_principal_name, and optionally display_name, usage_location and license_skus. Default: null, none is made."
  type = object({
    user_principal_name = string
    display_name        = optional(string, "Mattermost Bridge")
    usage_location      = optional(string)
    license_skus        = optional(set(string))
  })
  default = null
}

variable "bot_password" {
  description = "Password of the bot account; write-only. Default: null."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "channel_links" {
  description = "Channels to link, by names of your choice: mattermost_team and mattermost_channel as in the address, teams_team and teams_channel as shown. Default: none."
  type = map(object({
    mattermost_team    = string
    mattermost_channel = string
    teams_team         = string
    teams_channel      = string
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
