// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

const day = 24 * time.Hour

// secretsOf are the secrets of a registration, in the order in which they were added.
func (p *portal) secretsOf(name string) (keys []any) {
	p.t.Helper()
	for _, key := range p.application(name)["passwordCredentials"].([]any) {
		keys = append(keys, key.(object)["keyId"])
	}
	return keys
}

// addSecret adds one under the resource's description and returns its text and its key id.
func (p *portal) addSecret(name string) (secret, keyID string) {
	p.t.Helper()
	added := p.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/addPassword", p.application(name)["id"]),
		object{"passwordCredential": object{"displayName": "Mattermost MS Teams Sync (Terraform)"}})
	return added["secretText"].(string), added["keyId"].(string)
}

// TestAccClientSecretLivesItsLife: a secret that comes near its end is replaced, the one before it stays valid for the
// overlap and goes then, and a pipeline sees each of it.
func TestAccClientSecretLivesItsLife(t *testing.T) {
	const name = "Secret Life"
	admin, entra := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	config := secretConfig(name, "")
	var first any
	var clock func()
	later := func(by time.Duration) func() { return func() { clock = provider.PutClockForward(by) } }
	t.Cleanup(func() { clock() })
	has := func(want int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			keys := entra.secretsOf(name)
			if len(keys) != want {
				return fmt.Errorf("the application has %d secrets, want %d", len(keys), want)
			}
			if keys[want-1] != admin.stored()["clientsecretkeyid"] {
				return fmt.Errorf("the newest secret is not the delivered one")
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: config, Check: func(*terraform.State) error { first = entra.secretsOf(name)[0]; return nil }},
			{ // one more under its description, as a run leaves it that was killed
				PreConfig: func() { entra.addSecret(name) }, Config: config,
				ConfigPlanChecks: plans(updates(secretAddress, "status")),
				Check: func(*terraform.State) error {
					if keys := entra.secretsOf(name); len(keys) != 1 || keys[0] != first {
						return fmt.Errorf("left are %v, want the key %v", keys, first)
					}
					return nil
				},
			},
			{PreConfig: later(149 * day), Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())}, // 180 days less 30, and one
			{
				PreConfig: later(150*day + time.Hour), Config: config,
				ConfigPlanChecks: plans(updates(secretAddress, append([]string{"status"}, renewed...)...)),
				Check: resource.ComposeTestCheckFunc(has(2), func(s *terraform.State) error {
					if got := s.RootModule().Resources[secretAddress].Primary.Attributes["previous_key_id"]; got != first {
						return fmt.Errorf("the previous key is %q, want %v", got, first)
					}
					return nil
				}),
			},
			{PreConfig: later(151 * day), Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ // the overlap of a day is over
				PreConfig: later(151*day + 2*time.Hour), Config: config,
				ConfigPlanChecks:  plans(updates(secretAddress, "previous_key_id", "previous_retire_at", "status")),
				ConfigStateChecks: []statecheck.StateCheck{attribute(secretAddress, "previous_key_id", knownvalue.Null())},
				Check:             has(1),
			},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: secretConfig(name, "  description = \"Bridge\""), Check: has(2)},
			{ // an overlap that is taken back ends the previous secret at once
				Config:           secretConfig(name, "  description = \"Bridge\"\n"+atOnce),
				ConfigPlanChecks: plans(updates(secretAddress, "overlap", "previous_key_id", "previous_retire_at")),
				Check:            has(1),
			},
			{ // the previous one was removed by hand: nothing to do
				Config: secretConfig(name, "  description = \"Bridge\"\n  rotation_triggers = { n = \"2\" }"), Check: has(2),
			},
			{
				PreConfig: func() {
					entra.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/removePassword", entra.application(name)["id"]), object{"keyId": entra.secretsOf(name)[0]})
				},
				Config:           secretConfig(name, "  description = \"Bridge\"\n  rotation_triggers = { n = \"2\" }"),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{ // the whole life is over
				PreConfig: later(400 * day), Config: secretConfig(name, "  description = \"Bridge\"\n  rotation_triggers = { n = \"2\" }"),
				ConfigPlanChecks: plans(updates(secretAddress, append([]string{"status"}, renewed...)...)),
			},
		},
	})
}

// TestAccClientSecretAdoptsARotation: a secret under the resource's description that the settings name is taken over, as
// after the action msteamssync_rotate_secret, and the one before it is retired after the overlap.
func TestAccClientSecretAdoptsARotation(t *testing.T) {
	const name = "Secret Adoption"
	admin, entra := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	config := secretConfig(name, "")
	var secret, keyID string
	adopted := func(s *terraform.State) error {
		have := s.RootModule().Resources[secretAddress].Primary.Attributes
		if have["key_id"] != keyID || have["fingerprint"] == "" || have["previous_key_id"] != entra.secretsOf(name)[0] || admin.stored()["clientsecret"] != secret {
			return fmt.Errorf("the secret was not taken over: %v", have)
		}
		return nil
	}
	clock := func() {}
	t.Cleanup(func() { clock() })
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					secret, keyID = entra.addSecret(name)
					expires := entra.application(name)["passwordCredentials"].([]any)[1].(object)["endDateTime"].(string)
					end, err := time.Parse(time.RFC3339, expires)
					if err != nil {
						t.Fatal(err)
					}
					admin.change(map[string]any{"clientsecret": secret, "clientsecretkeyid": keyID, "clientsecretexpiresat": end.UTC().Format("2006-01-02T15:04:05Z")})
				},
				Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()), Check: adopted,
			},
			{ // its text is compared from now on
				PreConfig: func() { admin.change(map[string]any{"clientsecret": "typed-by-hand"}) },
				Config:    config, PlanOnly: true, ExpectNonEmptyPlan: true,
			},
			{
				PreConfig: func() {
					admin.change(map[string]any{"clientsecret": secret})
					clock = provider.PutClockForward(25 * time.Hour)
				},
				Config: config, ConfigPlanChecks: plans(updates(secretAddress, "previous_key_id", "previous_retire_at", "status")),
				Check: func(*terraform.State) error {
					if keys := entra.secretsOf(name); len(keys) != 1 || keys[0] != keyID {
						return fmt.Errorf("left are %v, want the key %s", keys, keyID)
					}
					return nil
				},
			},
			{ // an import whose secret the settings name knows its fingerprint
				ResourceName: secretAddress, ImportState: true,
				ImportStateIdFunc: func(*terraform.State) (string, error) {
					return fmt.Sprintf("%v/%s", entra.application(name)["appId"], keyID), nil
				},
				ImportStateCheck: func(states []*terraform.InstanceState) error {
					if states[0].Attributes["fingerprint"] == "" || states[0].Attributes["status"] != "current" {
						return fmt.Errorf("imported as %v", states[0].Attributes)
					}
					return nil
				},
			},
			{ // delivered by hand under a description of its own: somebody else's, so it is replaced
				PreConfig: func() {
					added := entra.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/addPassword", entra.application(name)["id"]), object{"passwordCredential": object{"displayName": "by hand"}})
					admin.change(map[string]any{"clientsecret": added["secretText"], "clientsecretkeyid": added["keyId"]})
				},
				Config: config, ConfigPlanChecks: plans(updates(secretAddress, append([]string{"status"}, renewed...)...)),
				ExpectNonEmptyPlan: true, // the application reports it as foreign
			},
		},
	})
}
