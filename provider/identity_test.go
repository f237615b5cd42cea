// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"reflect"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// TestImportByIdentity asks over the protocol, as Terraform 1.12 does for import { identity = … }: what is imported by the
// client id alone gets the whole identity, and reading it keeps that.
func TestImportByIdentity(t *testing.T) {
	cloud := emulator.Start(t)
	for _, kind := range []string{"msteamssync_application", "msteamssync_admin_consent"} {
		t.Run(kind, func(t *testing.T) {
			endpoints := map[string]any{"authority_host": cloud.URL(), "graph": cloud.URL(), "resource_manager": cloud.URL()}
			p := speak(t).configure(map[string]any{
				"tenant_id": directory.DemoTenantID, "client_id": directory.DemoProvisionerAppID, "client_secret": directory.DemoProvisionerSecret,
				"endpoints": endpoints, "ca_certificates": string(cloud.CAPEM()),
			})
			_, identity := p.importAs(kind, map[string]any{"client_id": directory.DemoProvisionerAppID})
			want := map[string]any{"tenant_id": directory.DemoTenantID, "client_id": directory.DemoProvisionerAppID}
			if !reflect.DeepEqual(identity, want) {
				t.Errorf("the identity is %v, want %v", identity, want)
			}
		})
	}
}
