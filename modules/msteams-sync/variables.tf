# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

variable "site_url" {
  description = "Site URL of the Mattermost server, https, as in System Console > Environment > Web Server. The redirect URI is derived from it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://[^/?#]+", var.site_url))
    error_message = "site_url must start with https://: Microsoft Graph sends change notifications to https addresses only. Set up TLS for Mattermost first, then write the address like https://chat.example.com."
  }
}

variable "tenant_id" {
  description = "Directory (tenant) ID that the plugin signs users in to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.tenant_id))
    error_message = "tenant_id must be the directory's GUID, as shown in the Entra admin centre under Overview."
  }
}

variable "display_name" {
  description = "Name of the app registration in Entra. Default: the set-up guide's name."
  type        = string
  default     = "Mattermost MS Teams Sync"
  nullable    = false
}

variable "delegated_permissions" {
  description = "Names of the delegated Microsoft Graph permissions to request and to consent to. Default: null, the set-up guide's 13."
  type        = set(string)
  default     = null
}

variable "application_permissions" {
  description = "Names of the application Microsoft Graph permissions to request and to consent to. Default: null, the set-up guide's 7."
  type        = set(string)
  default     = null
}

variable "client_secret_valid_for" {
  description = "How long the client secret is valid, in hours with the unit h. Default: 4320h, which is 180 days."
  type        = string
  default     = "4320h"
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*h$", var.client_secret_valid_for))
    error_message = "client_secret_valid_for must be whole hours with the unit h, for example 4320h."
  }
}

variable "client_secret_rotation_triggers" {
  description = "Any change of these values makes a new client secret, delivers and verifies it, and then removes the old one. Default: none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "bot" {
  description = <<-EOT
    The user account that posts for people without a connected account; null to manage no bot account here.
    license_skus are the part numbers or ids of the licences to assign; the account needs one that includes Teams.
    usage_location is the two-letter country code that Microsoft asks for before it assigns a licence.
  EOT
  type = object({
    user_principal_name = string
    display_name        = optional(string, "Mattermost Bridge")
    usage_location      = optional(string, "US")
    license_skus        = optional(set(string), [])
  })
  default = null
}

variable "bot_password" {
  description = "Password of the bot account; needed when bot is set. It is write-only: neither the state nor the plan holds it."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "bot_password_version" {
  description = "Raise this number to send a changed bot_password. Default: 1."
  type        = number
  default     = 1
  nullable    = false
}

variable "billing_model" {
  description = "evaluation or metered. Microsoft stopped metering the Teams APIs on 2025-08-25, so evaluation is enough today. Default: evaluation."
  type        = string
  default     = "evaluation"
  nullable    = false

  validation {
    condition     = contains(["evaluation", "metered"], var.billing_model)
    error_message = "billing_model must be \"evaluation\" or \"metered\"."
  }
}

variable "metered_billing" {
  description = "Where the metered billing account lives; needed when billing_model is metered. subscription_id defaults to the provider's."
  type = object({
    name                = optional(string, "mattermost-msteams-sync")
    resource_group_name = string
    subscription_id     = optional(string)
    tags                = optional(map(string), {})
  })
  default = null
}

variable "enforce_connected_users" {
  description = "True prompts users on log-in and refresh to connect their Microsoft Teams account. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "allow_skip_connect_users" {
  description = "True lets users skip that prompt until the next refresh. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "enabled_teams" {
  description = "Names of the Mattermost teams in which linking and prompting are enabled. Default: null, all teams."
  type        = set(string)
  default     = null
}

variable "cloud" {
  description = "Microsoft cloud that the plugin talks to: public, usgov, usgovdod, china or custom. Default: public."
  type        = string
  default     = "public"
  nullable    = false

  validation {
    condition     = contains(["public", "usgov", "usgovdod", "china", "custom"], var.cloud)
    error_message = "cloud must be public, usgov, usgovdod, china or custom."
  }
}

variable "custom_cloud" {
  description = "Addresses of a custom cloud (an emulator, a proxy) and the PEM certificates to trust for it; needed when cloud is custom."
  type = object({
    login_url       = string
    graph_url       = string
    ca_certificates = optional(string)
  })
  default = null
}

variable "plugin_enabled" {
  description = "Whether the plugin is enabled. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "plugin_restart_triggers" {
  description = "Any change of these values disables and enables the plugin once. Default: none."
  type        = map(string)
  default     = {}
  nullable    = false
}
