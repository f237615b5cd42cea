// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"slices"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// provision makes everything once, as one terraform apply does, and checks that it is there exactly once.
func provision(t *testing.T, cloud *emulator.Server) {
	t.Helper()
	ctx, client, registrations := t.Context(), provisioner(t, cloud), len(cloud.Directory().Applications())

	app, err := client.CreateApplication(ctx, entra.Application{
		DisplayName: "Bridge", SignInAudience: "AzureADMyOrg", RedirectURIs: []string{"https://chat.example.com/callback"},
		Delegated: guideIDs(catalog.Delegated), Application: guideIDs(catalog.Application),
	})
	if err != nil {
		t.Fatal("application:", err)
	}
	principal, err := client.CreateServicePrincipal(ctx, app.ClientID)
	if err != nil {
		t.Fatal("service principal:", err)
	}
	app.DisplayName = "Bridge 2"
	if err := client.UpdateApplication(ctx, app); err != nil {
		t.Fatal("application update:", err)
	}
	want := entra.Consent{Delegated: catalog.Guide(catalog.Delegated), Application: guideIDs(catalog.Application)}
	if _, err := client.SetConsent(ctx, principal.ObjectID, want); err != nil {
		t.Fatal("consent:", err)
	}
	user, err := client.CreateUser(ctx, entra.User{
		UserPrincipalName: "bridge@demo.example", DisplayName: "Bridge", MailNickname: "bridge", UsageLocation: "US", Enabled: true,
	}, "Bridge-Pass-1")
	if err != nil {
		t.Fatal("user:", err)
	}
	skus, err := client.Skus(ctx)
	if err != nil || len(skus) == 0 {
		t.Fatal("licences of the tenant:", err)
	}
	if err := client.SetLicenses(ctx, user.ObjectID, nil, []string{skus[0].ID}); err != nil {
		t.Fatal("licence:", err)
	}
	secret, _, err := client.AddPassword(ctx, app.ClientID, "Terraform", cloud.Clock().Now().Add(24*time.Hour))
	if err != nil {
		t.Fatal("client secret:", err)
	}
	if err := client.VerifySecret(ctx, app.ClientID, secret.SecretText); err != nil {
		t.Fatal("log-in with the new secret:", err)
	}

	if n := len(cloud.Directory().Applications()) - registrations; n != 1 {
		t.Errorf("%d applications were registered, want 1", n)
	}
	registered, _ := cloud.Directory().Application(string(app.ObjectID))
	if registered.DisplayName != "Bridge 2" {
		t.Errorf("the registration is called %q", registered.DisplayName)
	}
	graph, _ := cloud.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
	if roles := cloud.Directory().Roles(string(principal.ObjectID), graph.ID); len(roles) != 7 {
		t.Errorf("granted roles %v", roles)
	}
	if scopes := cloud.Directory().Consented(string(principal.ObjectID), graph.ID, ""); len(scopes) != 13 {
		t.Errorf("granted scopes %v", scopes)
	}
	if secrets, err := client.Passwords(ctx, app.ClientID); err != nil || len(secrets) != 1 || secrets[0].KeyID != secret.KeyID {
		t.Errorf("client secrets %v, %v; want only %v", secrets, err, secret)
	}

	if err := client.RemovePassword(ctx, app.ClientID, secret.KeyID); err != nil {
		t.Error("removing the secret:", err)
	}
	if err := client.RemovePassword(ctx, app.ClientID, secret.KeyID); err != nil {
		t.Error("removing it once more:", err)
	}
	if err := client.RevokeConsent(ctx, principal.ObjectID); err != nil {
		t.Error("revoking consent:", err)
	}
	if err := client.DeleteUser(ctx, user.ObjectID); err != nil {
		t.Error("deleting the user:", err)
	}
	if err := client.DeleteApplication(ctx, app.ObjectID); err != nil {
		t.Error("deleting the application:", err)
	}
	if left := len(cloud.Directory().Applications()) - registrations; left != 0 {
		t.Errorf("%d applications are left", left)
	}
	if !client.WasDeleted(ctx, app.ObjectID) || !client.WasDeleted(ctx, user.ObjectID) {
		t.Error("what was deleted does not stand in the deleted items")
	}
}

// faultProfiles are the ways in which Microsoft's directory is slow, throttles or fails, by name.
func faultProfiles() map[string][]faults.Rule {
	lag := func(collections ...string) []faults.Rule {
		var rules []faults.Rule
		for _, c := range collections {
			rules = append(rules, faults.Rule{Effect: faults.Lag, Collection: c, Delay: faults.Duration(5 * time.Second)},
				faults.Rule{Effect: faults.ListLag, Collection: c, Delay: faults.Duration(7 * time.Second)})
		}
		return rules
	}
	drop := func(route string, after bool) []faults.Rule {
		return []faults.Rule{{Effect: faults.Drop, Route: route, AfterCommit: after, OncePerRequest: true}}
	}
	fail := func(status int, after bool) []faults.Rule {
		return []faults.Rule{{Effect: faults.Status, Status: status, AfterCommit: after, OncePerRequest: true}}
	}
	return map[string][]faults.Rule{
		"nothing goes wrong":                          nil,
		"applications lag":                            lag("applications"),
		"service principals lag":                      lag("servicePrincipals"),
		"grants lag":                                  lag("oauth2PermissionGrants"),
		"role assignments lag":                        lag("appRoleAssignedTo", "appRoleAssignments"),
		"users lag":                                   lag("users"),
		"everything lags":                             lag("*"),
		"every request is throttled once":             {{Effect: faults.Throttle, RetryAfter: faults.Duration(3 * time.Second), OncePerRequest: true}},
		"every request fails once before its effect":  fail(503, false),
		"every request fails once after its effect":   fail(503, true),
		"internal errors before the effect":           fail(500, false),
		"internal errors after the effect":            fail(500, true),
		"every request is dropped before its effect":  drop("", false),
		"every request is dropped after its effect":   drop("", true),
		"lag and dropped answers at the same time":    slices.Concat(lag("*"), drop("", true)),
		"an application's registration loses answers": drop("PATCH /applications/**", true),
	}
}

// underFaults runs a test on an emulator of its own for each profile, except for those that do not concern it.
func underFaults(t *testing.T, test func(*testing.T, *emulator.Server), except ...string) {
	for name, rules := range faultProfiles() {
		if slices.Contains(except, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			cloud := emulator.Start(t)
			for _, rule := range rules {
				if _, err := cloud.Faults().Add(rule); err != nil {
					t.Fatal(err)
				}
			}
			test(t, cloud)
			struck := len(rules) == 0
			for _, rule := range cloud.Faults().Rules() {
				struck = struck || rule.Struck > 0
			}
			if !struck {
				t.Error("the fault never struck, so this proves nothing")
			}
		})
	}
}

// TestProvisioningUnderFaults is the promise of this package: whatever Microsoft's directory does, everything is there
// exactly once in the end.
func TestProvisioningUnderFaults(t *testing.T) { underFaults(t, provision) }
