// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

func (r registration) owners() []string {
	var ids []string
	for _, owner := range r.list(r.path()+"/owners", nil) {
		ids = append(ids, owner["id"].(string))
	}
	slices.Sort(ids)
	return ids
}

func (r registration) addOwner(id any) {
	r.do(http.MethodPost, r.path()+"/owners/$ref", object{"@odata.id": fmt.Sprintf("%s/v1.0/directoryObjects/%v", r.cloud.URL(), id)})
}

func TestAccApplicationOwners(t *testing.T) {
	cloud := emulator.Start(t)
	admin := registration{openPortal(t, cloud)}
	alex := admin.do(http.MethodGet, "/v1.0/users/alex@demo.example", nil)["id"].(string)
	self := admin.principal(provisionerID)["id"].(string)
	other := admin.do(http.MethodPost, "/v1.0/users", object{
		"accountEnabled": true, "displayName": "Olga", "mailNickname": "olga", "userPrincipalName": "olga@demo.example",
		"passwordProfile": object{"password": "Bridge-Pass-1"},
	})["id"].(string)
	config := func(arguments string) string { return azureOnly(cloud, applicationConfig(arguments)) }
	owners := func(want ...string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			slices.Sort(want)
			if have := admin.owners(); !slices.Equal(have, want) {
				return fmt.Errorf("the owners are %v, want %v", have, want)
			}
			return nil
		}
	}
	two := config(fmt.Sprintf("  owners = [%q, %q]\n", alex, self))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: two, Check: owners(alex, self)},
		{Config: two, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{PreConfig: func() { admin.addOwner(other) }, Config: two, ConfigPlanChecks: plans(updates(app, "owners")), Check: owners(alex, self)},
		{
			PreConfig: func() { admin.do(http.MethodDelete, admin.path()+"/owners/"+alex+"/$ref", nil) },
			Config:    two, ConfigPlanChecks: plans(updates(app, "owners")), Check: owners(alex, self),
		},
		{Config: config(fmt.Sprintf("  owners = [%q]\n", other)), ConfigPlanChecks: plans(updates(app, "owners")), Check: owners(other)},
		{Config: config(""), Check: owners(other)}, // unmanaged
		{PreConfig: func() { admin.addOwner(alex) }, Config: config(""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{Config: config("  owners = []\n"), ConfigPlanChecks: plans(updates(app, "owners")), Check: owners()},
		{
			Config:      providerBlock(cloud, `consistency_timeout = "1s"`) + applicationConfig("  owners = [\"99999999-9999-4999-8999-999999999999\"]\n"),
			ExpectError: regexp.MustCompile(`(?s)owners were not set completely.*object id of a user or of a\s+service\s+principal`),
		},
		{Config: config("  owners = [\"alex@demo.example\"]\n"), ExpectError: regexp.MustCompile(`it must be a GUID`), PlanOnly: true},
		{Config: config("  owners = []\n")},
	}})
}
