// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// lists asks a list resource for everything, attributes included, and has no error.
func (p *protocol) lists(name string, config map[string]any) []listed {
	p.t.Helper()
	found, problem := p.list(name, config, true, 0)
	if problem != "" {
		p.t.Fatal(problem)
	}
	return found
}

// complains says what is wrong with asking.
func (p *protocol) complains(name string, config map[string]any, want string) {
	p.t.Helper()
	if found, problem := p.list(name, config, false, 0); !strings.Contains(problem, want) {
		p.t.Errorf("%s with %v lists %v and says %q, want %q", name, config, found, problem, want)
	}
}

// importable checks that what is listed can be imported by the identity that the list gives, and looks the same then.
func (p *protocol) importable(name string, item listed) {
	p.t.Helper()
	state, identity := p.importAs(name, item.identity)
	if !maps.Equal(identity, item.identity) {
		p.t.Errorf("%s is listed as %v and imported as %v", name, item.identity, identity)
	}
	if fmt.Sprint(state) != fmt.Sprint(item.resource) {
		p.t.Errorf("%s is listed with %v and imported with %v", name, item.resource, state)
	}
}

// only is the one item of a list, which has that name.
func only(t *testing.T, found []listed, name string) listed {
	t.Helper()
	if len(found) != 1 || !strings.Contains(found[0].name, name) {
		t.Fatalf("%v is listed, want only %s", found, name)
	}
	return found[0]
}

// openLists starts a cloud of its own, so that a list shows what the test made and nothing else.
func openLists(t *testing.T) (*emulator.Server, *portal, *protocol) {
	t.Helper()
	cloud := emulator.Start(t)
	return cloud, openPortal(t, cloud), speak(t).configure(azureBlock(cloud.URL(), cloud.CAPEM()))
}

// TestAccBotUserList: accounts are found by the beginning of their names.
func TestAccBotUserList(t *testing.T) {
	_, portal, p := openLists(t)
	for _, name := range []string{"bridge.one", "Bridge.two", "someone"} {
		portal.do(http.MethodPost, "/v1.0/users", object{
			"accountEnabled": true, "displayName": "The " + name, "mailNickname": strings.ToLower(name), "userPrincipalName": name + "@demo.example",
			"passwordProfile": object{"password": "Bridge-Pass-1", "forceChangePasswordNextSignIn": false},
		})
	}
	if found := p.lists("msteamssync_bot_user", map[string]any{"user_principal_name_prefix": "bridge."}); len(found) != 2 {
		t.Errorf("%v begin with bridge.", found)
	}
	one := only(t, p.lists("msteamssync_bot_user", map[string]any{"user_principal_name_prefix": "bridge.o"}), "The bridge.one (bridge.one@demo.example)")
	if one.resource["user_principal_name"] != "bridge.one@demo.example" || one.identity["tenant_id"] != tenantID {
		t.Errorf("it is %v with %v", one.identity, one.resource)
	}
	p.importable("msteamssync_bot_user", one)
	p.complains("msteamssync_bot_user", map[string]any{"user_principal_name_prefix": ""}, "string length must be at least 1")
}

// TestAccMeteredBillingList: the accounts of the provider's subscription, or of a named one, are found.
func TestAccMeteredBillingList(t *testing.T) {
	cloud, portal, p := openLists(t)
	portal.do(http.MethodPost, "/subscriptions/"+subscriptionID+"/providers/Microsoft.GraphServices/register?api-version=2021-04-01", nil)
	group := "/subscriptions/" + subscriptionID + "/resourceGroups/msteams-sync"
	client := portal.register("Billed")
	portal.link(group+"/providers/Microsoft.GraphServices/accounts/by-hand", client)
	one := only(t, p.lists("msteamssync_metered_billing", nil), "by-hand (application "+client+")")
	if one.resource["client_id"] != client {
		t.Errorf("its attributes are %v", one.resource)
	}
	p.importable("msteamssync_metered_billing", one)
	only(t, p.lists("msteamssync_metered_billing", map[string]any{"subscription_id": subscriptionID}), "by-hand")
	p.complains("msteamssync_metered_billing", map[string]any{"subscription_id": strings.Repeat("9", 8) + subscriptionID[8:]}, "SubscriptionNotFound")
	unnamed := azureBlock(cloud.URL(), cloud.CAPEM())
	delete(unnamed, "subscription_id")
	t.Setenv("ARM_SUBSCRIPTION_ID", "")
	speak(t).configure(unnamed).complains("msteamssync_metered_billing", nil, "Subscription is missing")
}

// TestAccClientSecretList: of several secrets under one description the newest is found.
func TestAccClientSecretList(t *testing.T) {
	openConsole(t) // whose plugin settings a secret's attributes are compared with
	portal, p := openPortal(t, shared.Emulator), speak(t).configure(bothBlock())
	app := portal.do(http.MethodPost, "/v1.0/applications", object{"displayName": "With secrets"})
	add := func(description string) (keyID any) {
		return portal.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/addPassword", app["id"]),
			object{"passwordCredential": object{"displayName": description}})["keyId"]
	}
	older, newer, other := add("Bridge"), add("Bridge"), add("By hand")
	found := p.lists("msteamssync_client_secret", map[string]any{"client_id": app["appId"]})
	var keys []any
	for _, item := range found {
		keys = append(keys, item.resource["key_id"])
		p.importable("msteamssync_client_secret", item)
	}
	if len(found) != 2 || !slices.Contains(keys, newer) || !slices.Contains(keys, other) {
		t.Errorf("%v are listed, want %v and %v, without %v", keys, newer, other, older)
	}
	p.complains("msteamssync_client_secret", map[string]any{"client_id": "11111111-2222-4333-8444-555555555555"}, "Request_ResourceNotFound")
}

// TestAccAdminConsentList: what is granted to bridges is found, and nothing else.
func TestAccAdminConsentList(t *testing.T) {
	_, portal, p := openLists(t)
	register := func(name, redirect string) (client, principal any) {
		app := portal.do(http.MethodPost, "/v1.0/applications", object{"displayName": name, "web": object{"redirectUris": []any{redirect}}})
		return app["appId"], portal.do(http.MethodPost, "/v1.0/servicePrincipals", object{"appId": app["appId"]})["id"]
	}
	consent := func(principal any) {
		graph := portal.principal("00000003-0000-0000-c000-000000000000")
		portal.do(http.MethodPost, "/v1.0/oauth2PermissionGrants", object{
			"clientId": principal, "consentType": "AllPrincipals", "resourceId": graph["id"], "scope": "User.Read offline_access",
		})
	}
	const redirect = "https://chat.example.com/plugins/com.mattermost.msteams-sync/oauth-redirect"
	client, principal := register("Granted bridge", redirect)
	consent(principal)
	register("Bridge without consent", redirect)
	_, strange := register("Granted, no bridge", "https://chat.example.com/elsewhere")
	consent(strange)
	portal.do(http.MethodPost, "/v1.0/applications", object{"displayName": "No service principal", "web": object{"redirectUris": []any{redirect}}})

	one := only(t, p.lists("msteamssync_admin_consent", nil), "Granted bridge (2 delegated, 0 application permissions)")
	if one.identity["client_id"] != client {
		t.Errorf("it is %v", one.identity)
	}
	p.importable("msteamssync_admin_consent", one)
	only(t, p.lists("msteamssync_admin_consent", map[string]any{"display_name_prefix": "granted"}), "Granted bridge")
}

// TestAccListsWithoutCredentials: each says which are missing.
func TestAccListsWithoutCredentials(t *testing.T) {
	without := speak(t).configure(map[string]any{})
	for name, config := range map[string]map[string]any{
		"msteamssync_admin_consent": nil, "msteamssync_metered_billing": nil,
		"msteamssync_bot_user": {"user_principal_name_prefix": "a"}, "msteamssync_client_secret": {"client_id": provisionerID},
	} {
		without.complains(name, config, "Azure credentials are missing")
	}
	without.complains("msteamssync_channel_link", nil, "Mattermost credentials are missing")
}

// TestAccChannelLinkList: the plugin's links are found with the identity to import each by.
func TestAccChannelLinkList(t *testing.T) {
	b := openBridge(t, nil)
	first, channels := b.teamsTeam(unique("First"), "Bridge")
	second, others := b.teamsTeam(unique("Second"), "Bridge")
	town, square := b.channel("town"), b.channel("square")
	b.link(town.Id, first, channels["Bridge"])
	b.link(square.Id, second, others["Bridge"])

	p := speak(t).configure(mattermostOnlyBlock())
	found := p.lists("msteamssync_channel_link", nil)
	if len(found) != 2 || found[0].identity["mattermost_channel_id"] != town.Id || found[1].identity["mattermost_channel_id"] != square.Id {
		t.Errorf("%v is listed", found)
	}
	found = p.lists("msteamssync_channel_link", map[string]any{"teams_team_id": second})
	if len(found) != 1 || found[0].resource["teams_channel_id"] != others["Bridge"] {
		t.Fatalf("%v is listed for the second team", found)
	}
	p.importable("msteamssync_channel_link", found[0])
}
