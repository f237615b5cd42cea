# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

variable "tenant_id" {
  description = "Directory (tenant) ID that the plugin signs users in to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.tenant_id))
    error_message = "tenant_id must be the directory's GUID, as shown in the Entra admin centre under Overview."
  }
}

variable "site_url" {
  description = "Site URL of the Mattermost server that everything else was set up for, https. It is compared with the server's own and never written. Default: null, it is not compared."
  type        = string
  default     = null

  validation {
    condition     = var.site_url == null || can(regex("^https://[^/?#]+", var.site_url))
    error_message = "site_url must start with https://, like https://chat.example.com."
  }
}

variable "client_id" {
  description = "Application (client) ID of the app registration, as the Azure side hands it over. Default: null, the plugin runs and waits for it."
  type        = string
  default     = null

  validation {
    condition     = var.client_id == null || can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.client_id))
    error_message = "client_id must be the application (client) ID, a GUID; not the object ID and not a name."
  }
}

variable "client_secret" {
  description = "Client secret of the app registration, where another team makes it. It is write-only: neither the state nor the plan holds it. Default: null."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.client_secret == null || try(length(var.client_secret) > 0, false)
    error_message = "client_secret must not be empty; leave it out instead."
  }
}

variable "client_secret_version" {
  description = "Any number; a change writes client_secret again, and a value gives it at all. Default: null, client_secret is not managed here."
  type        = number
  default     = null

  validation {
    condition     = var.client_secret_version == null || try(floor(var.client_secret_version) == var.client_secret_version, false)
    error_message = "client_secret_version must be a whole number."
  }
}

variable "client_certificate" {
  description = "A certificate for log-ins to Microsoft, made by the plugin, which keeps the private key; the output certificate_pem is for the Azure side. Default: null, none."
  type = object({
    valid_for         = optional(string, "8760h")
    rotate_before     = optional(string, "720h")
    subject           = optional(string, "CN=Mattermost MS Teams Sync")
    rotation_triggers = optional(map(string), {})
  })
  default = null

  validation {
    condition     = var.client_certificate == null || try(alltrue([for x in [var.client_certificate.valid_for, var.client_certificate.rotate_before] : can(regex("^[1-9][0-9]*h$", x))]), false)
    error_message = "client_certificate.valid_for and rotate_before must be whole hours with the unit h, for example 8760h."
  }
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
  description = "Addresses of a custom cloud (an emulator, a proxy) and the PEM certificates to trust for it; needed when cloud is custom. Default: null."
  type = object({
    login_url       = string
    graph_url       = string
    ca_certificates = optional(string)
  })
  default = null

  validation {
    condition     = (var.cloud == "custom") == (var.custom_cloud != null)
    error_message = "custom_cloud is needed when cloud is \"custom\", and only then."
  }

  validation {
    condition     = var.custom_cloud == null || try(alltrue([for x in [var.custom_cloud.login_url, var.custom_cloud.graph_url] : can(regex("^(https://|http://(localhost|127\\.0\\.0\\.1))", x))]), false)
    error_message = "custom_cloud.login_url and graph_url must be https addresses."
  }
}

variable "billing_model" {
  description = "evaluation or metered, for Graph subscriptions to a whole tenant. Microsoft stopped metering the Teams APIs on 2025-08-25, so evaluation is enough today. Default: evaluation."
  type        = string
  default     = "evaluation"
  nullable    = false

  validation {
    condition     = contains(["evaluation", "metered"], var.billing_model)
    error_message = "billing_model must be \"evaluation\" or \"metered\"."
  }
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

  validation {
    condition     = alltrue([for k, v in var.plugin_restart_triggers : k != "" && v != null])
    error_message = "plugin_restart_triggers must have names and values."
  }
}

variable "plugin_bundle" {
  description = "Another plugin bundle than the one inside the provider: a file's path, or an https address with the SHA-256 of what it leads to. Default: null, the provider's own."
  type = object({
    path   = optional(string)
    url    = optional(string)
    sha256 = optional(string)
  })
  default = null

  validation {
    condition     = var.plugin_bundle == null || try((var.plugin_bundle.path == null) != (var.plugin_bundle.url == null), false)
    error_message = "plugin_bundle needs exactly one of path and url."
  }

  validation {
    condition     = try(var.plugin_bundle.url, null) == null || can(regex("^[0-9a-fA-F]{64}$", var.plugin_bundle.sha256))
    error_message = "plugin_bundle.url needs plugin_bundle.sha256, 64 hexadecimal digits."
  }
}

variable "plugin_allow_downgrade" {
  description = "Whether a bundle that is older than the installed plugin may replace it. Default: false, because an older plugin may not understand a newer one's tables."
  type        = bool
  default     = false
  nullable    = false
}

variable "tenant_subscription_from" {
  description = "Number of linked channels from which on one Graph subscription to all channels of the tenant takes the place of one for each channel; 0 never does so. Default: null, not managed; the plugin's own default is 1000."
  type        = number
  default     = null

  validation {
    condition     = var.tenant_subscription_from == null || try(var.tenant_subscription_from >= 0 && floor(var.tenant_subscription_from) == var.tenant_subscription_from, false)
    error_message = "tenant_subscription_from must be a whole number, 0 or more."
  }
}

variable "enforce_connected_users" {
  description = "Whether users are prompted at log-in and refresh to connect their Microsoft Teams account; system admins, guests and bots are never locked out. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "allow_skip_connect_users" {
  description = "Whether that prompt can be skipped until the next refresh. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "enforce_connected_posting" {
  description = "Whether the server refuses posts in linked channels by users who have not connected their Microsoft Teams account; system admins, guests, bots and webhooks can always post. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "sync_linked_channels" {
  description = "Whether messages of linked channels are bridged and channels can be linked. Default: null, not managed; the plugin's own default is true."
  type        = bool
  default     = null
}

variable "sync_direct_messages" {
  description = "Whether one-to-one chats are bridged. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "sync_group_messages" {
  description = "Whether group chats are bridged. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "selective_sync" {
  description = "Whether a chat is bridged only if its members span both platforms. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "sync_remote_only" {
  description = "Whether, with selective_sync, only chats between connected and mirrored users are bridged. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "sync_reactions" {
  description = "Whether reactions are bridged. Default: null, not managed; the plugin's own default is true."
  type        = bool
  default     = null
}

variable "sync_file_attachments" {
  description = "Whether files are bridged. Default: null, not managed; the plugin's own default is true."
  type        = bool
  default     = null
}

variable "sync_system_messages" {
  description = "Whether what nobody wrote is bridged as text: that somebody joined or left, that a channel was renamed, that a meeting began. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "sync_users" {
  description = "Minutes between two synchronisations of the users of the tenant, who are mirrored before they are seen in Teams; 0 switches it off. Default: null, not managed; the plugin's own default is 0."
  type        = number
  default     = null

  validation {
    condition     = var.sync_users == null || try(var.sync_users >= 0 && floor(var.sync_users) == var.sync_users, false)
    error_message = "sync_users must be a whole number, 0 or more."
  }
}

variable "sync_guest_users" {
  description = "Whether guests of the tenant and people of other organisations are mirrored as users. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "sync_users_domains" {
  description = "Domains of e-mail addresses whose people are mirrored as users; none means all domains. Default: null, not managed; the plugin's own default is none."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.sync_users_domains, []) : can(regex("^[A-Za-z0-9.-]+$", x))])
    error_message = "sync_users_domains must hold domains like example.com, without @."
  }
}

variable "sync_users_groups" {
  description = "Object IDs of Entra groups whose direct members are mirrored as users; none means everybody. Default: null, not managed; the plugin's own default is none."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.sync_users_groups, []) : can(regex("^[0-9a-fA-F-]{36}$", x))])
    error_message = "sync_users_groups must hold object IDs (GUIDs) of Entra groups."
  }
}

variable "enabled_teams" {
  description = "Names, as in the address, of the Mattermost teams in which linking and prompting are enabled; none means all teams. Default: null, not managed; the plugin's own default is none."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.enabled_teams, []) : can(regex("^[a-z0-9-]+$", x))])
    error_message = "enabled_teams must hold names as in the address: lower-case letters, digits and hyphens, not display names."
  }
}

variable "linkable_teams" {
  description = "Ids (object IDs of the Entra groups) of the teams in Microsoft Teams whose channels may be linked, by anybody; none means all teams. Default: null, not managed; the plugin's own default is none."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.linkable_teams, []) : can(regex("^[0-9a-fA-F-]{36}$", x))])
    error_message = "linkable_teams must hold ids (GUIDs) of teams in Microsoft Teams."
  }
}

variable "link_approval_required" {
  description = "Whether what a channel admin links waits until a system admin has approved it; what is declared here needs no approval. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "prompt_interval_for_dms_and_gms" {
  description = "Hours between two reminders to connect, per user and conversation; 0 switches the reminder off. Default: null, not managed; the plugin's own default is 0."
  type        = number
  default     = null

  validation {
    condition     = var.prompt_interval_for_dms_and_gms == null || try(var.prompt_interval_for_dms_and_gms >= 0 && floor(var.prompt_interval_for_dms_and_gms) == var.prompt_interval_for_dms_and_gms, false)
    error_message = "prompt_interval_for_dms_and_gms must be a whole number, 0 or more."
  }
}

variable "max_size_for_complete_download" {
  description = "Size in MB up to which files are fetched in one request; larger ones are streamed in ranges, with 0 all. Default: null, not managed; the plugin's own default is 20."
  type        = number
  default     = null

  validation {
    condition     = var.max_size_for_complete_download == null || try(var.max_size_for_complete_download >= 0 && floor(var.max_size_for_complete_download) == var.max_size_for_complete_download, false)
    error_message = "max_size_for_complete_download must be a whole number, 0 or more."
  }
}

variable "buffer_size_for_file_streaming" {
  description = "Size in MB of a range when files are streamed. Default: null, not managed; the plugin's own default is 20."
  type        = number
  default     = null

  validation {
    condition     = var.buffer_size_for_file_streaming == null || try(var.buffer_size_for_file_streaming >= 1 && floor(var.buffer_size_for_file_streaming) == var.buffer_size_for_file_streaming, false)
    error_message = "buffer_size_for_file_streaming must be a whole number, 1 or more."
  }
}

variable "connected_users_allowed" {
  description = "How many users may have connected an account, pending invitations included. Default: null, not managed; the plugin's own default is 1000."
  type        = number
  default     = null

  validation {
    condition     = var.connected_users_allowed == null || try(var.connected_users_allowed >= 0 && floor(var.connected_users_allowed) == var.connected_users_allowed, false)
    error_message = "connected_users_allowed must be a whole number, 0 or more."
  }
}

variable "connected_users_max_pending_invites" {
  description = "How many automatic invitations to connect may be open at a time; 0 switches them off. Default: null, not managed; the plugin's own default is 0."
  type        = number
  default     = null

  validation {
    condition     = var.connected_users_max_pending_invites == null || try(var.connected_users_max_pending_invites >= 0 && floor(var.connected_users_max_pending_invites) == var.connected_users_max_pending_invites, false)
    error_message = "connected_users_max_pending_invites must be a whole number, 0 or more."
  }
}

variable "connected_users_restricted" {
  description = "Whether only users on the whitelist may connect. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "automatically_promote_synthetic_users" {
  description = "Whether a mirrored user becomes a regular one at the first log-in. Default: null, not managed; the plugin's own default is false."
  type        = bool
  default     = null
}

variable "synthetic_user_auth_service" {
  description = "Authentication service set on mirrored users that may be promoted: saml or ldap. Default: null, not managed; the plugin's own default is saml."
  type        = string
  default     = null

  validation {
    condition     = var.synthetic_user_auth_service == null || try(contains(["saml", "ldap"], var.synthetic_user_auth_service), false)
    error_message = "synthetic_user_auth_service must be saml or ldap."
  }
}

variable "synthetic_user_auth_data" {
  description = "Teams attribute that links a mirrored user to its authentication service: ID, Mail or UserPrincipalName. Default: null, not managed; the plugin's own default is ID."
  type        = string
  default     = null

  validation {
    condition     = var.synthetic_user_auth_data == null || try(contains(["ID", "Mail", "UserPrincipalName"], var.synthetic_user_auth_data), false)
    error_message = "synthetic_user_auth_data must be ID, Mail or UserPrincipalName."
  }
}

variable "encryption_certificate" {
  description = "PEM certificate (RSA) for encrypted change notifications, which then carry the messages; needs encryption_key. Default: null, notifications carry no content."
  type        = string
  default     = null

  validation {
    condition     = var.encryption_certificate == null || can(regex("^\\s*-----BEGIN CERTIFICATE-----", var.encryption_certificate))
    error_message = "encryption_certificate must be PEM text that begins with -----BEGIN CERTIFICATE-----."
  }
}

variable "encryption_key" {
  description = "PEM private key (PKCS#8, RSA) of encryption_certificate. It is write-only: neither the state nor the plan holds it. Default: null."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.encryption_key == null || can(regex("^\\s*-----BEGIN PRIVATE KEY-----", var.encryption_key))
    error_message = "encryption_key must be PEM text that begins with -----BEGIN PRIVATE KEY-----."
  }
}

variable "encryption_key_version" {
  description = "Raise this number to send a changed encryption_key. Default: 1."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.encryption_key_version >= 1 && floor(var.encryption_key_version) == var.encryption_key_version
    error_message = "encryption_key_version must be a whole number, 1 or more."
  }
}

variable "former_encryption_key" {
  description = "Encryption key of the plugin that was in use before, needed only if it was changed while the plugin did not run. It is write-only: neither the state nor the plan holds it. Default: null."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.former_encryption_key == null || try(length(var.former_encryption_key) >= 32, false)
    error_message = "former_encryption_key must have at least 32 characters, as the plugin's encryption key has."
  }
}

variable "former_encryption_key_version" {
  description = "Any number; a change writes former_encryption_key again, and a value gives it at all. Default: null, it is not managed here."
  type        = number
  default     = null

  validation {
    condition     = var.former_encryption_key_version == null || try(floor(var.former_encryption_key_version) == var.former_encryption_key_version, false)
    error_message = "former_encryption_key_version must be a whole number."
  }
}

variable "connection_whitelist" {
  description = "E-mail addresses or user names of the Mattermost users who may connect, with connected_users_restricted; an empty set lets nobody connect. Default: null, the whitelist is not managed."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for x in coalesce(var.connection_whitelist, []) : length(x) > 0])
    error_message = "connection_whitelist must not hold an empty name."
  }
}

variable "account_mappings" {
  description = "Microsoft Teams accounts (user principal names or object IDs) by Mattermost users (names, e-mail addresses or IDs): pairs that may connect although their e-mail addresses differ. Default: none."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for k, v in var.account_mappings : k != "" && v != ""])
    error_message = "account_mappings must have a Mattermost user as each key and a Microsoft Teams account as its value."
  }
}

variable "bot_user_principal_name" {
  description = "Account that speaks for people without a connected one, to connect it with bot_password; the tenant must allow log-in with a password. Default: null, a system admin connects a bot with /msteams-sync connect-bot."
  type        = string
  default     = null

  validation {
    condition     = var.bot_user_principal_name == null || can(regex("^[^@ ]+@[^@ ]+$", var.bot_user_principal_name))
    error_message = "bot_user_principal_name must look like bridge@example.com."
  }
}

variable "bot_password" {
  description = "Password of the bot account, to connect it. It is write-only: neither the state nor the plan holds it. Default: null."
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

variable "channel_links" {
  description = <<-EOT
    Channels to link, by names of your choice, which must not change later. Each side is given by names (mattermost_team and
    mattermost_channel as in the address; teams_team and teams_channel as shown) or by ids. backfill_days brings along messages of the
    last so many days from Teams when the link is made, backfill_to_teams_days posts to Teams, as new messages there. Default: none.
  EOT
  type = map(object({
    mattermost_channel_id  = optional(string)
    mattermost_team        = optional(string)
    mattermost_channel     = optional(string)
    teams_team_id          = optional(string)
    teams_channel_id       = optional(string)
    teams_team             = optional(string)
    teams_channel          = optional(string)
    backfill_days          = optional(number)
    backfill_to_teams_days = optional(number)
    deletion_protection    = optional(bool)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for x in values(var.channel_links) : (x.mattermost_channel_id != null) != (x.mattermost_team != null && x.mattermost_channel != null)])
    error_message = "Each of channel_links needs either mattermost_channel_id, or mattermost_team and mattermost_channel."
  }

  validation {
    condition     = alltrue([for x in values(var.channel_links) : (x.teams_team_id != null && x.teams_channel_id != null) != (x.teams_team != null && x.teams_channel != null)])
    error_message = "Each of channel_links needs either teams_team_id and teams_channel_id, or teams_team and teams_channel."
  }

  validation {
    condition     = alltrue([for x in values(var.channel_links) : alltrue([for days in [x.backfill_days, x.backfill_to_teams_days] : coalesce(days, 0) >= 0 && coalesce(days, 0) <= 240])])
    error_message = "backfill_days and backfill_to_teams_days must be from 0 to 240."
  }
}

variable "unmanaged_links" {
  description = "What becomes of a link that channel_links does not name: ignore, report (every plan shows it) or remove (apply unlinks its channels). Default: ignore."
  type        = string
  default     = "ignore"
  nullable    = false

  validation {
    condition     = contains(["ignore", "report", "remove"], var.unmanaged_links)
    error_message = "unmanaged_links must be ignore, report or remove."
  }
}

variable "tolerated_links" {
  description = "IDs of Mattermost channels whose links are tolerated although channel_links does not name them; it matters unless unmanaged_links is ignore. Default: none."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for x in var.tolerated_links : can(regex("^[a-z0-9]{26}$", x))])
    error_message = "tolerated_links must hold IDs of Mattermost channels, 26 lower-case letters and digits."
  }
}

variable "deletion_protection" {
  description = "True refuses to destroy or replace the channel links, until an apply has set it to false. A link of channel_links can say otherwise for itself. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "settings_after" {
  description = "Values of objects that must be there before the settings are written, for example the key ID of a client secret. Default: null."
  type        = any
  default     = null

  validation {
    condition     = length(jsonencode(var.settings_after)) >= 0
    error_message = "settings_after takes any value."
  }
}
