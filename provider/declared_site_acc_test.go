// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
)

// declaredSite is everything that can be declared, applied.
type declaredSite struct {
	*cli
	entra  *portal
	server *console
	bundle string
	other  string // bundle of another version
	name   string // of the application, the billing account and a Mattermost user
	userID string
	bot    string
	links  [2]channelPair
}

// channelPair is a pair of channels.
type channelPair struct{ mattermost, team, channel string }

const everyResource = `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
provider "msteamssync" {
  endpoints = {
    authority_host   = %[1]q
    graph            = %[1]q
    resource_manager = %[1]q
  }
}
variable "password" {
  type      = string
  ephemeral = true
}
variable "bundle" { type = string }
variable "rotation" { default = "1" }
resource "msteamssync_application" "this" {
  display_name = %[5]q
  site_url     = %[2]q
  owners       = ["%[3]s"]
}
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
resource "msteamssync_bot_user" "this" {
  user_principal_name = "%[5]s-bot@demo.example"
  display_name        = "Bridge"
  usage_location      = "US"
  license_skus        = ["TEAMS_ENTERPRISE"]
  password_wo         = var.password
  password_wo_version = 1
}
resource "msteamssync_metered_billing" "this" {
  name                = %[5]q
  resource_group_name = "msteams-sync"
  client_id           = msteamssync_application.this.client_id
}
resource "msteamssync_plugin" "this" { bundle_path = var.bundle }
resource "msteamssync_client_secret" "this" {
  client_id         = msteamssync_application.this.client_id
  overlap           = "0s"
  rotation_triggers = { n = var.rotation }
  depends_on        = [msteamssync_plugin.this]
}
resource "msteamssync_plugin_config" "this" {
  site_url                   = %[2]q
  tenant_id                  = %[4]q
  client_id                  = msteamssync_application.this.client_id
  cloud                      = "custom"
  login_url                  = %[1]q
  graph_url                  = %[1]q
  ca_certificates            = file("ca.pem")
  billing_model              = "metered"
  sync_reactions             = false
  connected_users_restricted = true
  depends_on                 = [msteamssync_client_secret.this, msteamssync_admin_consent.this]
}
resource "msteamssync_bot_connection" "this" {
  user_principal_name = msteamssync_bot_user.this.user_principal_name
  password_wo         = var.password
  password_wo_version = 1
  depends_on          = [msteamssync_plugin_config.this]
}
resource "msteamssync_connection_whitelist" "this" {
  users      = ["%[5]s@demo.example"]
  depends_on = [msteamssync_plugin_config.this]
}
resource "msteamssync_account_mapping" "this" {
  mattermost_user = %[5]q
  teams_user      = "%[5]s-person@demo.example"
  depends_on      = [msteamssync_plugin_config.this]
}
resource "msteamssync_channel_link" "this" {
  mattermost_channel_id = %[6]q
  teams_team_id         = %[7]q
  teams_channel_id      = %[8]q
  depends_on            = [msteamssync_plugin_config.this]
}
resource "msteamssync_channel_links_exclusive" "this" {
  link_ids = [msteamssync_channel_link.this.mattermost_channel_id]
}
`

const sitePassword = "Declared-Pass-1"

func newDeclaredSite(t *testing.T, name string) *declaredSite {
	t.Helper()
	executable, err := buildBinary(t.TempDir(), "../plugin")
	if err != nil {
		t.Fatal(err)
	}
	s := &declaredSite{
		entra: openPortal(t, shared.Emulator), server: openConsole(t), name: name, bot: name + "-bot@demo.example",
		bundle: pack(t, nil, executable), other: pack(t, map[string]any{"version": "0.0.1"}, executable),
	}
	s.channels(t)
	// Other tests leave the people of the seed connected.
	s.entra.do(http.MethodPost, "/v1.0/users", object{
		"accountEnabled": true, "displayName": "Somebody", "mailNickname": name + "-person", "userPrincipalName": name + "-person@demo.example",
		"passwordProfile": object{"password": sitePassword, "forceChangePasswordNextSignIn": false},
	})
	owner, ok := shared.Emulator.Directory().User("alex@demo.example")
	if !ok {
		t.Fatal("the emulator has no alex")
	}
	s.cli = newCLI(t, fmt.Sprintf(everyResource, shared.Emulator.URL(), shared.Mattermost.URL, owner.ID, tenantID, s.name,
		s.links[0].mattermost, s.links[0].team, s.links[0].channel))
	ca := filepath.Join(s.folder, "ca.pem")
	if err := shared.Emulator.WriteCA(ca); err != nil {
		t.Fatal(err)
	}
	s.environment = append(s.environment, "ARM_TENANT_ID="+tenantID, "ARM_CLIENT_ID="+provisionerID, "ARM_CLIENT_SECRET="+provisionerKey,
		"ARM_SUBSCRIPTION_ID="+subscriptionID, "ARM_CA_CERTIFICATES_PATH="+ca, "MM_URL="+shared.Mattermost.URL, "MM_TOKEN="+shared.Mattermost.AdminToken,
		"TF_VAR_password="+sitePassword, "TF_VAR_bundle="+s.bundle)
	return s
}

// on makes t the test that failures belong to.
func (s *declaredSite) on(t *testing.T) {
	s.t, s.entra.t, s.server.t = t, t, t
	s.output.Reset()
}

// channels makes two Mattermost channels and finds two of Teams.
func (s *declaredSite) channels(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	user, err := shared.Mattermost.NewUser(ctx, s.name)
	if err != nil {
		t.Fatal(err)
	}
	s.userID = user.ID
	team, err := shared.Mattermost.NewTeam(ctx, s.name, shared.Mattermost.Admin(), user)
	if err != nil {
		t.Fatal(err)
	}
	var found []channelPair
	for _, teams := range shared.Emulator.Teams().Teams() {
		channels, err := shared.Emulator.Teams().Channels(teams.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, channel := range channels {
			found = append(found, channelPair{team: string(teams.ID), channel: string(channel.ID)})
		}
	}
	if len(found) < len(s.links) {
		t.Fatalf("the emulator has %d channels", len(found))
	}
	for i := range s.links {
		channel, err := shared.Mattermost.NewChannel(ctx, team.Id, fmt.Sprintf("%s-%d", s.name, i), user)
		if err != nil {
			t.Fatal(err)
		}
		s.links[i] = found[i]
		s.links[i].mattermost = channel.Id
	}
}
