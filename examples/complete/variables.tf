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

variable "subscription_id" {
  description = "Azure subscription of the billing account."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the billing account; it must exist."
  type        = string
}

variable "owners" {
  description = "Object IDs of the users and service principals that own the registration, the one of Terraform's identity among them. Default: null, not managed."
  type        = set(string)
  default     = null
}

variable "bot_user_principal_name" {
  description = "Log-in name of the bot account."
  type        = string
}

variable "bot_password" {
  description = "Password of the bot account; write-only."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "encryption_certificate" {
  description = "PEM certificate (RSA) for encrypted change notifications."
  type        = string
}

variable "encryption_key" {
  description = "PEM private key (PKCS#8, RSA) of that certificate; write-only."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "former_encryption_key" {
  description = "Encryption key of the plugin that was in use before, if it was changed while the plugin did not run; write-only. Default: null."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "former_encryption_key_version" {
  description = "A number when former_encryption_key is given. Default: null."
  type        = number
  default     = null
}

variable "linkable_teams" {
  description = "Ids of the teams in Microsoft Teams whose channels may be linked. Default: none, which means all."
  type        = set(string)
  default     = []
}

variable "bundle" {
  description = "Another plugin bundle: path, or url with sha256. Default: the bundle inside the provider."
  type = object({
    path   = optional(string)
    url    = optional(string)
    sha256 = optional(string)
  })
  default = {}
}

variable "mattermost_team" {
  description = "Name, as in the address, of the Mattermost team whose channels are linked."
  type        = string
}

variable "mattermost_channels" {
  description = "Names, as in the address, of two of its channels."
  type        = list(string)
}

variable "teams_team" {
  description = "Name of the team in Microsoft Teams."
  type        = string
}

variable "teams_channels" {
  description = "Names of two of its channels."
  type        = list(string)
}

variable "account_mappings" {
  description = "Microsoft Teams accounts by Mattermost user names: who may connect. Default: none."
  type        = map(string)
  default     = {}
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
