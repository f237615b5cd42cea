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

variable "display_name" {
  description = "Name of the registration. Default: the set-up guide's."
  type        = string
  default     = "Mattermost MS Teams Sync"
}

variable "old_secret_key_ids" {
  description = "Key IDs of the client secrets that azuread made. Default: none."
  type        = set(string)
  default     = []
}

variable "bot" {
  description = "The bot account that azuread made."
  type = object({
    user_principal_name = string
    display_name        = string
  })
}

variable "metered_billing" {
  description = "The billing account that azurerm made."
  type = object({
    name                = string
    resource_group_name = string
  })
}

variable "with_plugin" {
  description = "True brings Mattermost's side under Terraform too, with a client secret that is in no state. Default: false."
  type        = bool
  default     = false
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
