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
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

func TestAccApplicationDataSource(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	alex := admin.do(http.MethodGet, "/v1.0/users/alex@demo.example", nil)["id"].(string)
	certificate, _ := newCertificate(t, "bridge")
	config := azureOnly(cloud, applicationConfig(fmt.Sprintf("  owners = [%q]\n", alex)+certificatesArgument(certificate))+`
data "msteamssync_application" "by_client" { client_id = msteamssync_application.this.client_id }
data "msteamssync_application" "by_object" { object_id = msteamssync_application.this.id }
data "msteamssync_application" "by_name" {
  display_name = "Mattermost MS Teams Sync"
  depends_on   = [msteamssync_application.this]
}`)
	var checks []statecheck.StateCheck
	for _, by := range []string{"client", "object", "name"} {
		address := "data.msteamssync_application.by_" + by
		for name, value := range map[string]knownvalue.Check{
			"client_id": knownvalue.NotNull(), "object_id": knownvalue.NotNull(), "service_principal_object_id": knownvalue.NotNull(), "created_at": knownvalue.NotNull(),
			"display_name": knownvalue.StringExact(appName), "sign_in_audience": knownvalue.StringExact("AzureADMyOrg"),
			"redirect_uris": exactly(ownRedirect), "spa_redirect_uris": exactly(), "owners": exactly(alex), "certificates": exactly(certificate),
			"delegated_permissions": exactly(catalog.Guide(catalog.Delegated)...), "application_permissions": exactly(catalog.Guide(catalog.Application)...),
			"service_principal_enabled": knownvalue.Bool(true), "app_role_assignment_required": knownvalue.Bool(false),
		} {
			checks = append(checks, attribute(address, name, value))
		}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, ConfigStateChecks: checks},
		{
			Config:      azureOnly(cloud, `data "msteamssync_application" "missing" { display_name = "No such thing" }`),
			ExpectError: regexp.MustCompile(`(?s)was not found.*No\s+such\s+thing`),
		},
		{
			Config:      azureOnly(cloud, `data "msteamssync_application" "missing" { client_id = "99999999-9999-4999-8999-999999999999" }`),
			ExpectError: regexp.MustCompile(`(?s)was not found.*Request_ResourceNotFound`),
		},
		{Config: azureOnly(cloud, `data "msteamssync_application" "missing" {}`), ExpectError: regexp.MustCompile(`Exactly one of these attributes`)},
		{Config: azureOnly(cloud, "")},
	}})
}

func TestAccCredentialAudit(t *testing.T) {
	cloud := emulator.Start(t)
	admin := registration{openPortal(t, cloud)}
	certificate, _ := newCertificate(t, "bridge")
	_, foreign := newCertificate(t, "foreign")
	base := applicationConfig("  foreign_credentials = [\"federated:CI\"]\n  managed_secret_descriptions = [\"old\", \"long\", \"Mattermost MS Teams Sync (Terraform)\"]\n" + certificatesArgument(certificate))
	audit := `
data "msteamssync_credential_audit" "this" {
  client_id            = msteamssync_application.this.client_id
  managed_certificates = msteamssync_application.this.certificates
}`
	item := func(at int, name string, value knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.msteamssync_credential_audit.this", tfjsonpath.New("credentials").AtSliceIndex(at).AtMapKey(name), value)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: azureOnly(cloud, base)},
		{
			PreConfig: func() {
				add := func(name string, start, end time.Duration) {
					admin.do(http.MethodPost, admin.path()+"/addPassword", object{"passwordCredential": object{
						"displayName": name, "startDateTime": time.Now().Add(start).UTC().Format(time.RFC3339), "endDateTime": time.Now().Add(end).UTC().Format(time.RFC3339),
					}})
				}
				add("long", 0, 200*24*time.Hour+time.Hour)
				add("old", -48*time.Hour, -time.Hour)
				add("Mattermost MS Teams Sync (Terraform)", 0, 10*24*time.Hour+time.Hour)
				admin.do(http.MethodPost, admin.path()+"/federatedIdentityCredentials",
					object{"name": "CI", "issuer": "https://ci.example", "subject": "repo", "audiences": []string{"api://AzureADTokenExchange"}})
			},
			Config: azureOnly(cloud, base+audit),
			ConfigStateChecks: []statecheck.StateCheck{
				item(0, "name", knownvalue.StringExact("old")), item(0, "days_left", knownvalue.Int64Exact(-1)), item(0, "managed", knownvalue.Bool(false)),
				item(1, "kind", knownvalue.StringExact("secret")), item(1, "days_left", knownvalue.Int64Exact(10)), item(1, "managed", knownvalue.Bool(true)),
				item(1, "hint", knownvalue.StringRegexp(regexp.MustCompile(`^...$`))), item(1, "thumbprint", knownvalue.Null()),
				item(2, "kind", knownvalue.StringExact("certificate")), item(2, "managed", knownvalue.Bool(true)), item(2, "days_left", knownvalue.Int64Exact(89)),
				item(2, "thumbprint", knownvalue.StringRegexp(regexp.MustCompile(`^[0-9A-F]{40}$`))), item(2, "hint", knownvalue.Null()),
				item(3, "name", knownvalue.StringExact("long")),
				item(4, "kind", knownvalue.StringExact("federated")), item(4, "name", knownvalue.StringExact("CI")), item(4, "expires_at", knownvalue.Null()),
				statecheck.ExpectKnownValue("data.msteamssync_credential_audit.this", tfjsonpath.New("credentials"), knownvalue.ListSizeExact(5)),
			},
		},
		{ // a certificate of somebody
			PreConfig: func() { admin.addKey(foreign) },
			Config:    azureOnly(cloud, strings.Replace(base, certificatesArgument(certificate), "", 1)+strings.Replace(audit, "  managed_certificates = msteamssync_application.this.certificates\n", "", 1)),
			ConfigStateChecks: []statecheck.StateCheck{
				item(2, "kind", knownvalue.StringExact("certificate")), item(2, "managed", knownvalue.Bool(false)),
				item(3, "kind", knownvalue.StringExact("certificate")), item(3, "managed", knownvalue.Bool(false)),
				statecheck.ExpectKnownValue("data.msteamssync_credential_audit.this", tfjsonpath.New("credentials"), knownvalue.ListSizeExact(6)),
			},
			ExpectNonEmptyPlan: true, // both certificates are foreign now
		},
	}})
}
