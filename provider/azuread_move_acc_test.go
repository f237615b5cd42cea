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

// recordedState is a state as hashicorp/azuread 3 and hashicorp/azurerm 4 leave it, of an application, its tenant-wide
// grant, an account and a billing account. Its arguments are the host of the registry, object id, client id, object id of the
// service principal and of Microsoft Graph's, grant id, the account's object id and the ARM id.
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
    },
    {
      "mode": "managed", "type": "azuread_user", "name": "bridge", "provider": "provider[\"%[1]s/hashicorp/azuread\"]",
      "instances": [{"schema_version": 0, "attributes": {
        "id": "/users/%[7]s", "object_id": "%[7]s", "user_principal_name": "bridge@demo.example", "display_name": "Bridge", "mail_nickname": "bridge",
        "usage_location": "US", "account_enabled": true, "password": "Bridge-Pass-1", "force_password_change": false, "disable_password_expiration": false,
        "disable_strong_password": false, "business_phones": [], "other_mails": [], "proxy_addresses": [], "show_in_address_list": true, "user_type": "Member",
        "department": "", "job_title": "", "mail": "", "manager_id": "", "timeouts": null
      }, "sensitive_attributes": [[{"type": "get_attr", "value": "password"}]]}]
    },
    {
      "mode": "managed", "type": "azurerm_graph_services_account", "name": "bridge", "provider": "provider[\"%[1]s/hashicorp/azurerm\"]",
      "instances": [{"schema_version": 0, "attributes": {
        "id": "%[8]s", "name": "bridge", "resource_group_name": "msteams-sync", "application_id": "%[3]s", "billing_plan_id": "", "tags": null, "timeouts": null
      }, "sensitive_attributes": []}]
    }
  ], "check_results": null
}`

// TestAccMovesFromAzuread: moved blocks take over what hashicorp/azuread and hashicorp/azurerm have made, and the plan changes
// nothing. The source providers are stand-ins, found through dev_overrides, so nothing is initialised and no registry is asked.
func TestAccMovesFromAzuread(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	main := filepath.Join(cli.folder, "main.tf")
	text, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	head, resources, _ := strings.Cut(string(text), "resource \"msteamssync_application\"")
	resources = "resource \"msteamssync_application\"" + resources
	cli.run("apply", "-auto-approve") // any way of making them would do
	if err := os.Remove(filepath.Join(cli.folder, "terraform.tfstate")); err != nil {
		t.Fatal(err)
	}

	host := overrideSources(t, cli)
	registered, granted := admin.application(appName), consentOf(admin)
	cli.write(filepath.Join(cli.folder, "terraform.tfstate"), fmt.Sprintf(recordedState, host, registered["id"], registered["appId"], granted.principal, granted.graph,
		granted.grants()[0]["id"], admin.bot()["id"], accountPath))
	head = strings.Replace(head, "required_providers {", "required_providers {\n    azuread = { source = \"hashicorp/azuread\" }\n    azurerm = { source = \"hashicorp/azurerm\" }", 1)
	// Neither licences nor a password come from azuread_user: a configuration that does not name them changes nothing.
	for _, line := range []string{"license_skus        = [\"TEAMS_ENTERPRISE\"]", "password_wo         = var.bot_password", "password_wo_version = 1"} {
		if !strings.Contains(resources, line) {
			t.Fatalf("the configuration has no line %s", line)
		}
		resources = strings.Replace(resources, line, "", 1)
	}
	moves := map[string]string{
		"azuread_application.bridge": app, "azuread_service_principal_delegated_permission_grant.bridge": consent,
		"azuread_user.bridge": bot, "azurerm_graph_services_account.bridge": metered,
	}
	for from, to := range moves {
		resources += fmt.Sprintf("\nmoved {\n  from = %s\n  to   = %s\n}\n", from, to)
	}
	cli.write(main, head+resources)
	cli.output.Reset()
	cli.run("plan", "-no-color")
	said := cli.output.String()
	if !strings.Contains(said, "Plan: 0 to add, 0 to change, 0 to destroy") {
		t.Errorf("the plan is not empty:\n%s", said)
	}
	for from, to := range moves {
		if !strings.Contains(said, from+" has moved to "+to) {
			t.Errorf("%s has not moved:\n%s", from, said)
		}
	}
	cloud.RequestLog().Reset()
	cli.run("apply", "-auto-approve")
	for _, request := range cloud.Requests() {
		if request.Method != http.MethodGet && !strings.HasSuffix(request.Path, "$batch") && !strings.HasSuffix(request.Path, "/token") {
			t.Errorf("the apply wrote: %s %s", request.Method, request.Path)
		}
	}
	cli.run("plan", "-detailed-exitcode")
	state, err := os.ReadFile(filepath.Join(cli.folder, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(state), "Bridge-Pass-1") {
		t.Error("the password has moved along")
	}
}

// overrideSources puts the stand-ins beside the provider and returns the host that the CLI completes addresses with.
func overrideSources(t *testing.T, c *cli) (host string) {
	t.Helper()
	folder, overrides := t.TempDir(), "dev_overrides {"
	for _, name := range []string{"azuread", "azurerm"} {
		build := exec.Command("go", "build", "-o", filepath.Join(folder, "terraform-provider-"+name), "./testdata/source")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("building the stand-in: %v\n%s", err, out)
		}
		overrides += "\n \"hashicorp/" + name + "\" = \"" + folder + "\"\n"
	}
	for _, variable := range c.environment {
		if settings, ok := strings.CutPrefix(variable, "TF_CLI_CONFIG_FILE="); ok && strings.HasSuffix(settings, "settings.tfrc") {
			text, err := os.ReadFile(settings)
			if err != nil {
				t.Fatal(err)
			}
			c.write(settings, strings.Replace(string(text), "dev_overrides {", overrides, 1))
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
