// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const (
	app         = "msteamssync_application.this"
	appName     = "Mattermost MS Teams Sync"
	ownRedirect = "https://chat.example.com/plugins/com.mattermost.msteams-sync/oauth-redirect"
)

func applicationConfig(arguments string) string {
	return fmt.Sprintf("resource \"msteamssync_application\" \"this\" {\n  site_url = \"https://chat.example.com\"\n%s\n}\n", arguments)
}

func plans(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

func exactly(items ...string) knownvalue.Check {
	var checks []knownvalue.Check
	for _, item := range items {
		checks = append(checks, knownvalue.StringExact(item))
	}
	return knownvalue.SetExact(checks)
}

func attribute(address, name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), value)
}

func TestAccApplicationLifecycle(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, applicationConfig(""))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if left := admin.list("/v1.0/applications", map[string][]string{"$filter": {"displayName eq '" + appName + "'"}}); len(left) > 0 {
				return fmt.Errorf("%d registrations are left", len(left))
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(app, "display_name", knownvalue.StringExact(appName)),
					attribute(app, "redirect_uris", exactly(ownRedirect)),
					attribute(app, "delegated_permissions", exactly(catalog.Guide(catalog.Delegated)...)),
					attribute(app, "application_permissions", exactly(catalog.Guide(catalog.Application)...)),
					attribute(app, "service_principal_object_id", knownvalue.NotNull()),
				},
				Check: func(*terraform.State) error { return followsTheGuide(admin) },
			},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ // written differently
				Config: azureOnly(cloud, `
resource "msteamssync_application" "this" {
  site_url              = "HTTPS://Chat.Example.com/"
  delegated_permissions = [`+quotedGuide(catalog.Delegated, func(name string) string { return "id:" + idOf(t, catalog.Delegated, name) })+`]
}`),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{
				Config: azureOnly(cloud, applicationConfig(`
  display_name            = "Bridge"
  extra_redirect_uris     = ["https://second.example.com/callback"]
  application_permissions = ["User.Read.All"]`)),
				ConfigPlanChecks: plans(updates(app, "display_name", "extra_redirect_uris", "redirect_uris", "application_permissions")),
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(app, "redirect_uris", exactly(ownRedirect, "https://second.example.com/callback")),
				},
			},
			{Config: config, ConfigPlanChecks: plans(updates(app, "display_name", "extra_redirect_uris", "redirect_uris", "application_permissions"))},
			{
				ResourceName: app, ImportState: true, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "client_id",
				ImportStateIdFunc: idFrom(app, "client_id"),
			},
			{ResourceName: app, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: idFrom(app, "id")},
			{ResourceName: app, ImportState: true, ImportStateVerify: true, ImportStateId: "name:" + appName},
			{ResourceName: app, ImportState: true, ImportStateId: "name:Nobody", ExpectError: regexp.MustCompile(`no\s+app\s+registration\s+of\s+the\s+tenant`)},
			{ResourceName: app, ImportState: true, ImportStateId: "Nobody", ExpectError: regexp.MustCompile(`is\s+not\s+a\s+GUID`)},
			{ // deleted by somebody
				PreConfig: func() {
					admin.do(http.MethodDelete, fmt.Sprintf("/v1.0/applications/%v", admin.application(appName)["id"]), nil)
				},
				Config:           config,
				ConfigPlanChecks: plans(plancheck.ExpectResourceAction(app, plancheck.ResourceActionCreate)),
				Check:            func(*terraform.State) error { return followsTheGuide(admin) },
			},
			{ // its service principal alone deleted by somebody
				PreConfig: func() {
					admin.do(http.MethodDelete, fmt.Sprintf("/v1.0/servicePrincipals/%v", admin.principal(admin.application(appName)["appId"])["id"]), nil)
				},
				Config:           config,
				ConfigPlanChecks: plans(updates(app, "service_principal_object_id", "service_principal_enabled")),
			},
		},
	})
}

// followsTheGuide compares the registration with the set-up guide, through another client than the provider's.
func followsTheGuide(admin *portal) error {
	registered := admin.application(appName)
	if registered["signInAudience"] != "AzureADMyOrg" {
		return fmt.Errorf("sign-in audience %v", registered["signInAudience"])
	}
	if uris := registered["web"].(object)["redirectUris"].([]any); len(uris) != 1 || uris[0] != ownRedirect {
		return fmt.Errorf("redirect URIs %v", uris)
	}
	count := map[any]int{}
	for _, api := range registered["requiredResourceAccess"].([]any) {
		if api.(object)["resourceAppId"] != catalog.GraphAppID {
			return fmt.Errorf("an unexpected API: %v", api)
		}
		for _, access := range api.(object)["resourceAccess"].([]any) {
			count[access.(object)["type"]]++
		}
	}
	if count["Scope"] != 13 || count["Role"] != 7 {
		return fmt.Errorf("requested permissions %v, want 13 scopes and 7 roles", count)
	}
	if principal := admin.principal(registered["appId"]); principal["accountEnabled"] != true || principal["appRoleAssignmentRequired"] != false {
		return fmt.Errorf("service principal %v", principal)
	}
	return nil
}

func TestAccApplicationDriftIsNamed(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, applicationConfig(""))
	patch := func(body object) func() {
		return func() {
			admin.do(http.MethodPatch, fmt.Sprintf("/v1.0/applications/%v", admin.application(appName)["id"]), body)
		}
	}
	patchPrincipal := func(body object) func() {
		return func() {
			admin.do(http.MethodPatch, fmt.Sprintf("/v1.0/servicePrincipals/%v", admin.principal(admin.application(appName)["appId"])["id"]), body)
		}
	}
	evil := []string{"https://evil.example.com/callback"}
	steps := []resource.TestStep{{Config: config}}
	steps = append(steps, resource.TestStep{
		PreConfig: patch(object{"requiredResourceAccess": []object{}}), Config: config,
		ConfigPlanChecks: plans(updates(app, "delegated_permissions", "application_permissions")),
	})
	for _, drift := range []struct {
		change    func()
		attribute string
	}{
		{patch(object{"web": object{"redirectUris": append([]string{ownRedirect}, evil...)}}), "redirect_uris"},
		{patch(object{"web": object{"redirectUris": []string{}}}), "redirect_uris"},
		{patch(object{"spa": object{"redirectUris": evil}}), "spa_redirect_uris"},
		{patch(object{"publicClient": object{"redirectUris": []string{"http://localhost"}}}), "public_client_redirect_uris"},
		{patch(object{"web": object{"implicitGrantSettings": object{"enableAccessTokenIssuance": true}}}), "implicit_access_tokens_enabled"},
		{patch(object{"web": object{"implicitGrantSettings": object{"enableIdTokenIssuance": true}}}), "implicit_id_tokens_enabled"},
		{patch(object{"isFallbackPublicClient": true}), "public_client_flows_enabled"},
		{patch(object{"signInAudience": "AzureADMultipleOrgs"}), "sign_in_audience"},
		{patch(object{"requiredResourceAccess": graphAccess("Role", permissionGUIDs(catalog.Application)...)}), "delegated_permissions"},
		{patch(object{"requiredResourceAccess": graphAccess("Scope", permissionGUIDs(catalog.Delegated)...)}), "application_permissions"},
		{patchPrincipal(object{"accountEnabled": false}), "service_principal_enabled"},
		{patchPrincipal(object{"appRoleAssignmentRequired": true}), "app_role_assignment_required"},
	} {
		steps = append(steps, resource.TestStep{PreConfig: drift.change, Config: config, ConfigPlanChecks: plans(updates(app, drift.attribute))})
	}
	steps = append(steps, resource.TestStep{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()), Check: func(*terraform.State) error { return followsTheGuide(admin) }})
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: steps})
}

// TestAccApplicationLeavesOtherAPIsAlone: requested permissions of other APIs than Microsoft Graph are not ours.
func TestAccApplicationLeavesOtherAPIsAlone(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	other := object{"resourceAppId": "00000002-0000-0ff1-ce00-000000000000", "resourceAccess": []object{{"id": "01234567-89ab-4def-8123-456789abcdef", "type": "Scope"}}}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: azureOnly(cloud, applicationConfig(""))},
		{
			PreConfig: func() {
				registered := admin.application(appName)
				admin.do(http.MethodPatch, fmt.Sprintf("/v1.0/applications/%v", registered["id"]),
					object{"requiredResourceAccess": append(registered["requiredResourceAccess"].([]any), other)})
			},
			Config:           azureOnly(cloud, applicationConfig(`delegated_permissions = ["User.Read"]`)),
			ConfigPlanChecks: plans(updates(app, "delegated_permissions")),
			Check: func(*terraform.State) error {
				if apis := admin.application(appName)["requiredResourceAccess"].([]any); len(apis) != 2 {
					return fmt.Errorf("requested APIs %v, want Microsoft Graph and the other one", apis)
				}
				return nil
			},
		},
	}})
}

func TestAccApplicationRefusesBadInput(t *testing.T) {
	cloud := emulator.Start(t)
	step := func(resources, says string) resource.TestStep {
		return resource.TestStep{Config: azureOnly(cloud, resources), ExpectError: regexp.MustCompile(says), PlanOnly: true}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		step(`resource "msteamssync_application" "this" { site_url = "http://chat.example.com" }`, `must start with https://`),
		step(applicationConfig(`delegated_permissions = ["ChannelMessages.Send"]`), `Did you mean\s+"ChannelMessage.Send"`),
		step(applicationConfig(`application_permissions = ["ChannelMessage.Send"]`), `as a\s+delegated\s+permission\s+only`),
		step(applicationConfig(`extra_redirect_uris = ["http://chat.example.com"]`), `must be an https address`),
	}})
}

func idFrom(address, name string) resource.ImportStateIdFunc {
	return func(s *terraform.State) (string, error) {
		found, ok := s.RootModule().Resources[address]
		if !ok {
			return "", fmt.Errorf("%s is not in the state", address)
		}
		return found.Primary.Attributes[name], nil
	}
}

func idOf(t *testing.T, kind catalog.Kind, name string) string {
	t.Helper()
	p, ok := catalog.Lookup(kind, name)
	if !ok {
		t.Fatalf("no %s permission %s", kind, name)
	}
	return p.ID
}

func permissionGUIDs(kind catalog.Kind) []string {
	var ids []string
	for _, name := range catalog.Guide(kind) {
		p, _ := catalog.Lookup(kind, name)
		ids = append(ids, p.ID)
	}
	return ids
}

// graphAccess is requiredResourceAccess for Microsoft Graph alone.
func graphAccess(kind string, ids ...string) []object {
	var access []object
	for _, id := range ids {
		access = append(access, object{"id": id, "type": kind})
	}
	return []object{{"resourceAppId": catalog.GraphAppID, "resourceAccess": access}}
}

func quotedGuide(kind catalog.Kind, write func(string) string) string {
	text := ""
	for _, name := range catalog.Guide(kind) {
		text += fmt.Sprintf("%q, ", write(name))
	}
	return text
}
