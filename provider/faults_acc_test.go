// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// directoryFaults are the ways in which Microsoft's directory is slow, throttles or fails, by name.
func directoryFaults() map[string][]faults.Rule {
	const lag = faults.Duration(1500 * time.Millisecond)
	profiles := map[string][]faults.Rule{
		"lag and lost answers": {
			{Effect: faults.Lag, Collection: "*", Delay: lag}, {Effect: faults.ListLag, Collection: "*", Delay: lag},
			{Effect: faults.Drop, AfterCommit: true, OncePerRequest: true},
		},
		"every route throttles": {{Effect: faults.Throttle, RetryAfter: faults.Duration(time.Second), OncePerRequest: true}},
	}
	for _, collection := range []string{"applications", "servicePrincipals", "oauth2PermissionGrants", "appRoleAssignedTo"} {
		profiles["lag of "+collection] = []faults.Rule{
			{Effect: faults.Lag, Collection: collection, Delay: lag}, {Effect: faults.ListLag, Collection: collection, Delay: lag},
		}
	}
	for name, rule := range map[string]faults.Rule{
		"503":                 {Effect: faults.Status, Status: http.StatusServiceUnavailable},
		"500":                 {Effect: faults.Status, Status: http.StatusInternalServerError},
		"dropped connections": {Effect: faults.Drop},
	} {
		rule.OncePerRequest = true
		profiles[name+" before the effect"] = []faults.Rule{rule}
		rule.AfterCommit = true
		profiles[name+" after the effect"] = []faults.Rule{rule}
	}
	return profiles
}

// TestAccDirectoryFaults: under every fault the apply ends right the first time, with one registration, one service
// principal and one consent, and the next plan is empty.
func TestAccDirectoryFaults(t *testing.T) {
	certificate, _ := newCertificate(t, "bridge")
	for name, rules := range directoryFaults() {
		t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) {
			t.Parallel()
			cloud := emulator.Start(t)
			admin := registration{openPortal(t, cloud)}
			self := admin.principal(provisionerID)["id"].(string)
			alex := admin.do(http.MethodGet, "/v1.0/users/alex@demo.example", nil)["id"].(string)
			before := len(cloud.Directory().Applications())
			config := func(arguments string) string {
				return azureOnly(cloud, applicationConfig(arguments+certificatesArgument(certificate))+
					"resource \"msteamssync_admin_consent\" \"this\" { client_id = msteamssync_application.this.client_id }\n")
			}
			created, updated := config(fmt.Sprintf("  owners = [%q]\n", self)), config(fmt.Sprintf("  owners = [%q, %q]\n  sign_in_audience = \"AzureADMultipleOrgs\"\n", self, alex))
			once := func(*terraform.State) error {
				app, _ := cloud.Directory().ApplicationByAppID(cloud.Directory().Applications()[before].AppID)
				principal, _ := cloud.Directory().ServicePrincipalByAppID(app.AppID)
				graph, _ := cloud.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
				switch {
				case len(cloud.Directory().Applications()) != before+1 || len(cloud.Directory().DeletedApplications()) != 0:
					return fmt.Errorf("%d registrations and %d deleted ones, want one", len(cloud.Directory().Applications())-before, len(cloud.Directory().DeletedApplications()))
				case len(cloud.Directory().DeletedServicePrincipals()) != 0:
					return fmt.Errorf("a service principal was deleted")
				case len(app.KeyCredentials) != 1:
					return fmt.Errorf("%d certificates", len(app.KeyCredentials))
				case len(cloud.Directory().Roles(principal.ID, graph.ID)) != 7 || len(cloud.Directory().Consented(principal.ID, graph.ID, "")) != 13:
					return fmt.Errorf("the consent is not complete")
				}
				return nil
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
				{
					PreConfig: func() {
						for _, rule := range rules {
							if _, err := cloud.Faults().Add(rule); err != nil {
								t.Fatal(err)
							}
						}
					},
					Config: created, Check: once,
				},
				{Config: updated, Check: once},
				{
					PreConfig: func() {
						struck := 0
						for _, rule := range cloud.Faults().Rules() {
							struck += rule.Struck
						}
						if struck == 0 {
							t.Error("the fault never struck, so this proves nothing")
						}
						cloud.Faults().Clear()
					},
					Config: updated, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
				},
			}})
		})
	}
}
