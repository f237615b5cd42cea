// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package config

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
)

// Settings are the plugin's settings as the manifest declares them, with what follows from them. Each field with a
// setting tag holds the setting of that key; a test compares the tags with the manifest.
type Settings struct {
	TenantID              string `setting:"tenantId"`
	ClientID              string `setting:"clientId"`
	ClientSecret          string `setting:"clientSecret"`
	ClientSecretExpiresAt string `setting:"clientSecretExpiresAt"`
	ClientSecretKeyID     string `setting:"clientSecretKeyId"`
	EncryptionKey         string `setting:"encryptionKey"`
	FormerEncryptionKey   string `setting:"formerEncryptionKey"`
	WebhookSecret         string `setting:"webhookSecret"`

	Cloud          string `setting:"cloud"`
	LoginURL       string `setting:"loginUrl"`
	GraphURL       string `setting:"graphUrl"`
	CACertificates string `setting:"caCertificates"`
	EvaluationAPI  bool   `setting:"evaluationAPI"`

	TenantSubscriptionFrom int `setting:"tenantSubscriptionFrom"`

	EnforceConnectedUsers bool `setting:"enforceConnectedUsers"`
	AllowSkipConnectUsers bool `setting:"allowSkipConnectUsers"`
	// EnforceConnectedPosting refuses posts in linked channels by those who have not connected an account.
	EnforceConnectedPosting bool `setting:"enforceConnectedPosting"`

	SyncLinkedChannels  bool   `setting:"syncLinkedChannels"`
	SyncDirectMessages  bool   `setting:"syncDirectMessages"`
	SyncGroupMessages   bool   `setting:"syncGroupMessages"`
	SelectiveSync       bool   `setting:"selectiveSync"`
	SyncRemoteOnly      bool   `setting:"syncRemoteOnly"`
	SyncReactions       bool   `setting:"syncReactions"`
	SyncFileAttachments bool   `setting:"syncFileAttachments"`
	SyncSystemMessages  bool   `setting:"syncSystemMessages"`
	SyncUsersMinutes    int    `setting:"syncUsers"`
	SyncGuestUsers      bool   `setting:"syncGuestUsers"`
	SyncUsersDomains    string `setting:"syncUsersDomains"`
	SyncUsersGroups     string `setting:"syncUsersGroups"`
	EnabledTeams        string `setting:"enabledTeams"`

	LinkableTeams        string `setting:"linkableTeams"`
	LinkApprovalRequired bool   `setting:"linkApprovalRequired"`

	PromptIntervalHours int `setting:"promptIntervalForDMsAndGMs"`
	MaxDownloadMB       int `setting:"maxSizeForCompleteDownload"`
	StreamBufferMB      int `setting:"bufferSizeForFileStreaming"`

	ConnectedUsersAllowed    int  `setting:"connectedUsersAllowed"`
	MaxPendingInvites        int  `setting:"connectedUsersMaxPendingInvites"`
	ConnectedUsersRestricted bool `setting:"connectedUsersRestricted"`

	PromoteSyntheticUsers    bool   `setting:"automaticallyPromoteSyntheticUsers"`
	SyntheticUserAuthService string `setting:"syntheticUserAuthService"`
	SyntheticUserAuthData    string `setting:"syntheticUserAuthData"`

	CertificatePublic string `setting:"certificatePublic"`
	CertificateKey    string `setting:"certificateKey"`

	TerraformManagedKeys string `setting:"terraformManagedKeys"`

	// What follows from the above and from the server's own configuration.
	SiteURL   string         // of the server, normalised; no trailing slash
	Addresses catalog.Cloud  // of the chosen cloud
	Trusted   *x509.CertPool // nil when the system's certificates do
	// Certificate is certificatePublic with certificateKey; nil without them.
	Certificate *notification.Key
}

// SecretExpiry returns when the client secret expires; zero when it is not known.
func (s Settings) SecretExpiry() time.Time {
	expiry, err := time.Parse(time.RFC3339, s.ClientSecretExpiresAt)
	if err != nil {
		return time.Time{}
	}
	return expiry
}

// TeamEnabled tells whether a Mattermost team, by its name in addresses, takes part. An empty list means all.
func (s Settings) TeamEnabled(name string) bool {
	names := splitList(s.EnabledTeams)
	for _, enabled := range names {
		if strings.EqualFold(enabled, name) {
			return true
		}
	}
	return len(names) == 0
}

// TeamsLinkable returns the ids, in lower case, of the teams of Microsoft Teams that may be linked; none for all.
func (s Settings) TeamsLinkable() []string { return splitList(strings.ToLower(s.LinkableTeams)) }

// TeamLinkable tells whether channels of a team of Microsoft Teams may be linked.
func (s Settings) TeamLinkable(id string) bool {
	ids := s.TeamsLinkable()
	return len(ids) == 0 || slices.Contains(ids, strings.ToLower(id))
}

// MirroredDomains returns the domains whose people are mirrored, in lower case; none for all.
func (s Settings) MirroredDomains() []string {
	domains := splitList(strings.ToLower(s.SyncUsersDomains))
	for i := range domains {
		domains[i] = strings.TrimPrefix(domains[i], "@")
	}
	return domains
}

// MirroredGroups returns the ids of the groups whose members are mirrored; none for everybody.
func (s Settings) MirroredGroups() []string { return splitList(strings.ToLower(s.SyncUsersGroups)) }

// ManagedKeys returns the keys that Terraform owns.
func (s Settings) ManagedKeys() []string { return splitList(s.TerraformManagedKeys) }

func splitList(list string) []string {
	names := []string{}
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
