// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// settingKind says how a plugin setting looks in Terraform and in Mattermost's configuration.
type settingKind int

const (
	textSetting    settingKind = iota // string ↔ text
	boolSetting                       // bool ↔ truth value
	numberSetting                     // whole number ↔ number
	choiceSetting                     // string, one of options ↔ text
	namesSetting                      // set of strings ↔ comma-separated text
	billingSetting                    // "metered" or "evaluation" ↔ truth value of evaluationAPI
	secretSetting                     // write-only string with a version beside it ↔ text
)

// pluginSetting is one setting of the plugin that msteamssync_plugin_config declares. The manifest plugin/plugin.json is
// the source of keys, types, defaults and options; a test keeps this list in step with it.
type pluginSetting struct {
	attribute   string
	key         string
	kind        settingKind
	options     []string // choiceSetting
	least       int64    // numberSetting: smallest value
	validators  []validator.String
	equal       func(a, b string) bool // textSetting: values that count as the same; nil = equal strings
	description string
}

// managedKeysKey is the setting in which this resource says what it owns, for the System Console to show.
const managedKeysKey = "terraformManagedKeys"

// The keys of the client secret. They belong to msteamssync_client_secret unless client_secret_wo is used.
const (
	clientSecretKey        = "clientSecret"
	clientSecretExpiresKey = "clientSecretExpiresAt"
	clientSecretKeyIDKey   = "clientSecretKeyId"
)

// Billing models.
const (
	metered    = "metered"
	evaluation = "evaluation"
)

// customCloud is the value of cloud that takes its addresses from login_url and graph_url.
const customCloud = "custom"

var (
	guidPattern   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	tenantPattern = regexp.MustCompile(`^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+)$`)
)

// pluginSettings lists them in the order of the System Console.
var pluginSettings = []pluginSetting{
	{attribute: "tenant_id", key: "tenantId", equal: sameWithoutCase,
		validators:  []validator.String{stringvalidator.RegexMatches(tenantPattern, "it must be a GUID or a domain name of the tenant")},
		description: "Directory (tenant) ID of the Entra app registration. Default: empty, the plugin waits for it."},
	{attribute: "client_id", key: "clientId", equal: sameWithoutCase,
		validators:  []validator.String{stringvalidator.RegexMatches(guidPattern, "it must be a GUID: the application (client) ID, not the object ID or a name")},
		description: "Application (client) ID of the Entra app registration. Default: empty, the plugin waits for it."},
	{attribute: "client_secret_wo", key: clientSecretKey, kind: secretSetting,
		validators:  []validator.String{stringvalidator.LengthAtLeast(1)},
		description: "Client secret of the app registration, where another team makes it; write-only, so it is in no plan and no state. Use `msteamssync_client_secret` instead where one run holds Azure and Mattermost credentials. Default: empty."},
	{attribute: "former_encryption_key_wo", key: "formerEncryptionKey", kind: secretSetting,
		validators:  []validator.String{stringvalidator.LengthAtLeast(32)},
		description: "Encryption key of the plugin that was in use before, needed only if it was changed while the plugin did not run; write-only, so it is in no plan and no state. With it the plugin encrypts anew what the former key protects, and no account has to be connected again. Default: empty."},
	{attribute: "cloud", key: "cloud", kind: choiceSetting, options: []string{"public", "usgov", "usgovdod", "china", customCloud},
		description: "Microsoft cloud that the tenant lives in: `public`, `usgov`, `usgovdod`, `china`, or `custom`, which needs `login_url` and `graph_url`. Default: `public`."},
	{attribute: "login_url", key: "loginUrl", validators: []validator.String{httpsAddress{}},
		description: "Entra authority address, https; used with `cloud = \"custom\"`. Default: empty."},
	{attribute: "graph_url", key: "graphUrl", validators: []validator.String{httpsAddress{}},
		description: "Microsoft Graph address without version, https; used with `cloud = \"custom\"`. Default: empty."},
	{attribute: "ca_certificates", key: "caCertificates", validators: []validator.String{pemBlocks{"CERTIFICATE"}},
		description: "PEM certificates that the plugin trusts for the log-in and Graph addresses in addition to the system's. Default: empty."},
	{attribute: "billing_model", key: "evaluationAPI", kind: billingSetting, options: []string{metered, evaluation},
		description: "Licensing model for Graph subscriptions to a whole tenant: `metered`, billed to the Azure subscription of `msteamssync_metered_billing`, or `evaluation`, limited to a monthly budget of messages. Subscriptions to single channels and chats, which the plugin makes below `tenant_subscription_from`, name no model, and Microsoft stopped metering Teams APIs on 2025-08-25. Default: `metered`."},
	{attribute: "tenant_subscription_from", key: "tenantSubscriptionFrom", kind: numberSetting,
		description: "Number of linked channels from which on one Graph subscription to all channels of the tenant takes the place of one for each channel; 0 never does so. Default: 1000."},
	{attribute: "enforce_connected_users", key: "enforceConnectedUsers", kind: boolSetting,
		description: "Whether users are prompted at log-in and refresh to connect their Microsoft Teams account; system admins, guests and bots are never locked out. Default: false."},
	{attribute: "allow_skip_connect_users", key: "allowSkipConnectUsers", kind: boolSetting,
		description: "Whether the prompt can be skipped until the next refresh of the browser; it matters only with `enforce_connected_users`. Default: false."},
	{attribute: "enforce_connected_posting", key: "enforceConnectedPosting", kind: boolSetting,
		description: "Whether the server refuses posts in linked channels by users who have not connected their Microsoft Teams account, whichever client they come from; system admins, guests, bots, webhooks, mirrored users and users who may not connect an account can always post. Default: false."},
	{attribute: "sync_linked_channels", key: "syncLinkedChannels", kind: boolSetting,
		description: "Whether messages of linked channels are bridged and channels can be linked. Default: true."},
	{attribute: "sync_direct_messages", key: "syncDirectMessages", kind: boolSetting,
		description: "Whether one-to-one chats are bridged. Default: false."},
	{attribute: "sync_group_messages", key: "syncGroupMessages", kind: boolSetting,
		description: "Whether group chats are bridged. Default: false."},
	{attribute: "selective_sync", key: "selectiveSync", kind: boolSetting,
		description: "Whether a chat is bridged only if its members span both platforms. Default: false."},
	{attribute: "sync_remote_only", key: "syncRemoteOnly", kind: boolSetting,
		description: "Whether, with `selective_sync`, only chats between connected and mirrored users are bridged. Default: false."},
	{attribute: "sync_reactions", key: "syncReactions", kind: boolSetting,
		description: "Whether reactions are bridged in both directions. Default: true."},
	{attribute: "sync_file_attachments", key: "syncFileAttachments", kind: boolSetting,
		description: "Whether files are bridged in both directions. Default: true."},
	{attribute: "sync_system_messages", key: "syncSystemMessages", kind: boolSetting,
		description: "Whether what nobody wrote is bridged as text in both directions: that somebody joined or left, that a channel was renamed, that a meeting began. Default: false."},
	{attribute: "sync_users", key: "syncUsers", kind: numberSetting,
		description: "Minutes between two synchronisations of the users of the tenant: everybody whom `sync_guest_users`, `sync_users_domains` and `sync_users_groups` choose is mirrored as a user " +
			"before they are seen in Teams, except who is on the server already; mirrored users follow the directory. `0` switches it off: then people are mirrored when they are first seen. Default: 0."},
	{attribute: "sync_guest_users", key: "syncGuestUsers", kind: boolSetting,
		description: "Whether guests of the tenant and people of other organisations are mirrored as users; otherwise the plugin's bot shows what they write, under their name. Default: false."},
	{attribute: "sync_users_domains", key: "syncUsersDomains", kind: namesSetting,
		validators:  []validator.String{stringvalidator.RegexMatches(regexp.MustCompile(`^[A-Za-z0-9.-]+$`), "it must be a domain like example.com, without @")},
		description: "Domains of e-mail addresses whose people are mirrored as users; the plugin's bot shows what others write, under their name. `[]` means all domains. Default: empty, all domains."},
	{attribute: "sync_users_groups", key: "syncUsersGroups", kind: namesSetting,
		validators:  []validator.String{stringvalidator.RegexMatches(regexp.MustCompile(`^[0-9a-fA-F-]{36}$`), "it must be the object ID of an Entra group")},
		description: "Object IDs of Entra groups whose direct members are mirrored as users; the plugin's bot shows what others write, under their name. `[]` means everybody. Default: empty, everybody."},
	{attribute: "enabled_teams", key: "enabledTeams", kind: namesSetting,
		validators:  []validator.String{stringvalidator.RegexMatches(regexp.MustCompile(`^[a-z0-9-]+$`), "it must be a team's name as in its URL: lower-case letters, digits and hyphens, not its display name")},
		description: "Names (as in the URL) of the Mattermost teams in which linking and prompting are enabled; `[]` means all teams. Default: empty, all teams."},
	{attribute: "linkable_teams", key: "linkableTeams", kind: namesSetting,
		validators:  []validator.String{stringvalidator.RegexMatches(guidPattern, "it must be the id of a team in Microsoft Teams, which is the object ID of its Entra group")},
		description: "Ids (object IDs of the Entra groups) of the teams in Microsoft Teams whose channels may be linked, by anybody; links that were made before stay. `[]` means all teams. Default: empty, all teams."},
	{attribute: "link_approval_required", key: "linkApprovalRequired", kind: boolSetting,
		description: "Whether what a channel admin links waits until a system admin has approved it; what system admins and `msteamssync_channel_link` link needs no approval. Default: false."},
	{attribute: "prompt_interval_for_dms_and_gms", key: "promptIntervalForDMsAndGMs", kind: numberSetting,
		description: "Hours between two reminders to connect, per user and conversation; 0 switches the reminder off. Default: 0."},
	{attribute: "max_size_for_complete_download", key: "maxSizeForCompleteDownload", kind: numberSetting,
		description: "Size in MB up to which files are fetched in one request; larger ones are streamed in ranges. 0 streams all files in ranges. Default: 20."},
	{attribute: "buffer_size_for_file_streaming", key: "bufferSizeForFileStreaming", kind: numberSetting, least: 1,
		description: "Size in MB of a range when files are streamed, at least 1. Default: 20."},
	{attribute: "connected_users_allowed", key: "connectedUsersAllowed", kind: numberSetting,
		description: "How many users may have connected an account, pending invitations included. Default: 1000."},
	{attribute: "connected_users_max_pending_invites", key: "connectedUsersMaxPendingInvites", kind: numberSetting,
		description: "How many automatic invitations to connect may be open at a time; 0 switches them off. Default: 0."},
	{attribute: "connected_users_restricted", key: "connectedUsersRestricted", kind: boolSetting,
		description: "Whether only users on the whitelist may connect. Default: false."},
	{attribute: "automatically_promote_synthetic_users", key: "automaticallyPromoteSyntheticUsers", kind: boolSetting,
		description: "Whether a mirrored user becomes a regular one at the first log-in. Default: false."},
	{attribute: "synthetic_user_auth_service", key: "syntheticUserAuthService", kind: choiceSetting, options: []string{"saml", "ldap"},
		description: "Authentication service set on mirrored users that may be promoted: `saml` or `ldap`. Default: `saml`."},
	{attribute: "synthetic_user_auth_data", key: "syntheticUserAuthData", kind: choiceSetting, options: []string{"ID", "Mail", "UserPrincipalName"},
		description: "Teams attribute that links a mirrored user to its authentication service: `ID`, `Mail` or `UserPrincipalName`. Default: `ID`."},
	{attribute: "certificate_public", key: "certificatePublic", validators: []validator.String{pemBlocks{"CERTIFICATE"}},
		description: "PEM certificate for encrypted change notifications. Default: empty, notifications carry no content."},
	{attribute: "certificate_key_wo", key: "certificateKey", kind: secretSetting, validators: []validator.String{pemBlocks{"PRIVATE KEY"}},
		description: "PEM private key (PKCS#8, RSA) of `certificate_public`; write-only, so it is in no plan and no state. Default: empty."},
}

// settingsOwnedElsewhere are the manifest's settings that other resources own, or this one without an attribute.
var settingsOwnedElsewhere = map[string]string{
	"encryptionKey":        "msteamssync_plugin",
	"webhookSecret":        "msteamssync_plugin",
	clientSecretExpiresKey: "msteamssync_client_secret",
	clientSecretKeyIDKey:   "msteamssync_client_secret",
	managedKeysKey:         "msteamssync_plugin_config, computed",
}
