// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

const (
	movedObject    = "0a0a0a0a-0000-4000-8000-000000000001"
	movedClient    = "0a0a0a0a-0000-4000-8000-000000000002"
	movedBilling   = "/subscriptions/0a0a0a0a-0000-4000-8000-000000000004/resourceGroups/msteams-sync/providers/Microsoft.GraphServices/accounts/bridge"
	movedPrincipal = "0a0a0a0a-0000-4000-8000-000000000003"
)

// TestMoveStateFromAzuread asks over the protocol, as Terraform does for a moved block between types.
func TestMoveStateFromAzuread(t *testing.T) {
	for name, test := range map[string]struct {
		from, source, target, state string
		version                     int64
		want                        map[string]string // attributes of the moved state; nil = refused
		says                        string
	}{
		"an application": {
			from: "azuread_application", version: 2, target: "msteamssync_application",
			state: `{"id":"/applications/` + movedObject + `","object_id":"` + movedObject + `","client_id":"` + movedClient + `","display_name":"Bridge","web":[{"redirect_uris":["https://x.example"]}],"feature_tags":[]}`,
			want:  map[string]string{"id": movedObject, "client_id": movedClient, "display_name": "Bridge"},
		},
		"an application of version 2 of the provider": {
			from: "azuread_application", version: 1, target: "msteamssync_application",
			state: `{"id":"` + movedObject + `","application_id":"` + movedClient + `","display_name":"Bridge"}`,
			want:  map[string]string{"id": movedObject, "client_id": movedClient, "display_name": "Bridge"},
		},
		"a registration, from a mirror": {
			from: "azuread_application_registration", source: "mirror.example.com/hashicorp/azuread", target: "msteamssync_application",
			state: `{"id":"/applications/` + movedObject + `","client_id":"` + movedClient + `","display_name":"Bridge"}`,
			want:  map[string]string{"id": movedObject, "client_id": movedClient, "display_name": "Bridge"},
		},
		"a grant": {
			from: "azuread_service_principal_delegated_permission_grant", version: 1, target: "msteamssync_admin_consent",
			state: `{"id":"/oauth2PermissionGrants/abc","service_principal_object_id":"` + movedPrincipal + `","resource_service_principal_object_id":"` + movedObject + `","claim_values":["User.Read"],"user_object_id":""}`,
			want:  map[string]string{"service_principal_object_id": movedPrincipal},
		},
		"the grant of a user": {
			from: "azuread_service_principal_delegated_permission_grant", target: "msteamssync_admin_consent",
			state: `{"service_principal_object_id":"` + movedPrincipal + `","user_object_id":"` + movedObject + `"}`, says: "foreign_user_grants",
		},
		"an account": {
			from: "azuread_user", source: "registry.opentofu.org/hashicorp/azuread", target: "msteamssync_bot_user",
			state: `{"id":"/users/` + movedObject + `","object_id":"` + movedObject + `","user_principal_name":"bridge@demo.example","display_name":"Bridge",
				"mail_nickname":"bridge","usage_location":"US","account_enabled":true,"password":"must-not-move","business_phones":[],"timeouts":null}`,
			want: map[string]string{"id": movedObject, "user_principal_name": "bridge@demo.example", "display_name": "Bridge", "mail_nickname": "bridge", "usage_location": "US", "password_wo": ""},
		},
		"an account of a version that writes its path": {
			from: "azuread_user", target: "msteamssync_bot_user", state: `{"id":"/users/` + movedObject + `"}`, want: map[string]string{"id": movedObject, "usage_location": ""},
		},
		"an account without an id": {from: "azuread_user", target: "msteamssync_bot_user", state: `{"id":""}`, says: "import the account"},
		"the account of another provider": {
			from: "azuread_user", source: "registry.terraform.io/somebody/azuread", target: "msteamssync_bot_user", state: `{"object_id":"` + movedObject + `"}`, says: "does not include support",
		},
		"a billing account": {
			from: "azurerm_graph_services_account", source: "registry.terraform.io/hashicorp/azurerm", target: "msteamssync_metered_billing",
			state: `{"id":"` + movedBilling + `","name":"bridge","resource_group_name":"msteams-sync","application_id":"` + movedClient + `","billing_plan_id":"x","tags":null}`,
			want:  map[string]string{"id": movedBilling, "name": "bridge", "resource_group_name": "msteams-sync", "client_id": movedClient},
		},
		"a billing account without an ARM id": {
			from: "azurerm_graph_services_account", source: "registry.terraform.io/hashicorp/azurerm", target: "msteamssync_metered_billing",
			state: `{"id":"bridge"}`, says: "looks like /subscriptions/",
		},
		"a state without ids":  {from: "azuread_application", target: "msteamssync_application", state: `{"display_name":"Bridge"}`, says: "object_id"},
		"a state that is none": {from: "azuread_application", target: "msteamssync_application", state: `[]`, says: "cannot be read"},
		"another type":         {from: "azuread_group", target: "msteamssync_application", state: `{}`, says: "does not include support"},
		"another provider": {
			from: "azuread_application", source: "registry.terraform.io/somebody/azuread", target: "msteamssync_application",
			state: `{"object_id":"` + movedObject + `","client_id":"` + movedClient + `"}`, says: "does not include support",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
			if err != nil {
				t.Fatal(err)
			}
			source := test.source
			if source == "" {
				source = "registry.terraform.io/hashicorp/azuread"
			}
			answer, err := server.MoveResourceState(t.Context(), &tfprotov6.MoveResourceStateRequest{
				SourceProviderAddress: source, SourceTypeName: test.from, SourceSchemaVersion: test.version,
				SourceState: &tfprotov6.RawState{JSON: []byte(test.state)}, TargetTypeName: test.target,
			})
			if err != nil {
				t.Fatal(err)
			}
			if test.want == nil {
				if len(answer.Diagnostics) != 1 || !strings.Contains(answer.Diagnostics[0].Detail, test.says) {
					t.Fatalf("got %v, want words about %q", answer.Diagnostics, test.says)
				}
				return
			}
			if len(answer.Diagnostics) > 0 {
				t.Fatal(answer.Diagnostics[0].Summary, answer.Diagnostics[0].Detail)
			}
			for attribute, want := range test.want {
				if have := movedAttribute(t, server, test.target, answer.TargetState, attribute); have != want {
					t.Errorf("%s is %q, want %q", attribute, have, want)
				}
			}
		})
	}
}

// movedAttribute reads one attribute of a state that the provider answered; null is "".
func movedAttribute(t *testing.T, server tfprotov6.ProviderServer, target string, state *tfprotov6.DynamicValue, name string) (text string) {
	t.Helper()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	value, err := state.Unmarshal(schemas.ResourceSchemas[target].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	attributes := map[string]tftypes.Value{}
	if err := value.As(&attributes); err != nil {
		t.Fatal(err)
	}
	var held *string
	if err := attributes[name].As(&held); err != nil {
		t.Fatal(err)
	}
	if held == nil {
		return ""
	}
	return *held
}
