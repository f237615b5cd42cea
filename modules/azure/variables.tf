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

variable "display_name" {
  description = "Name of the app registration in Entra. Default: the set-up guide's name."
  type        = string
  default     = "Mattermost MS Teams Sync"
  nullable    = false

  validation {
    condition     = length(var.display_name) >= 1 && length(var.display_name) <= 120
    error_message = "display_name must have 1 to 120 characters."
  }
}

variable "sign_in_audience" {
  description = "Supported account types: AzureADMyOrg (single tenant), AzureADMultipleOrgs, AzureADandPersonalMicrosoftAccount or PersonalMicrosoftAccount. Default: AzureADMyOrg."
  type        = string
  default     = "AzureADMyOrg"
  nullable    = false

  validation {
    condition     = contains(["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"], var.sign_in_audience)
    error_message = "sign_in_audience must be AzureADMyOrg, AzureADMultipleOrgs, AzureADandPersonalMicrosoftAccount or PersonalMicrosoftAccount."
  }
}

variable "delegated_permissions" {
  description = "Names of the delegated Microsoft Graph permissions to request and to consent to. Default: null, the set-up guide's 13."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.delegated_permissions, []) : can(regex("^[A-Za-z][A-Za-z0-9._-]*$", x))])
    error_message = "delegated_permissions must hold names such as ChannelMessage.Send: a consent is given to names."
  }
}

variable "application_permissions" {
  description = "Names of the application Microsoft Graph permissions to request and to consent to; one that the provider does not know by name is written id:GUID. Default: null, the set-up guide's 7."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.application_permissions, []) : can(regex("^([A-Za-z][A-Za-z0-9._-]*|id:[0-9a-fA-F-]{36})$", x))])
    error_message = "application_permissions must hold names such as ChannelMessage.Read.All, or id: with a GUID."
  }
}

variable "extra_redirect_uris" {
  description = "Redirect URIs of the platform Web besides the one of site_url, for example of a second server that shares the registration. Default: none."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for x in var.extra_redirect_uris : can(regex("^(https://|http://localhost)", x))])
    error_message = "extra_redirect_uris must hold https addresses, or http://localhost ones."
  }
}

variable "owners" {
  description = "Object IDs of the users and service principals that own the registration; others are removed. The identity that runs Terraform with Application.ReadWrite.OwnedBy must be among them. Default: null, owners are not managed."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.owners, []) : can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", x))])
    error_message = "owners must hold object IDs (GUIDs) of users or service principals."
  }
}

variable "certificates" {
  description = "PEM certificates, without private keys, that the application may log in with; others are removed. Default: null, certificates are not managed, and what is there shows in foreign_credentials."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.certificates, []) : can(regex("^\\s*-----BEGIN CERTIFICATE-----", x)) && !can(regex("PRIVATE KEY", x))])
    error_message = "certificates must hold PEM text that begins with -----BEGIN CERTIFICATE----- and holds no private key."
  }
}

variable "foreign_credentials" {
  description = "Credentials of the registration that nothing declares and that are tolerated: key IDs, or federated: with the name of a federated credential. Any other shows as a change in every plan. Default: none."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for x in var.foreign_credentials : can(regex("^(federated:.+|[0-9a-fA-F-]{36})$", x))])
    error_message = "foreign_credentials must hold key IDs (GUIDs), or federated: with a name."
  }
}

variable "foreign_user_grants" {
  description = "Grants of single users that are tolerated, each written as the user's object ID, a colon and the permission. Any other shows as a change in every plan. Default: none."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for x in var.foreign_user_grants : can(regex("^[0-9a-fA-F-]{36}:.+$", x))])
    error_message = "foreign_user_grants must hold entries like 00000000-0000-0000-0000-000000000000:User.Read."
  }
}

variable "managed_secret_descriptions" {
  description = "Descriptions of the client secrets that msteamssync_client_secret looks after, so that they are not foreign. Default: null, that resource's own default."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.managed_secret_descriptions, []) : length(x) > 0])
    error_message = "managed_secret_descriptions must not hold an empty description."
  }
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
    mail_nickname       = optional(string)
    usage_location      = optional(string)
    license_skus        = optional(set(string))
    account_enabled     = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.bot == null || can(regex("^[^@ ]+@[^@ ]+$", var.bot.user_principal_name))
    error_message = "bot.user_principal_name must look like bridge@example.com."
  }

  validation {
    condition     = try(length(var.bot.license_skus), 0) == 0 || try(can(regex("^[A-Z]{2}$", var.bot.usage_location)), false)
    error_message = "bot.license_skus needs bot.usage_location, a two-letter country code such as US: Microsoft assigns no licence without it."
  }
}

variable "bot_password" {
  description = "Password of the bot account, needed to create it. It is write-only: neither the state nor the plan holds it. Default: null."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.bot_password == null || try(length(var.bot_password) >= 8, false)
    error_message = "bot_password must have at least 8 characters."
  }
}

variable "bot_password_version" {
  description = "Raise this number to send a changed bot_password. Default: 1."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.bot_password_version >= 1 && floor(var.bot_password_version) == var.bot_password_version
    error_message = "bot_password_version must be a whole number, 1 or more."
  }
}

variable "metered_billing" {
  description = "The metered billing account that links the application to an Azure subscription; null makes none. Microsoft stopped metering the Teams APIs on 2025-08-25. subscription_id defaults to the provider's. Default: null."
  type = object({
    name                = optional(string, "mattermost-msteams-sync")
    resource_group_name = string
    subscription_id     = optional(string)
    tags                = optional(map(string), {})
  })
  default = null

  validation {
    condition     = var.metered_billing == null || try(length(var.metered_billing.resource_group_name) > 0, false)
    error_message = "metered_billing.resource_group_name must name a resource group: the billing account is an Azure resource and lives in one."
  }

  validation {
    condition     = var.metered_billing == null || try(var.metered_billing.subscription_id == null, true) || can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.metered_billing.subscription_id))
    error_message = "metered_billing.subscription_id must be the GUID of an Azure subscription."
  }
}

variable "restore_deleted" {
  description = "True restores a registration and a bot account of the same name that were deleted within the last 30 days, instead of making others. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "deletion_protection" {
  description = "True refuses to destroy or replace the app registration and the bot account, until an apply has set it to false: with another registration every connected account would have to connect again. Default: true."
  type        = bool
  default     = true
  nullable    = false
}
