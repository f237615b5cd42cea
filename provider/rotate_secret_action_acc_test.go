// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// TestAccRotateSecretAction: the action brings a new working secret to the plugin, and the resource takes it over without
// a rotation of its own.
func TestAccRotateSecretAction(t *testing.T) {
	const name = "Secret Action"
	admin, portal := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	var first any
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: secretConfig(name, "")},
			{
				PreConfig: func() {
					first = admin.stored()["clientsecret"]
					progress, complaints := speak(t).configure(bothBlock()).invoke("msteamssync_rotate_secret", map[string]any{"client_id": fmt.Sprint(portal.application(name)["appId"])})
					keys := portal.secretsOf(name)
					if complaints != "" || len(progress) != 2 || len(keys) != 2 || !strings.Contains(progress[0], fmt.Sprint(keys[1])) {
						t.Fatalf("keys %v, reported %q, complained %q", keys, progress, complaints)
					}
				},
				Config: secretConfig(name, ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
				Check: func(s *terraform.State) error {
					stored, keys, have := admin.stored(), portal.secretsOf(name), s.RootModule().Resources[secretAddress].Primary.Attributes
					switch {
					case stored["clientsecret"] == first || !(bearer{t}).canLogIn(portal.application(name)["appId"], stored["clientsecret"]):
						return fmt.Errorf("the plugin does not hold a new working secret")
					case have["key_id"] != keys[1] || have["previous_key_id"] != keys[0] || have["fingerprint"] == "":
						return fmt.Errorf("the resource did not take it over: %v", have)
					}
					return nil
				},
			},
		},
	})
	if _, err := admin.client.RemovePlugin(t.Context(), catalog.PluginID); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		arguments map[string]any
		want      string
	}{
		{map[string]any{"client_id": "my app"}, "not the object ID"},
		{map[string]any{"client_id": demoClientID, "valid_for": "10m"}, "from 1h to 17520h"},
		{map[string]any{"client_id": demoClientID}, "The plugin is not installed"},
	} {
		if _, complaints := speak(t).configure(bothBlock()).invoke("msteamssync_rotate_secret", test.arguments); !strings.Contains(complaints, test.want) {
			t.Errorf("%v: %q, want %q", test.arguments, complaints, test.want)
		}
	}
}
