// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// permit leaves the identity that runs Terraform only these application permissions.
func permit(t *testing.T, cloud *emulator.Server, names ...string) {
	t.Helper()
	graph, _ := cloud.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
	self, ok := cloud.Directory().ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	if !ok {
		t.Fatal("the demo tenant has no provisioner")
	}
	var ids []string
	for _, name := range names {
		ids = append(ids, idOf(t, catalog.Application, name))
	}
	for _, assignment := range cloud.Directory().Assignments() {
		if assignment.PrincipalID == self.ID && assignment.ResourceID == graph.ID && !slices.Contains(ids, assignment.AppRoleID) {
			if err := cloud.Directory().Unassign(assignment.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestAccPreflight: a plan names the permissions that the apply would miss, asks Microsoft for nothing but a token, and says
// nothing when nothing is missing.
func TestAccPreflight(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	plan := func(arguments ...string) string {
		t.Helper()
		cli.output.Reset()
		cloud.RequestLog().Reset()
		cli.run(append([]string{"plan"}, arguments...)...)
		return unwrapped(cli.output.String())
	}
	const warning = "The apply may not be permitted to"
	if said := plan(); strings.Contains(said, warning) {
		t.Errorf("nothing is missing, and the plan says:\n%s", said)
	}
	permit(t, cloud, "Application.ReadWrite.All", "Directory.Read.All")
	said := plan()
	for _, words := range []string{
		"The apply calls POST /users, which takes one of the Microsoft Graph permissions Directory.ReadWrite.All, User.ReadWrite.All (application)",
		"POST /users/{user-id}/assignLicense", "POST /servicePrincipals/{sp-id}/appRoleAssignedTo, which takes the Microsoft Graph permission AppRoleAssignment.ReadWrite.All",
		"POST /oauth2PermissionGrants", "DelegatedPermissionGrant.ReadWrite.All",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("the plan does not say %q", words)
		}
	}
	if n := strings.Count(said, warning); n < 4 || strings.Contains(said, "uniqueName") || t.Failed() {
		t.Errorf("%d warnings:\n%s", n, said)
	}
	tokens := 0
	for _, request := range cloud.Requests() {
		switch {
		case request.Method == http.MethodPost && strings.HasSuffix(request.Path, "/oauth2/v2.0/token"):
			tokens++
		case !strings.Contains(request.Path, "/.well-known/"):
			t.Errorf("the plan asked %s %s", request.Method, request.Path)
		}
	}
	if tokens != 1 {
		t.Errorf("the plan logged in %d times, want once", tokens)
	}
	permit(t, cloud)
	if said := plan("-target=" + app); !strings.Contains(said, "PATCH /applications(uniqueName='{unique-name}'), which takes one of the Microsoft Graph permissions Application.ReadWrite.All") {
		t.Errorf("the plan of the application says:\n%s", said)
	}
}

// TestAccPreflightOfChanges: a plan without changes says nothing; one that changes or destroys names its own calls.
func TestAccPreflightOfChanges(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	cli.run("apply", "-auto-approve")
	permit(t, cloud, "Directory.Read.All")
	says := func(arguments ...string) string {
		t.Helper()
		cli.output.Reset()
		cli.run(arguments...)
		return unwrapped(cli.output.String())
	}
	if said := says("plan"); strings.Contains(said, "permitted") {
		t.Errorf("an empty plan says:\n%s", said)
	}
	said := says("plan", "-destroy")
	for _, call := range []string{"DELETE /users/{user-id}", "DELETE /applications/{app-object-id}", "DELETE /oauth2PermissionGrants/{grant-id}", "DELETE /servicePrincipals/{sp-id}/appRoleAssignments/{assignment-id}"} {
		if !strings.Contains(said, "The apply calls "+call) {
			t.Errorf("destroying does not name %s:\n%s", call, said)
		}
	}
}

// TestAccPreflightOfALogin: a log-in that fails is said once, when the plan is made.
func TestAccPreflightOfALogin(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	cli.environment = append(cli.environment, "ARM_CLIENT_SECRET=wrong")
	cli.run("plan")
	if said := unwrapped(cli.output.String()); strings.Count(said, "The log-in for the apply fails") != 1 || !strings.Contains(said, "AADSTS7000215") {
		t.Errorf("the plan says:\n%s", said)
	}
}
