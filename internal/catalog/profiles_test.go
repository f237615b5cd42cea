// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const (
	channel  = "/teams/{team-id}/channels/{channel-id}"
	message  = channel + "/messages/{message-id}"
	chat     = "/chats/{chat-id}"
	chatText = chat + "/messages/{message-id}"
)

// calls are what each feature asks of Microsoft Graph, as a connected account and as the application.
var calls = map[string]map[catalog.Kind][]string{
	"channels": {
		catalog.Delegated: {
			"GET /me", "OAUTH refresh_token", "GET /me/joinedTeams", "GET /teams/{team-id}/channels", "GET " + channel, "GET " + channel + "/messages",
			"POST " + channel + "/messages", "POST " + message + "/replies", "PATCH " + message, "PATCH " + message + "/replies/{reply-id}",
			"POST " + message + "/softDelete", "POST " + message + "/setReaction", "POST " + message + "/unsetReaction",
		},
		catalog.Application: {
			"SUBSCRIBE " + channel + "/messages", "GET " + channel + "/messages", "GET " + message, "GET " + message + "/replies",
			"GET " + message + "/hostedContents/{hosted-id}/$value", "GET /teams/{team-id}", "GET " + channel,
		},
	},
	"chats": {
		catalog.Delegated: {
			"GET /me", "OAUTH refresh_token", "POST /chats", "GET /me/chats", "GET " + chat + "/members", "POST " + chat + "/messages", "PATCH " + chatText,
			"POST /users/{user-id}/chats/{chat-id}/messages/{message-id}/softDelete", "POST " + chatText + "/setReaction", "POST " + chatText + "/unsetReaction",
		},
		catalog.Application: {
			"SUBSCRIBE /chats/getAllMessages", "GET " + chat, "GET " + chat + "/members", "GET " + chat + "/messages", "GET " + chatText,
			"GET " + chatText + "/hostedContents/{hosted-id}/$value",
		},
	},
	"files": {
		catalog.Delegated: {
			"GET " + channel + "/filesFolder", "POST /drives/{drive-id}/items/{item-id}/createUploadSession", "POST /drives/{drive-id}/items/{item-id}/invite",
			"GET /shares/{share-token}/driveItem",
		},
		catalog.Application: {"GET /drives/{drive-id}/items/{item-id}", "GET /drives/{drive-id}/items/{item-id}/content"},
	},
	"users": {catalog.Application: {"GET /users", "GET /users/{user-id}", "GET /users/{user-id}/photo/$value"}},
	"provisioner": {catalog.Application: {
		"POST /applications", "PATCH /applications/{app-object-id}", "DELETE /applications/{app-object-id}", "POST /applications/{app-object-id}/addPassword",
		"POST /applications/{app-object-id}/removePassword", "POST /servicePrincipals", "PATCH /servicePrincipals/{sp-id}",
		"GET /applications", "GET /applications/{app-object-id}", "GET /servicePrincipals/{sp-id}", "GET /servicePrincipals/{sp-id}/appRoleAssignments",
		"POST /servicePrincipals/{sp-id}/appRoleAssignedTo", "DELETE /servicePrincipals/{sp-id}/appRoleAssignments/{assignment-id}",
		"GET /oauth2PermissionGrants", "POST /oauth2PermissionGrants", "PATCH /oauth2PermissionGrants/{grant-id}", "DELETE /oauth2PermissionGrants/{grant-id}",
		"POST /users", "GET /users/{user-id}", "PATCH /users/{user-id}", "DELETE /users/{user-id}", "POST /users/{user-id}/assignLicense", "GET /subscribedSkus",
		"GET /directory/deletedItems/{app-object-id}", "GET /directory/deletedItems/{user-id}", "POST /directory/deletedItems/{user-id}/restore",
	}},
}

// besides are permissions that a call needs in addition to another one, which the catalogue, where any permission opens a
// call, cannot say: to assign app roles one must also be able to read Microsoft Graph's own service principal.
var besides = []string{"Application.Read.All"}

func TestProfilesAreEnoughAndNoMore(t *testing.T) {
	for _, profile := range catalog.Profiles() {
		for _, kind := range []catalog.Kind{catalog.Delegated, catalog.Application} {
			names := profile.Names(kind)
			for _, name := range names {
				if _, ok := catalog.Lookup(kind, name); !ok {
					t.Errorf("%s: there is no %s permission %s", profile.Name, kind, name)
				}
			}
			if !slices.IsSorted(names) {
				t.Errorf("%s: the %s permissions are not sorted: %v", profile.Name, kind, names)
			}
			if profile.Name == catalog.GuideProfile {
				continue // it is Microsoft's and Mattermost's word, not the least
			}
			if calls[profile.Name] == nil {
				t.Errorf("%s: the test does not know what it is for", profile.Name)
			}
			for _, call := range calls[profile.Name][kind] {
				if !opens(kind, call, names) {
					t.Errorf("%s: none of %v opens %s", profile.Name, names, call)
				}
			}
			for _, name := range names {
				without := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
				needed := slices.ContainsFunc(calls[profile.Name][kind], func(call string) bool { return !opens(kind, call, without) })
				if !needed && !slices.Contains(besides, name) {
					t.Errorf("%s: the %s permission %s is not needed", profile.Name, kind, name)
				}
			}
		}
		if !strings.HasSuffix(profile.Enables, ".") {
			t.Errorf("%s: what it enables is not a sentence: %q", profile.Name, profile.Enables)
		}
	}
}

func opens(kind catalog.Kind, call string, names []string) bool {
	return slices.ContainsFunc(catalog.Opening(kind, call), func(p catalog.Permission) bool { return slices.Contains(names, p.Name) })
}

func TestProfileByName(t *testing.T) {
	if p, ok := catalog.ProfileByName("Guide"); !ok || len(p.Delegated) != 13 || len(p.Application) != 7 {
		t.Errorf("ProfileByName(Guide) = %+v, %v", p, ok)
	}
	if _, ok := catalog.ProfileByName("everything"); ok {
		t.Error("there is no profile of that name")
	}
	if names := catalog.ProfileNames(); names[0] != catalog.GuideProfile || len(names) != len(catalog.Profiles()) {
		t.Errorf("ProfileNames = %v", names)
	}
}
