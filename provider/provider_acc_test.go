// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// azureHalf declares all of the Azure half.
func azureHalf(cloud *emulator.Server) string {
	return azureOnly(cloud, meteredConfig("")+`
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
`+botConfig(licensedBot))
}

// TestAccLagAndThrottling: what Terraform makes is there once, no error and nothing to do in the next plan, although
// everything is visible only seconds later and every request is refused once.
func TestAccLagAndThrottling(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	for _, rule := range []faults.Rule{
		{Effect: faults.Lag, Collection: "*", Delay: faults.Duration(2 * time.Second)},
		{Effect: faults.ListLag, Collection: "*", Delay: faults.Duration(2 * time.Second)},
		{Effect: faults.Throttle, OncePerRequest: true},
	} {
		if _, err := cloud.Faults().Add(rule); err != nil {
			t.Fatal(err)
		}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{
			Config: azureHalf(cloud),
			Check: func(*terraform.State) error {
				cloud.Faults().Clear()
				if err := followsTheGuide(admin); err != nil {
					return err
				}
				return consentFollowsTheGuide(admin)
			},
		},
		{Config: azureHalf(cloud), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
	}})
}

func TestAccMissingPermissionIsNamed(t *testing.T) {
	cloud := emulator.Start(t)
	graph, _ := cloud.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
	self, ok := cloud.Directory().ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	if !ok {
		t.Fatal("the demo tenant has no provisioner")
	}
	for _, assignment := range cloud.Directory().Assignments() {
		if assignment.PrincipalID == self.ID && assignment.ResourceID == graph.ID && assignment.AppRoleID == idOf(t, catalog.Application, "DelegatedPermissionGrant.ReadWrite.All") {
			if err := cloud.Directory().Unassign(assignment.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{{
		Config:      azureOnly(cloud, consentConfig("")),
		ExpectError: regexp.MustCompile(`(?s)POST\s+/oauth2PermissionGrants:\s+HTTP\s+403\s+Authorization_RequestDenied.*request-id.*DelegatedPermissionGrant.ReadWrite.All`),
	}}})
}

func TestAccWrongSecretIsExplained(t *testing.T) {
	cloud := emulator.Start(t)
	wrong := strings.ReplaceAll(azureOnly(cloud, applicationConfig("")), provisionerKey, "not-the-secret")
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: wrong, ExpectError: regexp.MustCompile(`(?s)AADSTS7000215.*The client secret is\s+wrong`)},
	}})
}

func TestAccMissingCredentialsAreNamed(t *testing.T) {
	for _, variable := range []string{"ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET", "ARM_USE_CLI", "ARM_USE_OIDC"} {
		t.Setenv(variable, "")
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: applicationConfig(""), ExpectError: regexp.MustCompile(`(?s)Azure credentials are missing.*ARM_CLIENT_SECRET`)},
	}})
}

// TestAccUnknownCredentialsPlan: a provider block that depends on a resource plans, and applies in one go.
func TestAccUnknownCredentialsPlan(t *testing.T) {
	cloud := emulator.Start(t)
	config := strings.Replace(azureOnly(cloud, applicationConfig("")), fmt.Sprintf("%q", provisionerKey), "terraform_data.secret.output", 1) +
		fmt.Sprintf("resource \"terraform_data\" \"secret\" {\n  input = %q\n}\n", provisionerKey)
	again := strings.Replace(config, "input = ", "triggers_replace = 2\n  input = ", 1)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, ConfigStateChecks: []statecheck.StateCheck{attribute(app, "client_id", knownvalue.NotNull())}},
		{Config: again, ConfigPlanChecks: plans(plancheck.ExpectResourceAction(app, plancheck.ResourceActionNoop))},
	}})
}

func TestAccRedirectURIFunction(t *testing.T) {
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{
			Config:            `output "uri" { value = provider::msteamssync::redirect_uri("https://Chat.example.com/") }`,
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("uri", knownvalue.StringExact(ownRedirect))},
		},
		{
			Config:      `output "uri" { value = provider::msteamssync::redirect_uri("http://chat.example.com") }`,
			ExpectError: regexp.MustCompile(`must start with\s+https://`),
		},
	}})
}

// TestAccImportGeneratesConfiguration: an import block by what a person can see, with the configuration that Terraform
// generates for it, plans nothing but the import.
func TestAccImportGeneratesConfiguration(t *testing.T) {
	for _, test := range []struct{ address, attribute string }{
		{app, "client_id"}, {consent, "client_id"}, {bot, "user_principal_name"}, {metered, "id"},
	} {
		t.Run(test.address, func(t *testing.T) {
			cloud := emulator.Start(t)
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{Config: azureHalf(cloud)},
				{
					ResourceName: test.address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, GenerateConfig: true,
					ImportStateIdFunc: idFrom(test.address, test.attribute),
				},
			}})
		})
	}
}

// TestAccYoungObjectsAreKept: a registration that Graph does not show yet stays in the state; one that somebody deleted
// leaves it, however young.
func TestAccYoungObjectsAreKept(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	config := azureOnly(cloud, applicationConfig("")+botConfig(licensedBot))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config},
		{
			PreConfig: func() {
				if _, err := cloud.Faults().Add(faults.Rule{Effect: faults.Lag, Collection: "*", Delay: faults.Duration(time.Hour)}); err != nil {
					t.Fatal(err)
				}
			},
			Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
		},
		{
			PreConfig: func() {
				cloud.Faults().Clear()
				admin.do(http.MethodDelete, fmt.Sprintf("/v1.0/applications/%v", admin.application(appName)["id"]), nil)
			},
			Config: config, ConfigPlanChecks: plans(plancheck.ExpectResourceAction(app, plancheck.ResourceActionCreate)),
		},
	}})
}

// TestAccPlanReadsLittle: a plan reads each object once. A batch counts as one request; log-in does not count.
func TestAccPlanReadsLittle(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	count := func() (total int, calls []string) {
		for _, request := range cloud.Requests() {
			if request.Parent == "" && !strings.Contains(request.Path, "/oauth2/") && !strings.Contains(request.Path, "/.well-known/") {
				calls = append(calls, fmt.Sprintf("%s %s %d", request.Method, request.Path, request.Status))
			}
		}
		cloud.RequestLog().Reset()
		return len(calls), calls
	}
	cli.run("apply", "-auto-approve")
	if n, calls := count(); n > 25 {
		t.Errorf("apply made %d requests, want at most 25:\n%s", n, strings.Join(calls, "\n"))
	}
	cli.run("plan", "-detailed-exitcode")
	if n, calls := count(); n > 8 {
		t.Errorf("plan made %d requests, want at most 8:\n%s", n, strings.Join(calls, "\n"))
	}
}
