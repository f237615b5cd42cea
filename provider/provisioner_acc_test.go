// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// TestAccProvisionerProfileIsEnough: an identity with the app roles of the profile provisioner, and no others, can do all of
// the Azure half.
func TestAccProvisionerProfileIsEnough(t *testing.T) {
	cloud := emulator.Start(t)
	tenant := cloud.Directory()
	graph, _ := tenant.ServicePrincipalByAppID(catalog.GraphAppID)
	self, ok := tenant.ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	if !ok {
		t.Fatal("the demo tenant has no provisioner")
	}
	for _, assignment := range tenant.Assignments() {
		if assignment.PrincipalID == self.ID {
			if err := tenant.Unassign(assignment.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	profile, _ := catalog.ProfileByName("provisioner")
	for _, name := range profile.Application {
		if _, err := tenant.Assign(self.ID, graph.ID, idOf(t, catalog.Application, name)); err != nil {
			t.Fatal(err)
		}
	}
	config := azureHalf(cloud)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
	}})
}
