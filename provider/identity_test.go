// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

var identityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"tenant_id": tftypes.String, "client_id": tftypes.String}}

// TestImportByIdentity asks over the protocol, as Terraform 1.12 does for import { identity = … }: what is imported by the
// client id alone gets the whole identity, and reading it keeps that.
func TestImportByIdentity(t *testing.T) {
	cloud := emulator.Start(t)
	server := configuredServer(t, cloud)
	for _, kind := range []string{"msteamssync_application", "msteamssync_admin_consent"} {
		t.Run(kind, func(t *testing.T) {
			wanted := tftypes.NewValue(identityType, map[string]tftypes.Value{
				"tenant_id": tftypes.NewValue(tftypes.String, nil), "client_id": tftypes.NewValue(tftypes.String, directory.DemoProvisionerAppID),
			})
			data, err := tfprotov6.NewDynamicValue(identityType, wanted)
			if err != nil {
				t.Fatal(err)
			}
			imported, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: kind, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &data},
			})
			if err != nil || len(imported.Diagnostics) > 0 {
				t.Fatal(err, imported.Diagnostics)
			}
			found := imported.ImportedResources[0]
			read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
				TypeName: kind, CurrentState: found.State, CurrentIdentity: found.Identity, Private: found.Private,
			})
			if err != nil || len(read.Diagnostics) > 0 {
				t.Fatal(err, read.Diagnostics)
			}
			for when, identity := range map[string]*tfprotov6.ResourceIdentityData{"import": found.Identity, "read": read.NewIdentity} {
				value, err := identity.IdentityData.Unmarshal(identityType)
				if err != nil {
					t.Fatal(err)
				}
				want := tftypes.NewValue(identityType, map[string]tftypes.Value{
					"tenant_id": tftypes.NewValue(tftypes.String, directory.DemoTenantID), "client_id": tftypes.NewValue(tftypes.String, directory.DemoProvisionerAppID),
				})
				if !value.Equal(want) {
					t.Errorf("after the %s the identity is %s", when, value)
				}
			}
		})
	}
}

// configuredServer is the provider with the demo provisioner's credentials, spoken to without a CLI.
func configuredServer(t *testing.T, cloud *emulator.Server) tfprotov6.ProviderServer {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	kind, ok := schemas.Provider.ValueType().(tftypes.Object)
	if !ok {
		t.Fatal("the provider's schema is no object")
	}
	values := map[string]tftypes.Value{}
	for name, each := range kind.AttributeTypes {
		values[name] = tftypes.NewValue(each, nil)
	}
	for name, text := range map[string]string{
		"tenant_id": directory.DemoTenantID, "client_id": directory.DemoProvisionerAppID, "client_secret": directory.DemoProvisionerSecret, "ca_certificates": string(cloud.CAPEM()),
	} {
		values[name] = tftypes.NewValue(tftypes.String, text)
	}
	endpoints := map[string]tftypes.Value{}
	for _, name := range []string{"authority_host", "graph", "resource_manager"} {
		endpoints[name] = tftypes.NewValue(tftypes.String, cloud.URL())
	}
	values["endpoints"] = tftypes.NewValue(kind.AttributeTypes["endpoints"], endpoints)
	config, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, values))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: &config})
	if err != nil || len(answer.Diagnostics) > 0 {
		t.Fatal(err, answer.Diagnostics)
	}
	return server
}
