// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"maps"
	"strings"
	"testing"
)

// TestAccSplitDuty: two teams with a state each. The certificate crosses one way, the client id the other way, and neither
// side is given the other's credentials.
func TestAccSplitDuty(t *testing.T) {
	pair := newTeams(t, "town")
	server := open(t, "examples/mattermost-only", map[string]any{"channel_links": map[string]any{"town": pair.link("town", "town")}})
	cloud := open(t, "examples/azure-only", map[string]any{"bot": bot(), "bot_password": botPassword})
	for _, name := range []string{"ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID"} {
		server.Set(name, "")
	}
	for _, name := range []string{"MM_URL", "MM_TOKEN"} {
		cloud.Set(name, "")
	}

	server.run("init")
	server.apply() // the plugin waits for its client id
	server.unchanged()
	if state := pluginStatus(t).State; state != "not_configured" {
		t.Errorf("without a client id the plugin is %s", state)
	}

	cloud.variable("certificate_pem", server.output("certificate_pem"))
	cloud.run("init")
	cloud.apply()
	cloud.unchanged()
	if app := registration(t); len(app.PasswordCredentials) != 0 || len(app.KeyCredentials) != 1 {
		t.Errorf("the registration has %d secrets and %d certificates, want 0 and 1", len(app.PasswordCredentials), len(app.KeyCredentials))
	}

	server.variable("client_id", cloud.output("client_id"))
	server.apply()
	server.unchanged()
	bridging(t)
	if links := pair.linked(); !maps.Equal(links, map[string]string{"town": "town"}) {
		t.Errorf("the links are %v", links)
	}
	cloud.unchanged()

	for _, side := range []*example{server, cloud} {
		if said := side.refused("destroy", "-auto-approve"); !strings.Contains(said, "deletion_protection") {
			t.Errorf("the destroy was not refused because of deletion_protection: %s", said)
		}
		side.variable("deletion_protection", false)
		side.apply()
		side.run("destroy", "-auto-approve")
	}
	server.gone()
}
