// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// recordedState is a state as hashicorp/azuread 3 leaves it, of an application and its tenant-wide grant. Its arguments
// are the host of the registry, object id, client id, object id of the service principal and of Microsoft Graph's, grant id.
const recordedState = `{
  "version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "5f7f3a0c-0000-4000-8000-000000000000", "outputs": {},
  "resources": [
    {
      "mode": "managed", "type": "azuread_application", "name": "bridge", "provider": "provider[\"%[1]s/hashicorp/azuread\"]",
      "instances": [{"schema_version": 2, "attributes": {
        "id": "/applications/%[2]s", "object_id": "%[2]s", "client_id": "%[3]s", "display_name": "Mattermost MS Teams Sync",
        "sign_in_audience": "AzureADMyOrg", "description": "", "device_only_auth_enabled": false, "disabled_by_microsoft": "",
        "fallback_public_client_enabled": false, "feature_tags": [{"custom_single_sign_on": false, "enterprise": false, "gallery": false, "hide": false}],
        "group_membership_claims": [], "identifier_uris": [], "logo_image": "", "logo_url": "", "marketing_url": "", "notes": "",
        "oauth2_permission_scope_ids": {}, "oauth2_post_response_required": false, "optional_claims": [], "owners": [], "password": [],
        "prevent_duplicate_names": false, "privacy_statement_url": "", "public_client": [], "publisher_domain": "demo.example",
        "required_resource_access": [{"resource_app_id": "00000003-0000-0000-c000-000000000000", "resource_access": []}],
        "single_page_application": [], "tags": [], "template_id": "", "terms_of_service_url": "", "timeouts": null, "api": [], "app_role": [],
        "app_role_ids": {}, "web": [{"homepage_url": "", "logout_url": "", "redirect_uris": ["https://chat.example.com/plugins/com.mattermost.msteams-sync/oauth-redirect"],
          "implicit_grant": [{"access_token_issuance_enabled": false, "id_token_issuance_enabled": false}]}]
      }, "sensitive_attributes": []}]
    },
    {
      "mode": "managed", "type": "azuread_service_principal_delegated_permission_grant", "name": "bridge", "provider": "provider[\"%[1]s/hashicorp/azuread\"]",
      "instances": [{"schema_version": 0, "attributes": {
        "id": "/oauth2PermissionGrants/%[6]s", "service_principal_object_id": "%[4]s", "resource_service_principal_object_id": "%[5]s",
        "claim_values": ["User.Read"], "user_object_id": "", "timeouts": null
      }, "sensitive_attributes": []}]
    }
  ], "check_results": null
}`

// TestAccMovesFromAzuread: moved blocks take over what hashicorp/azuread has made, and the plan changes nothing. The source
// provider is a stand-in, found through dev_overrides, so nothing is initialised and no registry is asked.
func TestAccMovesFromAzuread(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	main := filepath.Join(cli.folder, "main.tf")
	text, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "resource \"msteamssync_metered_billing\"")
	head, _, _ = strings.Cut(head, "resource \"msteamssync_application\"")
	cli.write(main, head+consentConfig(""))
	cli.run("apply", "-auto-approve") // any way of making them would do
	if err := os.Remove(filepath.Join(cli.folder, "terraform.tfstate")); err != nil {
		t.Fatal(err)
	}

	host := overrideAzuread(t, cli)
	registered, granted := admin.application(appName), consentOf(admin)
	cli.write(filepath.Join(cli.folder, "terraform.tfstate"), fmt.Sprintf(recordedState, host, registered["id"], registered["appId"], granted.principal, granted.graph, granted.grants()[0]["id"]))
	cli.write(main, strings.Replace(head, "required_providers {", "required_providers {\n    azuread = { source = \"hashicorp/azuread\" }", 1)+consentConfig("")+`
moved {
  from = azuread_application.bridge
  to   = msteamssync_application.this
}
moved {
  from = azuread_service_principal_delegated_permission_grant.bridge
  to   = msteamssync_admin_consent.this
}`)
	cli.output.Reset()
	cli.run("plan", "-no-color")
	for _, want := range []string{"Plan: 0 to add, 0 to change, 0 to destroy", "has moved to msteamssync_application.this", "has moved to msteamssync_admin_consent.this"} {
		if !strings.Contains(cli.output.String(), want) {
			t.Errorf("the plan does not say %q:\n%s", want, cli.output.String())
		}
	}
	cloud.RequestLog().Reset()
	cli.run("apply", "-auto-approve")
	for _, request := range cloud.Requests() {
		if request.Method != http.MethodGet && strings.HasPrefix(request.Path, "/v1.0/") && !strings.HasSuffix(request.Path, "$batch") {
			t.Errorf("the apply wrote: %s %s", request.Method, request.Path)
		}
	}
	cli.run("plan", "-detailed-exitcode")
}

// overrideAzuread puts the stand-in beside the provider and returns the host that the CLI completes addresses with.
func overrideAzuread(t *testing.T, c *cli) (host string) {
	t.Helper()
	folder := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(folder, "terraform-provider-azuread"), "./testdata/azuread")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the stand-in: %v\n%s", err, out)
	}
	for _, variable := range c.environment {
		if settings, ok := strings.CutPrefix(variable, "TF_CLI_CONFIG_FILE="); ok && strings.HasSuffix(settings, "settings.tfrc") {
			text, err := os.ReadFile(settings)
			if err != nil {
				t.Fatal(err)
			}
			c.write(settings, strings.Replace(string(text), "dev_overrides {", "dev_overrides {\n \"hashicorp/azuread\" = \""+folder+"\"\n", 1))
		}
	}
	version, err := exec.Command(os.Getenv("TF_ACC_TERRAFORM_PATH"), "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(version), "OpenTofu") {
		return "registry.opentofu.org"
	}
	return "registry.terraform.io"
}
