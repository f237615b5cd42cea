// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import "net/http"

// Role is who may call a route. Each role may do what the ones before it may.
type Role int

// The roles.
const (
	Anonymous     Role = iota // anybody who can reach the server; the route checks a secret of its own
	User                      // a user who is logged in
	ChannelReader             // who may read the channel, or that of the post, that the request names
	ChannelAdmin              // who may manage the roles of the channel that the request names
	SystemAdmin               // who may manage the system
)

// String returns the role as openapi.yaml spells it in x-role.
func (r Role) String() string {
	return [...]string{"anonymous", "user", "channel_reader", "channel_admin", "system_admin"}[r]
}

const (
	smallBody        = 64 << 10
	listBody         = 2 << 20 // 10,000 addresses
	notificationBody = 4 << 20 // Graph's own limit of a request
)

// Route is one thing that can be asked.
type Route struct {
	Method  string
	Path    string // below the plugin's address, as http.ServeMux spells patterns
	Role    Role
	MaxBody int64 // bytes; 0 = the body is not read
	Page    bool  // answers a browser with pages instead of JSON
	Cost    int   // of the caller's allowance; 0 = 1

	serve func(*api, *call) error
}

// Routes returns the table of routes.
func Routes() []Route {
	return []Route{
		// The set-up guide's routes.
		{Method: http.MethodPost, Path: "/changes", Role: Anonymous, MaxBody: notificationBody, serve: (*api).changes},
		{Method: http.MethodPost, Path: "/lifecycle", Role: Anonymous, MaxBody: notificationBody, serve: (*api).lifecycle},
		{Method: http.MethodGet, Path: "/connect", Role: User, Page: true, serve: (*api).connect},
		{Method: http.MethodGet, Path: "/oauth-redirect", Role: User, Page: true, serve: (*api).redirect},
		{Method: http.MethodGet, Path: "/needsConnect", Role: User, serve: (*api).needsConnect},
		{Method: http.MethodGet, Path: "/connection-status", Role: User, serve: (*api).connectionStatus},

		{Method: http.MethodGet, Path: "/api/v1/my/connection", Role: User, serve: (*api).myConnection},
		{Method: http.MethodPost, Path: "/api/v1/my/disconnect", Role: User, serve: (*api).disconnectMe},
		{Method: http.MethodGet, Path: "/api/v1/status", Role: SystemAdmin, serve: (*api).status},
		{Method: http.MethodGet, Path: "/api/v1/metrics", Role: SystemAdmin, serve: (*api).metrics},
		{Method: http.MethodPost, Path: "/api/v1/config/fingerprints", Role: SystemAdmin, MaxBody: smallBody, serve: (*api).fingerprints},
		{Method: http.MethodPost, Path: "/api/v1/checks/webhook", Role: SystemAdmin, Cost: lookupCost, serve: (*api).checkWebhook},
		{Method: http.MethodPost, Path: "/api/v1/checks/credentials", Role: SystemAdmin, serve: (*api).checkCredentials},
		{Method: http.MethodGet, Path: "/api/v1/encryption-key", Role: SystemAdmin, serve: (*api).showKeys},
		{Method: http.MethodPost, Path: "/api/v1/encryption-key/rotate", Role: SystemAdmin, serve: (*api).rotateKeys},
		{Method: http.MethodPost, Path: "/api/v1/checks/consent", Role: SystemAdmin, Cost: lookupCost, serve: (*api).checkConsent},
		{Method: http.MethodGet, Path: "/api/v1/certificates", Role: SystemAdmin, serve: (*api).listCertificates},
		{Method: http.MethodPost, Path: "/api/v1/certificates", Role: SystemAdmin, MaxBody: smallBody, serve: (*api).createCertificate},
		{Method: http.MethodDelete, Path: "/api/v1/certificates/{id}", Role: SystemAdmin, serve: (*api).deleteCertificate},
		{Method: http.MethodGet, Path: "/api/v1/posts/{post_id}/sync", Role: ChannelReader, serve: (*api).postSync},
		{Method: http.MethodPost, Path: "/api/v1/posts/{post_id}/retry", Role: ChannelReader, serve: (*api).retryPost},
		{Method: http.MethodPost, Path: "/api/v1/posts/sync", Role: User, MaxBody: smallBody, serve: (*api).postStates},
		{Method: http.MethodGet, Path: "/api/v1/my/linked-channels", Role: User, serve: (*api).linkedChannels},
		{Method: http.MethodGet, Path: "/api/v1/links", Role: SystemAdmin, serve: (*api).listLinks},
		{Method: http.MethodPost, Path: "/api/v1/links", Role: ChannelAdmin, MaxBody: smallBody, serve: (*api).createLink},
		{Method: http.MethodGet, Path: "/api/v1/links/audit", Role: SystemAdmin, serve: (*api).linkAudit},
		{Method: http.MethodDelete, Path: "/api/v1/links/{channel_id}", Role: ChannelAdmin, serve: (*api).deleteLink},
		{Method: http.MethodPost, Path: "/api/v1/links/{channel_id}/resync", Role: ChannelAdmin, serve: (*api).resyncLink},
		{Method: http.MethodGet, Path: "/api/v1/link-requests", Role: SystemAdmin, serve: (*api).listRequests},
		{Method: http.MethodPost, Path: "/api/v1/link-requests/{id}/approve", Role: SystemAdmin, Cost: lookupCost, serve: (*api).approveRequest},
		{Method: http.MethodPost, Path: "/api/v1/link-requests/{id}/refuse", Role: SystemAdmin, MaxBody: smallBody, serve: (*api).refuseRequest},
		{Method: http.MethodGet, Path: "/api/v1/my/links", Role: User, Cost: lookupCost, serve: (*api).myLinks},
		{Method: http.MethodGet, Path: "/api/v1/my/channels", Role: User, serve: (*api).myChannels},
		{Method: http.MethodGet, Path: "/api/v1/my/channels/{channel_id}/link", Role: ChannelReader, Cost: lookupCost, serve: (*api).myChannelLink},
		{Method: http.MethodGet, Path: "/api/v1/my/teams", Role: User, Cost: lookupCost, serve: (*api).myTeams},
		{Method: http.MethodGet, Path: "/api/v1/my/teams/{id}/channels", Role: User, Cost: lookupCost, serve: (*api).myTeamsChannels},
		{Method: http.MethodGet, Path: "/api/v1/dead-letters", Role: SystemAdmin, serve: (*api).listDeadLetters},
		{Method: http.MethodPost, Path: "/api/v1/dead-letters/retry", Role: SystemAdmin, MaxBody: smallBody, serve: (*api).retryDeadLetters},
		{Method: http.MethodGet, Path: "/api/v1/mirrored-users", Role: SystemAdmin, serve: (*api).listMirroredUsers},
		{Method: http.MethodGet, Path: "/api/v1/teams", Role: SystemAdmin, Cost: lookupCost, serve: (*api).listTeams},
		{Method: http.MethodGet, Path: "/api/v1/teams/{id}", Role: SystemAdmin, Cost: lookupCost, serve: (*api).showTeam},
		{Method: http.MethodGet, Path: "/api/v1/teams/{id}/channels", Role: SystemAdmin, Cost: lookupCost, serve: (*api).listChannels},
		{Method: http.MethodGet, Path: "/api/v1/whitelist", Role: SystemAdmin, serve: (*api).showWhitelist},
		{Method: http.MethodPut, Path: "/api/v1/whitelist", Role: SystemAdmin, MaxBody: listBody, serve: (*api).setWhitelist},
		{Method: http.MethodGet, Path: "/api/v1/connected-users", Role: SystemAdmin, serve: (*api).connectedUsers},
		{Method: http.MethodDelete, Path: "/api/v1/connected-users/{mattermost_user_id}", Role: SystemAdmin, serve: (*api).disconnectUser},
		{Method: http.MethodGet, Path: "/api/v1/invites", Role: SystemAdmin, serve: (*api).listInvites},
		{Method: http.MethodDelete, Path: "/api/v1/invites/{mattermost_user_id}", Role: SystemAdmin, serve: (*api).withdrawInvite},
		{Method: http.MethodGet, Path: "/api/v1/account-mappings", Role: SystemAdmin, serve: (*api).listMappings},
		{Method: http.MethodPut, Path: "/api/v1/account-mappings/{mattermost_user_id}", Role: SystemAdmin, MaxBody: smallBody, serve: (*api).putMapping},
		{Method: http.MethodDelete, Path: "/api/v1/account-mappings/{mattermost_user_id}", Role: SystemAdmin, serve: (*api).deleteMapping},
		{Method: http.MethodGet, Path: "/api/v1/bots", Role: SystemAdmin, serve: (*api).listBots},
		{Method: http.MethodPost, Path: "/api/v1/bots", Role: SystemAdmin, MaxBody: smallBody, serve: (*api).connectBot},
		{Method: http.MethodDelete, Path: "/api/v1/bots/{id}", Role: SystemAdmin, serve: (*api).disconnectBot},
	}
}
