// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

const secretAddress = "msteamssync_client_secret.this"

// renewed are the attributes that a rotation changes.
var renewed = []string{"expires_at", "fingerprint", "hint", "key_id", "previous_key_id", "previous_retire_at"}

// atOnce lets a rotation retire the previous secret in the same apply.
const atOnce = "  overlap = \"0s\"\n"

// secretConfig declares an application of its own and a secret of it, on a server that has the plugin.
func secretConfig(name, arguments string) string {
	return bothSides(fmt.Sprintf(`
resource "msteamssync_application" "this" {
  display_name                = %q
  site_url                    = %q
  managed_secret_descriptions = ["Mattermost MS Teams Sync (Terraform)", "Bridge"]
}
resource "msteamssync_client_secret" "this" {
  client_id = msteamssync_application.this.client_id
%s
}
`, name, shared.Mattermost.URL, arguments))
}

// bearer is somebody who logs in as an application.
type bearer struct{ t *testing.T }

func (b bearer) canLogIn(clientID, secret any) bool {
	b.t.Helper()
	response, err := shared.Emulator.HTTPClient().PostForm(shared.Emulator.URL()+"/"+tenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {fmt.Sprint(clientID)}, "client_secret": {fmt.Sprint(secret)}, "scope": {shared.Emulator.URL() + "/.default"},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func TestAccClientSecretLifecycle(t *testing.T) {
	const name = "Secret Lifecycle"
	admin, entra := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	config := secretConfig(name, atOnce)
	rotated := secretConfig(name, atOnce+"  rotation_triggers = { quarter = \"2\" }\n  valid_for = \"720h0m0s\"")
	keys := func() []any { return entra.application(name)["passwordCredentials"].([]any) }
	var last any
	// works checks that the delivered secret logs in, that it is a new one, and that Entra has no other.
	works := func(*terraform.State) error {
		stored := admin.stored()
		key := keys()
		switch {
		case !bearer{t}.canLogIn(entra.application(name)["appId"], stored["clientsecret"]):
			return fmt.Errorf("the delivered secret does not log in")
		case stored["clientsecret"] == last:
			return fmt.Errorf("the secret is still the old one")
		case len(key) != 1:
			return fmt.Errorf("the application has %d secrets, want 1", len(key))
		case stored["clientsecretkeyid"] != key[0].(object)["keyId"]:
			return fmt.Errorf("the settings name the key %v", stored["clientsecretkeyid"])
		case !strings.HasPrefix(key[0].(object)["endDateTime"].(string), strings.TrimSuffix(stored["clientsecretexpiresat"].(string), "Z")):
			return fmt.Errorf("the delivered expiry %v is not Entra's", stored["clientsecretexpiresat"])
		}
		last = stored["clientsecret"]
		return nil
	}
	rotates := func(more ...string) resource.ConfigPlanChecks {
		return plans(updates(secretAddress, append(more, renewed...)...))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if stored := admin.stored(); stored["clientsecret"] != nil || stored["clientsecretexpiresat"] != nil || stored["clientsecretkeyid"] != nil {
				return fmt.Errorf("the delivered secret is left")
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(secretAddress, "status", knownvalue.StringExact("current")),
					attribute(secretAddress, "valid_for", knownvalue.StringExact("4320h")),
					attribute(secretAddress, "rotate_before", knownvalue.StringExact("720h")),
					attribute(secretAddress, "previous_key_id", knownvalue.Null()),
					attribute(secretAddress, "description", knownvalue.StringExact("Mattermost MS Teams Sync (Terraform)")),
				},
				Check: works,
			},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{
				ResourceName: secretAddress, ImportState: true, ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "key_id", ImportStateVerifyIgnore: []string{"fingerprint", "overlap"},
				ImportStateIdFunc: func(s *terraform.State) (string, error) {
					attributes := s.RootModule().Resources[secretAddress].Primary.Attributes
					return attributes["client_id"] + "/" + attributes["key_id"], nil
				},
			},
			{Config: rotated, ConfigPlanChecks: rotates("rotate_before", "rotation_triggers", "valid_for"), Check: works},
			{ // written differently
				Config:           secretConfig(name, atOnce+"  rotation_triggers = { quarter = \"2\" }\n  valid_for = \"720h\""),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{ // replaced in the System Console, where it is masked
				PreConfig:        func() { admin.change(map[string]any{"clientsecret": "typed-by-hand"}) },
				Config:           rotated,
				ConfigPlanChecks: rotates("status"), Check: works,
			},
			{ // removed there
				PreConfig:        func() { admin.change(map[string]any{"clientsecret": nil}) },
				Config:           rotated,
				ConfigPlanChecks: rotates("status"), Check: works,
			},
			{ // removed in Entra
				PreConfig: func() {
					entra.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/removePassword", entra.application(name)["id"]),
						object{"keyId": keys()[0].(object)["keyId"]})
				},
				Config:           rotated,
				ConfigPlanChecks: rotates("status"), Check: works,
			},
			{ // added by hand under the resource's description
				PreConfig: func() {
					entra.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/addPassword", entra.application(name)["id"]),
						object{"passwordCredential": object{"displayName": "Mattermost MS Teams Sync (Terraform)"}})
				},
				Config:           rotated,
				ConfigPlanChecks: plans(updates(secretAddress, "status")),
				Check: func(*terraform.State) error {
					if key := keys(); len(key) != 1 || key[0].(object)["keyId"] != admin.stored()["clientsecretkeyid"] {
						return fmt.Errorf("the application has %d secrets, want the delivered one", len(key))
					}
					return nil
				},
			},
			{ // only the date was edited: no reason for a new secret
				PreConfig: func() {
					admin.change(map[string]any{"clientsecretexpiresat": "2040-01-01T00:00:00Z", "clientsecretkeyid": nil})
				},
				Config:           rotated,
				ConfigPlanChecks: plans(updates(secretAddress, "status")),
				Check: func(*terraform.State) error {
					if admin.stored()["clientsecret"] != last || admin.stored()["clientsecretexpiresat"] == "2040-01-01T00:00:00Z" || admin.stored()["clientsecretkeyid"] == nil {
						return fmt.Errorf("the date was not corrected, or the secret was touched")
					}
					return nil
				},
			},
		},
	})
}

func TestAccClientSecretRotatesWithoutAGap(t *testing.T) {
	const name = "Secret Rotation"
	admin, entra := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	var left []any
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: secretConfig(name, atOnce)},
			{ // the old secret cannot be removed: the new one is in use and both are valid
				PreConfig: func() {
					shared.Emulator.RequestLog().Reset()
					if _, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.Status, Status: http.StatusForbidden, Route: "POST /applications/*/removePassword"}); err != nil {
						t.Fatal(err)
					}
				},
				Config:             secretConfig(name, atOnce+"  rotation_triggers = { n = \"2\" }"),
				ExpectNonEmptyPlan: true,
				Check: func(*terraform.State) error {
					shared.Emulator.Faults().Clear()
					if left = entra.application(name)["passwordCredentials"].([]any); len(left) != 2 {
						return fmt.Errorf("the application has %d secrets, want the old and the new one", len(left))
					}
					return inOrder("/addPassword", "/oauth2/v2.0/token", "/removePassword")
				},
			},
			{ // the next apply only clears up
				Config:           secretConfig(name, atOnce+"  rotation_triggers = { n = \"2\" }"),
				ConfigPlanChecks: plans(updates(secretAddress, "status")),
				Check: func(*terraform.State) error {
					keys := entra.application(name)["passwordCredentials"].([]any)
					if len(keys) != 1 || keys[0].(object)["keyId"] != left[1].(object)["keyId"] {
						return fmt.Errorf("left are %d secrets, want the new one", len(keys))
					}
					return nil
				},
			},
		},
	})
}

// inOrder checks that requests to these addresses were made one after another.
func inOrder(suffixes ...string) error {
	next := 0
	for _, request := range shared.Emulator.Requests() {
		if next < len(suffixes) && strings.HasSuffix(request.Path, suffixes[next]) {
			next++
		}
	}
	if next < len(suffixes) {
		return fmt.Errorf("no request to %s after the earlier ones of %v", suffixes[next], suffixes)
	}
	return nil
}

func TestAccClientSecretSaysWhatIsWrong(t *testing.T) {
	admin := openConsole(t)
	bare := func(arguments string) string {
		return bothSides("resource \"msteamssync_client_secret\" \"this\" {\n  client_id = \"44444444-4444-4444-8444-444444444444\"\n" + arguments + "\n}\n")
	}
	for _, test := range []struct {
		name, config, want string
		before             func()
	}{
		{"no plugin", bare(""), `The plugin is not installed`, nil},
		{"too short", bare("  valid_for = \"10m\""), `from\s+1h\s+to\s+17520h`, nil},
		{"due at once", bare("  valid_for = \"720h\"\n  rotate_before = \"721h\""), `shorter\s+than\s+valid_for`, nil},
		{"days", bare("  valid_for = \"180d\""), `4320h\s+for\s+180\s+days`, nil},
		{"another owner", bare(""), `a\s+secret\s+has\s+one\s+owner`, func() {
			admin.upload(trialBundle(t, "1.0.0", "a", nil))
			admin.change(map[string]any{"terraformmanagedkeys": "tenantId,clientSecret"})
		}},
		{"no Azure credentials", mattermostOnly("resource \"msteamssync_client_secret\" \"this\" {\n  client_id = \"44444444-4444-4444-8444-444444444444\"\n}\n"), `Azure credentials are missing`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.before != nil {
				test.before()
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: inProcess,
				Steps:                    []resource.TestStep{{Config: test.config, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
