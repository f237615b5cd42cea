// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// TestImportByIdentity asks over the protocol, as Terraform 1.12 does for import { identity = … }: what is imported by the
// client id alone gets the whole identity, and reading it keeps that.
func TestImportByIdentity(t *testing.T) {
	cloud := emulator.Start(t)
	for _, kind := range []string{"msteamssync_application", "msteamssync_admin_consent"} {
		t.Run(kind, func(t *testing.T) {
			_, identity := speak(t).configure(provisionerBlock(cloud)).importAs(kind, map[string]any{"client_id": directory.DemoProvisionerAppID})
			want := map[string]any{"tenant_id": directory.DemoTenantID, "client_id": directory.DemoProvisionerAppID}
			if !reflect.DeepEqual(identity, want) {
				t.Errorf("the identity is %v, want %v", identity, want)
			}
		})
	}
}

// TestIdentityOutlastsAnUnknownTenant: while another resource is still to say which tenant it is, a refresh keeps what the
// state holds, the identity included; Terraform refuses another identity.
func TestIdentityOutlastsAnUnknownTenant(t *testing.T) {
	cloud := emulator.Start(t)
	alex, found := cloud.Directory().User("alex@demo.example")
	if !found {
		t.Fatal("the emulator has no alex@demo.example")
	}
	configured, undecided := speak(t).configure(provisionerBlock(cloud)), speak(t).configureUndecided(provisionerBlock(cloud), "tenant_id")
	for kind, test := range map[string]struct {
		importID string
		identity map[string]any
	}{
		"msteamssync_application":   {directory.DemoProvisionerAppID, map[string]any{"tenant_id": directory.DemoTenantID, "client_id": directory.DemoProvisionerAppID}},
		"msteamssync_admin_consent": {directory.DemoProvisionerAppID, map[string]any{"tenant_id": directory.DemoTenantID, "client_id": directory.DemoProvisionerAppID}},
		"msteamssync_bot_user":      {alex.UserPrincipalName, map[string]any{"tenant_id": directory.DemoTenantID, "object_id": alex.ID}},
	} {
		t.Run(kind, func(t *testing.T) {
			known := configured.refresh(kind, configured.importBy(kind, &tfprotov6.ImportResourceStateRequest{ID: test.importID}))
			again := undecided.refresh(kind, known)
			if identity := undecided.identity(kind, again.Identity); !reflect.DeepEqual(identity, test.identity) {
				t.Errorf("the identity is %v, want %v", identity, test.identity)
			}
		})
	}
}

// provisionerBlock is the provider block of the demo's provisioning identity.
func provisionerBlock(cloud *emulator.Server) map[string]any {
	return map[string]any{
		"tenant_id": directory.DemoTenantID, "client_id": directory.DemoProvisionerAppID, "client_secret": directory.DemoProvisionerSecret,
		"endpoints":       map[string]any{"authority_host": cloud.URL(), "graph": cloud.URL(), "resource_manager": cloud.URL()},
		"ca_certificates": string(cloud.CAPEM()),
	}
}
