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

variable "credentials" {
  description = "What the plugin logs in with. Default: the certificate alone."
  type        = set(string)
  default     = ["certificate"]
}

variable "rotation_triggers" {
  description = "Any change makes a new certificate. Default: none."
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
