// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const (
	settings     = "msteamssync_plugin_config.this"
	demoClientID = "44444444-4444-4444-8444-444444444444"
)

func settingsConfig(arguments string) string {
	return "resource \"msteamssync_plugin_config\" \"this\" {\n" + arguments + "\n}\n"
}

// everything sets every setting to a value that is not its default.
const everything = `
  tenant_id                             = "11111111-1111-4111-8111-111111111111"
  client_id                             = "44444444-4444-4444-8444-444444444444"
  cloud                                 = "custom"
  login_url                             = "https://login.example.com"
  graph_url                             = "https://graph.example.com"
  billing_model                         = "evaluation"
  tenant_subscription_from              = 25
  enforce_connected_users               = true
  allow_skip_connect_users              = true
  sync_linked_channels                  = false
  sync_direct_messages                  = true
  sync_group_messages                   = true
  selective_sync                        = true
  sync_remote_only                      = true
  sync_reactions                        = false
  sync_file_attachments                 = false
  sync_system_messages                  = true
  sync_users                            = 60
  sync_guest_users                      = true
  sync_users_domains                    = ["example.com", "corp.example.com"]
  sync_users_groups                     = ["55555555-5555-4555-8555-555555555555"]
  enabled_teams                         = ["red-team", "blue-team"]
  linkable_teams                        = ["66666666-6666-4666-8666-666666666666"]
  link_approval_required                = true
  prompt_interval_for_dms_and_gms       = 12
  max_size_for_complete_download        = 10
  buffer_size_for_file_streaming        = 5
  connected_users_allowed               = 50
  connected_users_max_pending_invites   = 7
  connected_users_restricted            = true
  automatically_promote_synthetic_users = true
  synthetic_user_auth_service           = "ldap"
  synthetic_user_auth_data              = "Mail"
`

func TestAccPluginConfigLifecycle(t *testing.T) {
	admin := openConsole(t)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	small := mattermostOnly(settingsConfig("  billing_model = \"metered\"\n  sync_users = 5"))
	full := mattermostOnly(settingsConfig(everything))
	stored := func(want map[string]any) resource.TestCheckFunc {
		return func(*terraform.State) error {
			have := admin.stored()
			for key, value := range want {
				if have[key] != value {
					return fmt.Errorf("%s = %v, want %v", key, have[key], value)
				}
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if left := admin.stored(); len(left) != 0 {
				return fmt.Errorf("settings are left: %v", left)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config:            small,
				ConfigStateChecks: []statecheck.StateCheck{attribute(settings, "managed_keys", exactly("evaluationAPI", "syncUsers"))},
				Check:             stored(map[string]any{"evaluationapi": false, "syncusers": 5.0, "terraformmanagedkeys": "evaluationAPI,syncUsers", "tenantid": nil}),
			},
			{Config: small, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{
				Config: full,
				Check: stored(map[string]any{
					"tenantid": tenantID, "cloud": "custom", "evaluationapi": true, "tenantsubscriptionfrom": 25.0, "enforceconnectedusers": true, "synclinkedchannels": false,
					"enabledteams": "blue-team,red-team", "syncusersdomains": "corp.example.com,example.com", "linkableteams": "66666666-6666-4666-8666-666666666666", "linkapprovalrequired": true, "promptintervalfordmsandgms": 12.0, "synthetic": nil, "syntheticuserauthdata": "Mail",
				}),
			},
			{Config: full, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ // written differently
				Config: mattermostOnly(settingsConfig(strings.NewReplacer(
					`["red-team", "blue-team"]`, `["blue-team", "red-team"]`, "44444444-4444", "44444444-4444").Replace(everything))),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{ResourceName: settings, ImportState: true, ImportStateId: catalog.PluginID, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"site_url"}},
			{ // edited in the System Console
				PreConfig: func() {
					admin.change(map[string]any{"evaluationapi": false, "syncusers": nil, "enabledteams": "blue-team", "tenantid": "other.example.com"})
				},
				Config:           full,
				ConfigPlanChecks: plans(updates(settings, "billing_model", "enabled_teams", "sync_users", "tenant_id")),
			},
			{ // saved once more in another spelling: the plugin would get either value
				PreConfig:        func() { admin.change(map[string]any{"syncReactions": true}) },
				Config:           full,
				ConfigPlanChecks: plans(updates(settings, "sync_reactions")),
				Check: func(*terraform.State) error {
					if strings.Contains(admin.configFile(), `"syncReactions"`) {
						return fmt.Errorf("the other spelling is left")
					}
					return nil
				},
			},
			{ // values as text mean the same
				PreConfig:        func() { admin.change(map[string]any{"syncusers": "60", "syncguestusers": "true"}) },
				Config:           full,
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{ // not managed any more
				Config: small,
				Check:  stored(map[string]any{"evaluationapi": false, "tenantid": nil, "cloud": nil, "terraformmanagedkeys": "evaluationAPI,syncUsers"}),
			},
			{ // a setting of no concern
				PreConfig:        func() { admin.change(map[string]any{"syncguestusers": true}) },
				Config:           small,
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{ // a disabled plugin is not a deleted one
				PreConfig: func() {
					admin.change(map[string]any{"syncguestusers": nil})
					if _, err := admin.client.DisablePlugin(context.Background(), catalog.PluginID); err != nil {
						t.Fatal(err)
					}
				},
				Config:           small,
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{ // lost with the plugin
				PreConfig: func() {
					admin.save(map[string]any{})
					if _, err := admin.client.RemovePlugin(context.Background(), catalog.PluginID); err != nil {
						t.Fatal(err)
					}
				},
				Config:             small,
				PlanOnly:           true,
				ExpectNonEmptyPlan: true,
			},
			{Config: small, ExpectError: regexp.MustCompile(`The plugin is not installed`)},
			{
				PreConfig:        func() { admin.upload(trialBundle(t, "1.0.0", "a", nil)) },
				Config:           small,
				ConfigPlanChecks: plans(plancheck.ExpectResourceAction(settings, plancheck.ResourceActionCreate)),
			},
		},
	})
}

func TestAccPluginConfigSiteURL(t *testing.T) {
	admin := openConsole(t)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	right := mattermostOnly(settingsConfig(fmt.Sprintf("  sync_users = 1\n  site_url = %q", strings.ToUpper(shared.Mattermost.URL)+"/")))
	wrong := mattermostOnly(settingsConfig("  sync_users = 1\n  site_url = \"https://chat.example.com\""))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: right},
			{Config: right, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: wrong, ConfigPlanChecks: plans(updates(settings, "site_url")), ExpectNonEmptyPlan: true}, // stays until they agree
			{Config: wrong, PlanOnly: true, ExpectNonEmptyPlan: true},
			{Config: right},
		},
	})
}

func TestAccPluginConfigWriteOnlySecret(t *testing.T) {
	admin := openConsole(t)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	config := func(secret, version string) string {
		return mattermostOnly(settingsConfig(fmt.Sprintf("  tenant_id = %q\n  client_secret_wo = %q\n  client_secret_wo_version = %s", tenantID, secret, version)))
	}
	is := func(want string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if admin.stored()["clientsecret"] != want {
				return fmt.Errorf("the client secret was not written")
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{
				Config: config("handed-over-1", "1"),
				Check:  is("handed-over-1"),
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(settings, "client_secret_wo", knownvalue.Null()),
					attribute(settings, "managed_keys", exactly("tenantId", "clientSecret")),
				},
			},
			{Config: config("handed-over-1", "1"), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: config("handed-over-2", "2"), ConfigPlanChecks: plans(updates(settings, "client_secret_wo_version")), Check: is("handed-over-2")},
			{ // replaced in the System Console, where it is masked
				PreConfig:        func() { admin.change(map[string]any{"clientsecret": "typed-by-hand"}) },
				Config:           config("handed-over-2", "2"),
				ConfigPlanChecks: plans(updates(settings, "client_secret_wo_version")),
				Check:            is("handed-over-2"),
			},
			{ // another setting changes, the secret is masked on its way through
				Config: mattermostOnly(settingsConfig("  tenant_id = \"demo.example\"\n  client_secret_wo = \"handed-over-2\"\n  client_secret_wo_version = 2")),
				Check:  is("handed-over-2"),
			},
			{
				PreConfig:   func() { admin.change(map[string]any{"clientsecretexpiresat": "2030-01-01T00:00:00Z"}) },
				Config:      config("handed-over-3", "3"),
				ExpectError: regexp.MustCompile(`a\s+secret\s+has\s+one\s+owner`),
			},
			{ // given back
				PreConfig: func() { admin.change(map[string]any{"clientsecretexpiresat": nil}) },
				Config:    mattermostOnly(settingsConfig("  tenant_id = \"demo.example\"")),
				Check: func(*terraform.State) error {
					if _, there := admin.stored()["clientsecret"]; there {
						return fmt.Errorf("the client secret is left")
					}
					return nil
				},
			},
		},
	})
}

func TestAccPluginConfigSaysWhatIsWrong(t *testing.T) {
	openConsole(t)
	for name, test := range map[string]struct{ arguments, want string }{
		"unknown cloud":            {`cloud = "germany"`, `"usgovdod"`},
		"custom without addresses": {`cloud = "custom"`, `give both`},
		"plain http":               {`graph_url = "http://graph.example.com"`, `must be an https\s+address`},
		"unknown billing model":    {`billing_model = "free"`, `"metered" "evaluation"`},
		"negative number":          {`sync_users = -1`, `at least 0`},
		"empty buffer":             {`buffer_size_for_file_streaming = 0`, `at least 1`},
		"not a certificate":        {`ca_certificates = "trust me"`, `BEGIN CERTIFICATE`},
		"a display name":           {`enabled_teams = ["Red Team"]`, `not its display name`},
		"client name":              {`client_id = "my app"`, `not\s+the\s+object\s+ID`},
		"secret without version":   {`client_secret_wo = "x"`, `client_secret_wo_version`},
		"site URL not https":       {`site_url = "http://chat.example.com"`, `must start with https`},
		"unknown setting":          {`sync_everything = true`, `Unsupported argument`},
	} {
		t.Run(name, func(t *testing.T) {
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: inProcess,
				Steps:                    []resource.TestStep{{Config: mattermostOnly(settingsConfig("  " + test.arguments)), PlanOnly: true, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
