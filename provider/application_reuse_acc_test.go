// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

// count returns how many registrations have the tests' name.
func (p *portal) count() int {
	return len(p.list("/v1.0/applications", map[string][]string{"$filter": {"displayName eq '" + appName + "'"}}))
}

func sameClient(admin *portal, client *any) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if now := admin.application(appName)["appId"]; now != *client {
			return fmt.Errorf("the client id is %v, it was %v", now, *client)
		}
		return followsTheGuide(admin)
	}
}

func TestAccApplicationRestoresDeleted(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, consentConfig(""))
	var client, principal any
	remember := func(*terraform.State) error {
		client = admin.application(appName)["appId"]
		principal = admin.principal(client)["id"]
		return nil
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, Check: remember},
		{Config: azureOnly(cloud, ""), Check: func(*terraform.State) error { // destroyed
			if n := admin.count(); n != 0 {
				return fmt.Errorf("%d registrations are left", n)
			}
			return nil
		}},
		{
			Config: config,
			Check: resource.ComposeTestCheckFunc(sameClient(admin, &client), func(*terraform.State) error {
				if now := admin.principal(client)["id"]; now != principal {
					return fmt.Errorf("the service principal is %v, it was %v", now, principal)
				}
				return consentFollowsTheGuide(admin)
			}),
		},
		{Config: config, Taint: []string{app}, Check: sameClient(admin, &client)},
		{Config: azureOnly(cloud, "")},
		{ // another site is another registration
			Config: azureOnly(cloud, `resource "msteamssync_application" "this" { site_url = "https://other.example.com" }`),
			Check: func(*terraform.State) error {
				if admin.application(appName)["appId"] == client {
					return fmt.Errorf("the registration of another site was restored")
				}
				return nil
			},
		},
		{Config: azureOnly(cloud, "")},
		{
			Config: azureOnly(cloud, applicationConfig("  restore_deleted = false\n")),
			Check: func(*terraform.State) error {
				if admin.application(appName)["appId"] == client {
					return fmt.Errorf("the registration was restored although restore_deleted is false")
				}
				return nil
			},
		},
	}})
}

func TestAccApplicationAdoptsItsNamesake(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	register := func(name string, uris ...string) any {
		return admin.do(http.MethodPost, "/v1.0/applications", object{
			"displayName": name, "signInAudience": "AzureADMultipleOrgs", "web": object{"redirectUris": append([]string{}, uris...)},
		})["appId"]
	}
	client := register(appName, ownRedirect, "https://evil.example.com/callback")
	config := azureOnly(cloud, applicationConfig(""))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, Check: sameClient(admin, &client)},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{ // the other one is not this site's
			PreConfig: func() { register("Second", "https://elsewhere.example.com/callback") },
			Config:    config + "resource \"msteamssync_application\" \"second\" {\n  site_url = \"https://second.example.com\"\n  display_name = \"Second\"\n}\n",
			Check: func(*terraform.State) error {
				if n := len(admin.list("/v1.0/applications", map[string][]string{"$filter": {"displayName eq 'Second'"}})); n != 2 {
					return fmt.Errorf("%d registrations, want the one that was there and a new one", n)
				}
				return nil
			},
		},
		{ // two that look alike are not chosen from
			PreConfig:   func() { register("Third", ownRedirect); register("Third", ownRedirect) },
			Config:      config + "resource \"msteamssync_application\" \"third\" {\n  site_url = \"https://chat.example.com\"\n  display_name = \"Third\"\n}\n",
			ExpectError: regexp.MustCompile(`(?s)2\s+registrations\s+with\s+the\s+name\s+"Third"`),
		},
	}})
}

// TestAccApplicationDeclaredTwiceIsTwo: resources that are declared alike do not share a registration.
func TestAccApplicationDeclaredTwiceIsTwo(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{{
		Config: azureOnly(cloud, `
resource "msteamssync_application" "this" { site_url = "https://chat.example.com" }
resource "msteamssync_application" "second" {
  site_url   = "https://chat.example.com"
  depends_on = [msteamssync_application.this]
}`),
		Check: func(*terraform.State) error {
			if n := admin.count(); n != 2 {
				return fmt.Errorf("%d registrations, want 2", n)
			}
			return nil
		},
	}}})
}

// TestAccApplicationSurvivesItsReplacement: with create_before_destroy the new instance adopts the registration of the
// old one, which must not be deleted then.
func TestAccApplicationSurvivesItsReplacement(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, applicationConfig("  lifecycle { create_before_destroy = true }\n"))
	var client any
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, Check: func(*terraform.State) error { client = admin.application(appName)["appId"]; return nil }},
		{Config: config, Taint: []string{app}, Check: sameClient(admin, &client)},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
	}})
}

// TestAccApplicationHalfMade: a create that fails after the registration is there is finished by the next apply, with
// the same client id, protected or not.
func TestAccApplicationHalfMade(t *testing.T) {
	for name, route := range map[string]string{"without a service principal": "POST /servicePrincipals", "without its owners": "GET /applications/*/owners"} {
		t.Run(name, func(t *testing.T) {
			cloud := emulator.Start(t)
			admin := openPortal(t, cloud)
			self := admin.principal(provisionerID)["id"].(string)
			config := azureOnly(cloud, applicationConfig(fmt.Sprintf("  deletion_protection = true\n  owners = [%q]\n", self)))
			var client any
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{
					PreConfig: func() {
						if _, err := cloud.Faults().Add(faults.Rule{Effect: faults.Status, Status: http.StatusForbidden, Route: route}); err != nil {
							t.Fatal(err)
						}
					},
					Config: config, ExpectError: regexp.MustCompile(`403`),
				},
				{
					PreConfig: func() { cloud.Faults().Clear(); client = admin.application(appName)["appId"] },
					Config:    config, Check: sameClient(admin, &client),
				},
				{Config: azureOnly(cloud, applicationConfig(fmt.Sprintf("  owners = [%q]\n", self)))},
			}})
		})
	}
}

// TestAccApplicationAdoptionFails: what was adopted and could not be finished is not deleted, but adopted again.
func TestAccApplicationAdoptionFails(t *testing.T) {
	for name, route := range map[string]string{"at the registration": "PATCH /applications/*", "at the service principal": "POST /servicePrincipals", "at the owners": "GET /applications/*/owners"} {
		t.Run(name, func(t *testing.T) {
			cloud := emulator.Start(t)
			admin := openPortal(t, cloud)
			client := admin.do(http.MethodPost, "/v1.0/applications", object{"displayName": appName, "web": object{"redirectUris": []string{ownRedirect}}})["appId"]
			config := azureOnly(cloud, applicationConfig(fmt.Sprintf("  owners = [%q]\n", admin.principal(provisionerID)["id"])))
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{
					PreConfig: func() {
						if _, err := cloud.Faults().Add(faults.Rule{Effect: faults.Status, Status: http.StatusForbidden, Route: route}); err != nil {
							t.Fatal(err)
						}
					},
					Config: config, ExpectError: regexp.MustCompile(`403`),
				},
				{
					PreConfig: func() { cloud.Faults().Clear() },
					Config:    config,
					Check: resource.ComposeTestCheckFunc(sameClient(admin, &client), func(*terraform.State) error {
						for _, request := range cloud.Requests() {
							if request.Method == http.MethodDelete && strings.HasPrefix(request.Path, "/v1.0/applications") {
								return fmt.Errorf("the registration was deleted on the way")
							}
						}
						return nil
					}),
				},
			}})
		})
	}
}

func TestAccApplicationDeletionProtection(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	protected := azureOnly(cloud, applicationConfig("  deletion_protection = true\n"))
	refused := regexp.MustCompile(`(?s)protected from deletion.*deletion_protection\s+=\s+false`)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: protected},
		{Config: azureOnly(cloud, ""), PlanOnly: true, ExpectError: refused},
		{Config: azureOnly(cloud, ""), ExpectError: refused},
		{
			Config: protected, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			Check: func(*terraform.State) error {
				if n := admin.count(); n != 1 {
					return fmt.Errorf("%d registrations, want the protected one", n)
				}
				return nil
			},
		},
		{Config: azureOnly(cloud, applicationConfig("")), ConfigPlanChecks: plans(updates(app, "deletion_protection"))},
	}})
}

// TestAccProtectionHoldsAReplacement: what Terraform replaces by itself is refused too, and stays.
func TestAccProtectionHoldsAReplacement(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	main, err := os.ReadFile(filepath.Join(cli.folder, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(protected bool) {
		cli.write(filepath.Join(cli.folder, "main.tf"), strings.Replace(string(main), "site_url = ", fmt.Sprintf("deletion_protection = %t\n  site_url = ", protected), 1))
	}
	write(true)
	cli.run("apply", "-auto-approve", "-target", app)
	if out := cli.fails("apply", "-auto-approve", "-target", app, "-replace", app); !strings.Contains(out, "protected from deletion") {
		t.Errorf("the replacement failed for another reason:\n%s", out)
	}
	cli.run("plan", "-detailed-exitcode", "-target", app)
	write(false)
	cli.run("apply", "-auto-approve", "-target", app)
	cli.run("destroy", "-auto-approve")
}

// TestAccReuseIsSaid: whatever was there and is taken over is named in a warning.
func TestAccReuseIsSaid(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	client := admin.do(http.MethodPost, "/v1.0/applications", object{"displayName": appName, "web": object{"redirectUris": []string{ownRedirect}}})["appId"].(string)
	admin.do(http.MethodPost, "/v1.0/servicePrincipals", object{"appId": client})
	granted := consentOf(admin)
	admin.do(http.MethodPost, "/v1.0/oauth2PermissionGrants", object{"clientId": granted.principal, "resourceId": granted.graph, "consentType": "AllPrincipals", "scope": "User.Read Mail.Read"})

	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	main := filepath.Join(cli.folder, "main.tf")
	text, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "resource \"msteamssync_application\"")
	cli.write(main, head+consentConfig(""))
	says := func(wants ...string) {
		t.Helper()
		said := strings.Join(strings.Fields(strings.ReplaceAll(cli.output.String(), "│", "")), " ")
		for _, want := range wants {
			if !strings.Contains(said, want) {
				t.Errorf("Terraform does not say %q:\n%s", want, said)
			}
		}
		cli.output.Reset()
	}
	cli.run("apply", "-auto-approve", "-no-color")
	says("An existing app registration was adopted", "with the client id "+client,
		"Existing admin consent was adopted", "Revoked, because it is not declared: Mail.Read.", "Granted in addition: Channel.ReadBasic.All")
	secret := registration{admin}.addSecret("by hand")
	user := admin.do(http.MethodGet, "/v1.0/users/alex@demo.example", nil)["id"]
	admin.do(http.MethodPost, "/v1.0/oauth2PermissionGrants", object{"clientId": granted.principal, "resourceId": granted.graph, "consentType": "Principal", "principalId": user, "scope": "Mail.Send"})
	cli.run("plan", "-no-color")
	says("credentials that nothing declares", secret, "Users have granted permissions for themselves", fmt.Sprintf("%v:Mail.Send", user))
	cli.run("destroy", "-auto-approve", "-no-color")
	cli.output.Reset()
	cli.run("apply", "-auto-approve", "-no-color")
	says("A deleted app registration was restored", "the client id is "+client+" as before")
}
