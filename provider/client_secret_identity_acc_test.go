// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"reflect"
	"testing"
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

	const description = "Mattermost MS Teams Sync (Terraform)"
	state, identity := speak(t).configure(bothBlock()).importAs("msteamssync_client_secret", map[string]any{"client_id": client, "description": description})
	if state["key_id"] != newest {
		t.Errorf("imported the key %v, want %s", state["key_id"], newest)
	}
	if want := (map[string]any{"tenant_id": tenantID, "client_id": client, "description": description}); !reflect.DeepEqual(identity, want) {
		t.Errorf("the identity is %v, want %v", identity, want)
	}
}
