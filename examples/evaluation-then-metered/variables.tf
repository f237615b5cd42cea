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

variable "billing_model" {
  description = "evaluation or metered. Default: evaluation."
  type        = string
  default     = "evaluation"
}

variable "resource_group_name" {
  description = "Resource group of the billing account; it must exist. Default: collaboration."
  type        = string
  default     = "collaboration"
}

variable "tenant_subscription_from" {
  description = "Number of linked channels from which on one subscription to the whole tenant is made. Default: 1000."
  type        = number
  default     = 1000
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
