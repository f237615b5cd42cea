// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// TestAccApplicationList: the list finds what belongs to bridges, with the identity to import each by and, when it is
// asked for, the attributes that an import would show.
func TestAccApplicationList(t *testing.T) {
	cloud := emulator.Start(t)
	portal := openPortal(t, cloud)
	register := func(name, site string) string {
		app := portal.do(http.MethodPost, "/v1.0/applications", object{
			"displayName": name, "signInAudience": "AzureADMyOrg", "web": object{"redirectUris": []any{site + "/plugins/com.mattermost.msteams-sync/oauth-redirect"}},
		})
		portal.do(http.MethodPost, "/v1.0/servicePrincipals", object{"appId": app["appId"]})
		return app["appId"].(string)
	}
	ids := map[string]string{}
	for n := range 101 { // more than one page
		name := fmt.Sprintf("Bridge %03d", n)
		ids[name] = register(name, fmt.Sprintf("https://chat%03d.example.com", n))
	}
	ids["Chat's bridge"] = register("Chat's bridge", "https://chat.example.com")
	portal.do(http.MethodPost, "/v1.0/applications", object{"displayName": "Bridge of another kind"})

	p := speak(t).configure(azureBlock(cloud.URL(), cloud.CAPEM()))
	ask := func(config map[string]any, include bool, limit int64) []listed {
		t.Helper()
		found, problem := p.list("msteamssync_application", config, include, limit)
		if problem != "" {
			t.Fatal(problem)
		}
		return found
	}
	if found := ask(nil, false, 1000); len(found) != len(ids) || slices.ContainsFunc(found, func(l listed) bool { return l.resource != nil }) {
		t.Errorf("%d bridges are listed, want %d", len(found), len(ids))
	}
	if found := ask(map[string]any{"display_name_prefix": "bridge", "all": true}, false, 1000); len(found) != 102 {
		t.Errorf("%d registrations begin with Bridge, want 102", len(found))
	}
	if found := ask(nil, false, 3); len(found) != 3 {
		t.Errorf("a limit of 3 lists %d", len(found))
	}
	found := ask(map[string]any{"display_name_prefix": "Chat's"}, true, 0)
	if len(found) != 1 {
		t.Fatalf("%d registrations begin with Chat's: %v", len(found), found)
	}
	id := ids["Chat's bridge"]
	switch one := found[0]; {
	case !strings.Contains(one.name, "Chat's bridge") || !strings.Contains(one.name, id):
		t.Errorf("it is called %q", one.name)
	case one.identity["client_id"] != id || one.identity["tenant_id"] != tenantID:
		t.Errorf("its identity is %v", one.identity)
	case one.resource["client_id"] != id || one.resource["site_url"] != "https://chat.example.com" || one.resource["service_principal_enabled"] != true:
		t.Errorf("its attributes are %v", one.resource)
	}
	if _, problem := speak(t).configure(map[string]any{}).list("msteamssync_application", nil, false, 0); !strings.Contains(problem, "Azure credentials are missing") {
		t.Errorf("without credentials: %q", problem)
	}
}
