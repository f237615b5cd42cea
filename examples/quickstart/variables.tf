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

variable "billing_model" {
  description = "evaluation or metered. Default: evaluation."
  type        = string
  default     = "evaluation"
}

variable "metered_billing" {
  description = "Where the metered billing account lives; needed when billing_model is metered. Default: null."
  type = object({
    name                = optional(string, "mattermost-msteams-sync")
    resource_group_name = string
    subscription_id     = optional(string)
    tags                = optional(map(string), {})
  })
  default = null
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
