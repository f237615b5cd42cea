// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestAccClientSecretImportsByIdentity, which Terraform can from 1.12 on: of several secrets under one description the
// newest is meant.
func TestAccClientSecretImportsByIdentity(t *testing.T) {
	const name = "Secret Identity"
	admin, portal := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	client := fmt.Sprint(portal.do(http.MethodPost, "/v1.0/applications", object{"displayName": name})["appId"])
	portal.addSecret(name)
	_, newest := portal.addSecret(name)

	i := newInvoker(t)
	identities, err := i.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	const kind = "msteamssync_client_secret"
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	as := identities.IdentitySchemas[kind].ValueType().(tftypes.Object)
	imported, err := i.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: kind, Identity: &tfprotov6.ResourceIdentityData{
		IdentityData: i.encode(as, objectOf(as, map[string]tftypes.Value{"client_id": text(client), "description": text("Mattermost MS Teams Sync (Terraform)")})),
	}})
	if err != nil {
		t.Fatal(err)
	}
	i.mustBeFree(imported.Diagnostics)
	if len(imported.ImportedResources) != 1 {
		t.Fatalf("imported %d resources", len(imported.ImportedResources))
	}
	found := imported.ImportedResources[0]
	read, err := i.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: kind, CurrentState: found.State, CurrentIdentity: found.Identity, Private: found.Private})
	if err != nil {
		t.Fatal(err)
	}
	i.mustBeFree(read.Diagnostics)
	state, err := read.NewState.Unmarshal(i.schemas.ResourceSchemas[kind].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	var keyID string
	if err := state.As(&attributes); err != nil || attributes["key_id"].As(&keyID) != nil || keyID != newest {
		t.Errorf("imported the key %q (%v), want %s", keyID, err, newest)
	}
	identity, err := read.NewIdentity.IdentityData.Unmarshal(as)
	if err != nil {
		t.Fatal(err)
	}
	want := objectOf(as, map[string]tftypes.Value{"tenant_id": text(tenantID), "client_id": text(client), "description": text("Mattermost MS Teams Sync (Terraform)")})
	if !identity.Equal(want) {
		t.Errorf("the identity is %s, want %s", identity, want)
	}
}
