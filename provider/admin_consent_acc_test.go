// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const consent = "msteamssync_admin_consent.this"

func consentConfig(arguments string) string {
	return applicationConfig("") + fmt.Sprintf("resource \"msteamssync_admin_consent\" \"this\" {\n  client_id = msteamssync_application.this.client_id\n%s\n}\n", arguments)
}

// granted is the tenant-wide consent of the registration on Microsoft Graph, read by another client than the provider's.
type granted struct {
	admin     *portal
	principal any
	graph     any
}

func consentOf(admin *portal) granted {
	return granted{admin, admin.principal(admin.application(appName)["appId"])["id"], admin.principal(catalog.GraphAppID)["id"]}
}

func (g granted) grants() []object {
	return g.admin.list("/v1.0/oauth2PermissionGrants", url.Values{"$filter": {fmt.Sprintf("clientId eq '%v'", g.principal)}})
}

func (g granted) scopes() []string {
	var scopes []string
	for _, grant := range g.grants() {
		if grant["consentType"] == "AllPrincipals" {
			scopes = append(scopes, strings.Fields(grant["scope"].(string))...)
		}
	}
	slices.Sort(scopes)
	return scopes
}

func (g granted) assignments() []object {
	return g.admin.list(fmt.Sprintf("/v1.0/servicePrincipals/%v/appRoleAssignments", g.principal), nil)
}

func (g granted) setScope(scope string) {
	g.admin.do(http.MethodPatch, fmt.Sprintf("/v1.0/oauth2PermissionGrants/%v", g.grants()[0]["id"]), object{"scope": scope})
}

func (g granted) assign(role string) {
	g.admin.do(http.MethodPost, fmt.Sprintf("/v1.0/servicePrincipals/%v/appRoleAssignedTo", g.graph),
		object{"principalId": g.principal, "resourceId": g.graph, "appRoleId": role})
}

func (g granted) unassign() {
	g.admin.do(http.MethodDelete, fmt.Sprintf("/v1.0/servicePrincipals/%v/appRoleAssignments/%v", g.principal, g.assignments()[0]["id"]), nil)
}

func consentFollowsTheGuide(admin *portal) error {
	g := consentOf(admin)
	if scopes := g.scopes(); !slices.Equal(scopes, slices.Sorted(slices.Values(catalog.Guide(catalog.Delegated)))) {
		return fmt.Errorf("granted scopes %v", scopes)
	}
	if n := len(g.assignments()); n != 7 {
		return fmt.Errorf("%d app roles are assigned, want 7", n)
	}
	return nil
}

func TestAccAdminConsentLifecycle(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, consentConfig(""))
	followsGuide := func(*terraform.State) error { return consentFollowsTheGuide(admin) }
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if left := admin.list("/v1.0/oauth2PermissionGrants", nil); len(left) > 0 {
				return fmt.Errorf("%d grants are left", len(left))
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config, Check: followsGuide,
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(consent, "delegated", exactly(catalog.Guide(catalog.Delegated)...)),
					attribute(consent, "service_principal_object_id", knownvalue.NotNull()),
				},
			},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{
				Config:           azureOnly(cloud, consentConfig("delegated = [\"user.read\", \"offline_access\"]\n  application = []")),
				ConfigPlanChecks: plans(updates(consent, "delegated", "application")),
				Check: func(*terraform.State) error {
					if g := consentOf(admin); !slices.Equal(g.scopes(), []string{"User.Read", "offline_access"}) || len(g.assignments()) != 0 {
						return fmt.Errorf("granted %v and %d roles", g.scopes(), len(g.assignments()))
					}
					return nil
				},
			},
			{
				Config:           azureOnly(cloud, consentConfig("delegated = []\n  application = [\"User.Read.All\"]")),
				ConfigPlanChecks: plans(updates(consent, "delegated", "application")),
			},
			{Config: config, Check: followsGuide},
			{
				ResourceName: consent, ImportState: true, ImportStateVerify: true,
				ImportStateIdFunc: idFrom(consent, "client_id"), ImportStateVerifyIdentifierAttribute: "client_id",
			},
			{ // more scopes than declared
				PreConfig:        func() { g := consentOf(admin); g.setScope(strings.Join(append(g.scopes(), "Mail.Read"), " ")) },
				Config:           config,
				ConfigPlanChecks: plans(updates(consent, "delegated")), Check: followsGuide,
			},
			{ // fewer
				PreConfig:        func() { consentOf(admin).setScope("User.Read") },
				Config:           config,
				ConfigPlanChecks: plans(updates(consent, "delegated")), Check: followsGuide,
			},
			{ // more roles than declared
				PreConfig:        func() { consentOf(admin).assign(idOf(t, catalog.Application, "Files.ReadWrite.All")) },
				Config:           config,
				ConfigPlanChecks: plans(updates(consent, "application")), Check: followsGuide,
			},
			{ // fewer
				PreConfig:        func() { consentOf(admin).unassign() },
				Config:           config,
				ConfigPlanChecks: plans(updates(consent, "application")), Check: followsGuide,
			},
			{ // all revoked
				PreConfig: func() {
					g := consentOf(admin)
					admin.do(http.MethodDelete, fmt.Sprintf("/v1.0/oauth2PermissionGrants/%v", g.grants()[0]["id"]), nil)
					for len(g.assignments()) > 0 {
						g.unassign()
					}
				},
				Config:           config,
				ConfigPlanChecks: plans(updates(consent, "delegated", "application")), Check: followsGuide,
			},
			{ // the application deleted, and its consent with it
				PreConfig: func() {
					admin.do(http.MethodDelete, fmt.Sprintf("/v1.0/applications/%v", admin.application(appName)["id"]), nil)
				},
				Config: config,
				ConfigPlanChecks: plans(plancheck.ExpectResourceAction(app, plancheck.ResourceActionCreate),
					plancheck.ExpectResourceAction(consent, plancheck.ResourceActionCreate)),
				Check: followsGuide,
			},
		},
	})
}

// TestAccAdminConsentAdoptsAndLeavesUsersAlone: a tenant-wide grant that is there is taken over, one of a single user stays.
func TestAccAdminConsentAdoptsAndLeavesUsersAlone(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	user := admin.do(http.MethodGet, "/v1.0/users/alex@demo.example", nil)["id"]
	both := func(*terraform.State) error {
		if err := consentFollowsTheGuide(admin); err != nil {
			return err
		}
		if n := len(consentOf(admin).grants()); n != 2 {
			return fmt.Errorf("%d grants, want the adopted one and the user's", n)
		}
		return nil
	}
	listed := azureOnly(cloud, consentConfig(fmt.Sprintf("  foreign_user_grants = [\"%v:user.read\"]", user)))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: azureOnly(cloud, applicationConfig(""))},
		{
			PreConfig: func() {
				g := consentOf(admin)
				admin.do(http.MethodPost, "/v1.0/oauth2PermissionGrants", object{"clientId": g.principal, "resourceId": g.graph, "consentType": "AllPrincipals", "scope": "User.Read Mail.Read"})
				admin.do(http.MethodPost, "/v1.0/oauth2PermissionGrants", object{"clientId": g.principal, "resourceId": g.graph, "consentType": "Principal", "principalId": user, "scope": "User.Read"})
				g.assign(idOf(t, catalog.Application, "User.Read.All"))
			},
			Config: azureOnly(cloud, consentConfig("")), Check: both, ExpectNonEmptyPlan: true,
		},
		{ // an apply does not end it
			Config: azureOnly(cloud, consentConfig("")), ConfigPlanChecks: plans(updates(consent, "foreign_user_grants")), Check: both, ExpectNonEmptyPlan: true,
		},
		{Config: listed, Check: both},
		{Config: listed, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{
			PreConfig: func() {
				for _, grant := range consentOf(admin).grants() {
					if grant["consentType"] == "Principal" {
						admin.do(http.MethodPatch, fmt.Sprintf("/v1.0/oauth2PermissionGrants/%v", grant["id"]), object{"scope": "User.Read Mail.Send"})
					}
				}
			},
			Config: listed, ConfigPlanChecks: plans(updates(consent, "foreign_user_grants")), ExpectNonEmptyPlan: true,
		},
		{ // what is listed may go
			PreConfig: func() {
				for _, grant := range consentOf(admin).grants() {
					if grant["consentType"] == "Principal" {
						admin.do(http.MethodDelete, fmt.Sprintf("/v1.0/oauth2PermissionGrants/%v", grant["id"]), nil)
					}
				}
			},
			Config: listed, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
		},
	}})
}

func TestAccAdminConsentRefusesBadInput(t *testing.T) {
	cloud := emulator.Start(t)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{
			Config:      azureOnly(cloud, `resource "msteamssync_admin_consent" "this" { client_id = "Mattermost" }`),
			ExpectError: regexp.MustCompile(`is not a GUID`), PlanOnly: true,
		},
		{
			Config:      azureOnly(cloud, `resource "msteamssync_admin_consent" "this" { client_id = "99999999-9999-4999-8999-999999999999" }`),
			ExpectError: regexp.MustCompile(`(?s)was not found.*no\s+application\s+with\s+the\s+client\s+id\s+99999999`),
		},
		{
			Config:      azureOnly(cloud, consentConfig(`foreign_user_grants = ["User.Read"]`)),
			ExpectError: regexp.MustCompile(`a\s+colon`), PlanOnly: true,
		},
		{
			Config:      azureOnly(cloud, consentConfig(`delegated = ["id:01234567-89ab-4def-8123-456789abcdef"]`)),
			ExpectError: regexp.MustCompile(`Unknown Microsoft Graph permission`), PlanOnly: true,
		},
	}})
}
