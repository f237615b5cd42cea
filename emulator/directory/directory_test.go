// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// newState is the demo tenant with one application of its own.
func newState(t *testing.T) (*State, *clock.Clock, Application) {
	t.Helper()
	c := clock.New()
	s, err := New(c, DefaultSeed())
	if err != nil {
		t.Fatal(err)
	}
	app, err := s.CreateApplication(Properties{}.Set("displayName", "Sync").Set("uniqueName", "sync"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, c, app
}

// wantRefusal fails unless err is a refusal of this kind whose words hold part.
func wantRefusal(t *testing.T, err error, kind Kind, part string) {
	t.Helper()
	var refused *Error
	if !errors.As(err, &refused) || refused.Kind != kind || !strings.Contains(refused.Message, part) {
		t.Errorf("error = %v, want kind %d with %q", err, kind, part)
	}
}

func TestDemoTenant(t *testing.T) {
	s, _, _ := newState(t)
	for _, upn := range []string{"alex@demo.example", "blake@demo.example", "ADMIN@demo.example"} {
		user, known, valid := s.SignIn(upn, DemoPassword)
		if !known || !valid || !s.HasLicense(user.ID, TeamsServicePlan) || user.Admin != strings.HasPrefix(strings.ToLower(upn), "admin") {
			t.Errorf("%s: %+v known %v valid %v", upn, user, known, valid)
		}
	}
	provisioner, _ := s.ServicePrincipalByAppID(DemoProvisionerAppID)
	graph, _ := s.ServicePrincipalByAppID(catalog.GraphAppID)
	if got := len(s.Roles(provisioner.ID, graph.ID)); got != 7 {
		t.Errorf("the provisioner has %d roles, want 7", got)
	}
	if err := s.CheckSecret(DemoProvisionerAppID, DemoProvisionerSecret); err != nil {
		t.Error(err)
	}
	again, err := New(clock.New(), DefaultSeed())
	if err != nil {
		t.Fatal(err)
	}
	if same, _ := again.ServicePrincipalByAppID(catalog.GraphAppID); same.ID != graph.ID {
		t.Error("object ids of the seed differ from run to run")
	}
}

func TestApplicationShowsEveryProperty(t *testing.T) {
	_, _, app := newState(t)
	raw, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"description": nil, "publisherDomain": "demo.example", "signInAudience": "AzureADandPersonalMicrosoftAccount", "deletedDateTime": nil} {
		if got, ok := document[name]; !ok || got != want {
			t.Errorf("%s = %v (present: %v), want %v", name, got, ok, want)
		}
	}
	for _, name := range []string{"identifierUris", "passwordCredentials", "keyCredentials", "requiredResourceAccess", "appRoles", "tags", "addIns"} {
		if list, ok := document[name].([]any); !ok || len(list) != 0 {
			t.Errorf("%s = %v, want []", name, document[name])
		}
	}
}

func TestPatchMergesObjectsReplacesListsAndResetsOnNull(t *testing.T) {
	s, _, app := newState(t)
	patch := func(properties string) Application {
		t.Helper()
		var changes Properties
		if err := json.Unmarshal([]byte(properties), &changes); err != nil {
			t.Fatal(err)
		}
		next, err := s.UpdateApplication(app.ID, changes)
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	patch(`{"web": {"homePageUrl": "https://a.example", "redirectUris": ["https://a.example/1", "https://a.example/2"]}, "notes": "n", "tags": ["x"]}`)
	next := patch(`{"@odata.type": "#microsoft.graph.application", "web": {"redirectUris": ["https://a.example/3"]}, "tags": null}`)
	if len(next.Web.RedirectURIs) != 1 || next.Web.HomePageURL == nil || string(next.Passive["notes"]) != `"n"` || string(next.Passive["tags"]) != "[]" {
		t.Errorf("after PATCH: %+v %s", next.Web, next.Passive["tags"])
	}
	if next = patch(`{"web": null, "signInAudience": "AzureADMyOrg"}`); len(next.Web.RedirectURIs) != 0 || next.SignInAudience != "AzureADMyOrg" {
		t.Errorf("after null: %+v", next.Web)
	}
}

func TestApplicationRules(t *testing.T) {
	s, _, app := newState(t)
	for name, test := range map[string]struct {
		properties Properties
		part       string
	}{
		"name needed":          {Properties{}.Set("displayName", " "), "displayName"},
		"unknown property":     {Properties{}.Set("dispalyName", "x"), "Invalid property 'dispalyName'"},
		"read-only property":   {Properties{}.Set("appId", "x"), "read-only"},
		"wrong type":           {Properties{}.Set("web", "x"), "wrong type"},
		"unknown audience":     {Properties{}.Set("signInAudience", "Everybody"), "signInAudience"},
		"http redirect":        {Properties{}.Set("web", map[string]any{"redirectUris": []string{"http://chat.example.com/x"}}), "must start with 'https'"},
		"http to 127.0.0.1":    {Properties{}.Set("web", map[string]any{"redirectUris": []string{"http://127.0.0.1/x"}}), "must start with 'https'"},
		"redirect fragment":    {Properties{}.Set("web", map[string]any{"redirectUris": []string{"https://a.example/#x"}}), "without a fragment"},
		"new password":         {Properties{}.Set("passwordCredentials", []any{map[string]any{"displayName": "x"}}), "service actions"},
		"broken certificate":   {Properties{}.Set("keyCredentials", []any{map[string]any{"key": "AAAA", "type": "AsymmetricX509Cert", "usage": "Verify"}}), "invalid certificate"},
		"access without type":  {Properties{}.Set("requiredResourceAccess", []any{map[string]any{"resourceAppId": catalog.GraphAppID, "resourceAccess": []any{map[string]any{"id": app.ID}}}}), "resourceAccess"},
		"unique name is fixed": {Properties{}.Set("uniqueName", "other"), "immutable"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.UpdateApplication(app.ID, test.properties)
			wantRefusal(t, err, Invalid, test.part)
		})
	}
	if _, err := s.UpdateApplication(app.ID, Properties{}.Set("web", map[string]any{"redirectUris": []string{"http://localhost:8065/x"}})); err != nil {
		t.Errorf("http://localhost: %v", err)
	}
	_, err := s.UpdateApplication("nowhere", Properties{})
	wantRefusal(t, err, Missing, "nowhere")
	_, err = s.CreateApplication(Properties{}.Set("displayName", "x").Set("uniqueName", "sync"), nil)
	wantRefusal(t, err, Invalid, "uniqueName already exists")
	_, err = s.CreateApplication(Properties{}.Set("displayName", "x"), []string{"nobody"})
	wantRefusal(t, err, Missing, "nobody")
}

func TestUpsert(t *testing.T) {
	s, _, app := newState(t)
	updated, created, err := s.UpsertApplication("sync", Properties{}.Set("displayName", "Renamed"), false, nil)
	if err != nil || created || updated.ID != app.ID || updated.DisplayName != "Renamed" {
		t.Errorf("existing: %+v %v %v", updated, created, err)
	}
	_, _, err = s.UpsertApplication("other", Properties{}.Set("displayName", "Other"), false, nil)
	wantRefusal(t, err, Missing, "other")
	other, created, err := s.UpsertApplication("other", Properties{}.Set("displayName", "Other"), true, nil)
	if err != nil || !created || *other.UniqueName != "other" {
		t.Errorf("missing: %+v %v %v", other, created, err)
	}
}

func TestPermissionsAreDisabledBeforeTheyAreRemoved(t *testing.T) {
	s, _, app := newState(t)
	role := map[string]any{"id": "66666666-6666-4666-8666-666666666666", "value": "Do.It", "displayName": "Do it", "description": "d", "allowedMemberTypes": []string{"Application"}, "isEnabled": true}
	set := func(roles ...any) error {
		_, err := s.UpdateApplication(app.ID, Properties{}.Set("appRoles", roles))
		return err
	}
	if err := set(role); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, set(), Invalid, "unless disabled first")
	role["isEnabled"] = false
	if err := errors.Join(set(role), set()); err != nil {
		t.Error(err)
	}
}

func TestSecrets(t *testing.T) {
	s, c, app := newState(t)
	first, err := s.AddPassword(app.ID, NewPassword{})
	if err != nil {
		t.Fatal(err)
	}
	soon := c.Now().Add(time.Hour)
	second, err := s.AddPassword(app.ID, NewPassword{EndDateTime: &soon})
	if err != nil {
		t.Fatal(err)
	}
	if years := first.EndDateTime.Sub(first.StartDateTime).Hours() / 24 / 365; years < 1.99 || years > 2.01 {
		t.Errorf("a secret lives %.2f years by default, want 2", years)
	}
	shown, _ := s.Application(app.ID)
	for _, credential := range shown.PasswordCredentials {
		if credential.SecretText != nil {
			t.Error("the directory shows a secret's text")
		}
	}
	check := func(text string, want error) {
		t.Helper()
		if err := s.CheckSecret(app.AppID, text); !errors.Is(err, want) {
			t.Errorf("CheckSecret = %v, want %v", err, want)
		}
	}
	check(*first.SecretText, nil)
	check(*second.SecretText, nil)
	check("wrong", ErrWrongCredential)
	c.Shift(2 * time.Hour)
	check(*second.SecretText, ErrExpiredCredential)
	if err := s.RemovePassword(app.ID, first.KeyID); err != nil {
		t.Fatal(err)
	}
	check(*first.SecretText, ErrWrongCredential)
	wantRefusal(t, s.RemovePassword(app.ID, first.KeyID), Invalid, "No password credential")

	// PATCH may drop a secret that it leaves out, and keep one by its key id.
	if _, err := s.UpdateApplication(app.ID, Properties{}.Set("passwordCredentials", []any{map[string]any{"keyId": second.KeyID}})); err != nil {
		t.Fatal(err)
	}
	if shown, _ = s.Application(app.ID); len(shown.PasswordCredentials) != 1 || shown.PasswordCredentials[0].Hint != second.Hint {
		t.Errorf("credentials = %+v", shown.PasswordCredentials)
	}
}

func TestFederatedCredentialRules(t *testing.T) {
	s, _, app := newState(t)
	good := FederatedCredential{Name: "ci", Issuer: "https://ci.example", Subject: "main", Audiences: []string{"api://AzureADTokenExchange"}}
	put := func(change func(*FederatedCredential)) error {
		c := good
		change(&c)
		_, err := s.PutFederatedCredential(app.ID, c)
		return err
	}
	if err := put(func(*FederatedCredential) {}); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, put(func(c *FederatedCredential) { c.Subject = "other" }), Duplicate, "name")
	wantRefusal(t, put(func(c *FederatedCredential) { c.Name = "other" }), Duplicate, "issuer and subject")
	wantRefusal(t, put(func(c *FederatedCredential) { c.Name, c.Audiences = "other", nil }), Invalid, "exactly one audience")
	wantRefusal(t, put(func(c *FederatedCredential) { c.Name = strings.Repeat("x", 121) }), Invalid, "120")
	stored := s.FederatedCredentialsByAppID(app.AppID)[0]
	stored.Name = "renamed"
	_, err := s.PutFederatedCredential(app.ID, stored)
	wantRefusal(t, err, Invalid, "immutable")
	if err := s.RemoveFederatedCredential(app.ID, "ci"); err != nil {
		t.Error(err)
	}
}

func TestServicePrincipalFollowsItsApplication(t *testing.T) {
	s, _, app := newState(t)
	principal, err := s.CreateServicePrincipal(app.AppID, Properties{}.Set("notes", "n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.CreateServicePrincipal(app.AppID, Properties{}, nil)
	wantRefusal(t, err, Duplicate, "already in use")
	_, err = s.CreateServicePrincipal("55555555-5555-4555-8555-555555555555", Properties{}, nil)
	wantRefusal(t, err, Invalid, "does not reference a valid application object")
	if _, err := s.CreateServicePrincipal(ChangeTrackingAppID, Properties{}, nil); err != nil {
		t.Errorf("Microsoft's change tracking application: %v", err)
	}
	if _, err := s.UpdateApplication(app.ID, Properties{}.Set("displayName", "Renamed").Set("web", map[string]any{"redirectUris": []string{"https://a.example/x"}})); err != nil {
		t.Fatal(err)
	}
	principal, _ = s.ServicePrincipal(principal.ID)
	if principal.DisplayName != "Renamed" || len(principal.ReplyURLs) != 1 || string(principal.Passive["notes"]) != `"n"` {
		t.Errorf("principal = %+v", principal)
	}
}

func TestOwners(t *testing.T) {
	s, _, app := newState(t)
	alex, _ := s.User("alex@demo.example")
	if err := s.AddApplicationOwner(app.ID, alex.ID); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, s.AddApplicationOwner(app.ID, alex.ID), Invalid, "already exist")
	wantRefusal(t, s.AddApplicationOwner(app.ID, "nobody"), Missing, "nobody")
	if err := s.RemoveApplicationOwner(app.ID, alex.ID); err != nil {
		t.Error(err)
	}
	wantRefusal(t, s.RemoveApplicationOwner(app.ID, alex.ID), Missing, alex.ID)
}

func TestConsent(t *testing.T) {
	s, _, app := newState(t)
	client, err := s.CreateServicePrincipal(app.AppID, Properties{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	graph, _ := s.ServicePrincipalByAppID(catalog.GraphAppID)
	alex, _ := s.User("alex@demo.example")
	all := Grant{ClientID: client.ID, ResourceID: graph.ID, ConsentType: AllPrincipals, Scope: " User.Read  Chat.Read "}
	grant, err := s.CreateGrant(all)
	if err != nil || grant.Scope != "User.Read Chat.Read" {
		t.Fatalf("grant = %+v, %v", grant, err)
	}
	_, err = s.CreateGrant(all)
	wantRefusal(t, err, Duplicate, "Permission entry already exists.")
	_, err = s.CreateGrant(Grant{ClientID: client.ID, ResourceID: graph.ID, ConsentType: OnePrincipal})
	wantRefusal(t, err, Invalid, "principalId")
	_, err = s.CreateGrant(Grant{ClientID: "nobody", ResourceID: graph.ID, ConsentType: AllPrincipals})
	wantRefusal(t, err, Missing, "nobody")
	if err := s.AddConsent(client.ID, graph.ID, alex.ID, []string{"Chat.ReadWrite"}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.Consented(client.ID, graph.ID, alex.ID), " "); got != "User.Read Chat.Read Chat.ReadWrite" {
		t.Errorf("consented for alex: %s", got)
	}

	role, _ := catalog.Lookup(catalog.Application, "Chat.Read.All")
	assigned, err := s.Assign(client.ID, graph.ID, role.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Assign(client.ID, graph.ID, role.ID)
	wantRefusal(t, err, Invalid, "already exists on the object")
	_, err = s.Assign(client.ID, graph.ID, client.ID)
	wantRefusal(t, err, Invalid, "was not found on application")

	// Consent of a deleted application is gone, and is back after a restore.
	if err := s.DeleteServicePrincipal(client.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Grant(grant.ID); ok || len(s.Roles(client.ID, graph.ID)) > 0 {
		t.Error("a deleted application still has consent")
	}
	wantRefusal(t, s.Unassign(assigned.ID), Missing, assigned.ID)
	if _, err := s.Restore(client.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Grant(grant.ID); !ok || len(s.Roles(client.ID, graph.ID)) != 1 {
		t.Error("a restored application has lost its consent")
	}
}

func TestRecycleBin(t *testing.T) {
	s, c, app := newState(t)
	principal, err := s.CreateServicePrincipal(app.AppID, Properties{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteApplication(app.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.ServicePrincipal(principal.ID); ok {
		t.Error("the service principal of a deleted application is still there")
	}
	_, err = s.CreateApplication(Properties{}.Set("displayName", "x").Set("uniqueName", "sync"), nil)
	wantRefusal(t, err, Invalid, "uniqueName")
	_, err = s.Restore(principal.ID) // its application is still in the bin
	wantRefusal(t, err, Invalid, "does not reference a valid application object")
	if _, err := s.Restore(app.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.ServicePrincipal(principal.ID); ok {
		t.Error("restoring an application restored its service principal")
	}
	if _, err := s.Restore(principal.ID); err != nil {
		t.Error(err)
	}
	if err := s.DeleteApplication(app.ID); err != nil {
		t.Fatal(err)
	}
	c.Shift(Retention + time.Hour)
	if _, ok := s.DeletedObject(app.ID); ok {
		t.Error("the recycle bin keeps objects for more than 30 days")
	}
	if _, err := s.CreateApplication(Properties{}.Set("displayName", "x").Set("uniqueName", "sync"), nil); err != nil {
		t.Errorf("the name is not free after 30 days: %v", err)
	}
}

func TestDeletedUserFreesTheName(t *testing.T) {
	s, _, _ := newState(t)
	alex, _ := s.User("alex@demo.example")
	if err := s.DeleteUser(alex.ID); err != nil {
		t.Fatal(err)
	}
	properties := func() Properties {
		return Properties{}.Set("accountEnabled", true).Set("displayName", "Alex Two").Set("mailNickname", "alex").
			Set("userPrincipalName", "alex@demo.example").Set("passwordProfile", map[string]any{"password": "Another-Pass-1"})
	}
	second, err := s.CreateUser(properties())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Restore(alex.ID)
	wantRefusal(t, err, Invalid, "userPrincipalName")
	if err := s.DeleteUser(second.ID); err != nil {
		t.Fatal(err)
	}
	restored, err := s.Restore(alex.ID)
	if err != nil || restored.User.UserPrincipalName != "alex@demo.example" {
		t.Errorf("restored = %+v, %v", restored.User, err)
	}
	if err := s.Purge(second.ID); err != nil {
		t.Error(err)
	}
	wantRefusal(t, s.Purge(second.ID), Missing, second.ID)
}

func TestUserRules(t *testing.T) {
	s, _, _ := newState(t)
	for name, test := range map[string]struct {
		change Properties
		part   string
	}{
		"foreign domain":   {Properties{}.Set("userPrincipalName", "alex@elsewhere.example"), "verified domain"},
		"no domain":        {Properties{}.Set("userPrincipalName", "alex"), "userPrincipalName is invalid"},
		"taken":            {Properties{}.Set("userPrincipalName", "Blake@demo.example"), "already exists"},
		"bad nickname":     {Properties{}.Set("mailNickname", "a b"), "mailNickname"},
		"weak password":    {Properties{}.Set("passwordProfile", map[string]any{"password": "alllower1"}), "complexity"},
		"long location":    {Properties{}.Set("usageLocation", "USA"), "usageLocation"},
		"unknown property": {Properties{}.Set("shoeSize", 43), "shoeSize"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.UpdateUser("alex@demo.example", test.change)
			wantRefusal(t, err, Invalid, test.part)
		})
	}
	if _, _, valid := s.SignIn("alex@demo.example", DemoPassword); !valid {
		t.Error("a refused change has changed the password")
	}
	_, err := s.CreateUser(Properties{}.Set("displayName", "x"))
	wantRefusal(t, err, Invalid, "A value is required for property")
}

func TestLicenses(t *testing.T) {
	s, _, _ := newState(t)
	alex, _ := s.User("alex@demo.example")
	sku := s.SKUs()[0].SKUID
	if _, err := s.AssignLicenses(alex.ID, nil, []string{sku}); err != nil {
		t.Fatal(err)
	}
	_, err := s.AssignLicenses(alex.ID, nil, []string{sku})
	wantRefusal(t, err, Invalid, "does not have a corresponding license")
	_, err = s.AssignLicenses(alex.ID, []AssignedLicense{{SKUID: alex.ID}}, nil)
	wantRefusal(t, err, Invalid, "valid company License")
	if _, err := s.UpdateUser(alex.ID, Properties{}.Set("usageLocation", nil)); err != nil {
		t.Fatal(err)
	}
	_, err = s.AssignLicenses(alex.ID, []AssignedLicense{{SKUID: sku}}, nil)
	wantRefusal(t, err, Invalid, "invalid usage location")
	if n := s.ConsumedUnits(sku); n != 2 {
		t.Errorf("%d licences in use, want 2", n)
	}
}

func TestLicensesRunOut(t *testing.T) {
	seed := DefaultSeed()
	seed.SKUs[0].Enabled = 2
	_, err := New(clock.New(), seed)
	if err == nil || !strings.Contains(err.Error(), "available licenses") {
		t.Errorf("three users, two licences: %v", err)
	}
}

func TestGroupLicencesCannotBeTakenAway(t *testing.T) {
	s, _, _ := newState(t)
	const group = "66666666-6666-4666-8666-666666666666"
	alex, _ := s.User("alex@demo.example")
	sku := s.SKUs()[0].SKUID
	if err := s.LicenseByGroup(alex.ID, group, sku); err != nil {
		t.Fatal(err)
	}
	alex, _ = s.User(alex.ID)
	if len(alex.AssignedLicenses) != 1 || len(alex.LicenseStates) != 2 || alex.LicenseStates[0].AssignedByGroup != nil || *alex.LicenseStates[1].AssignedByGroup != group {
		t.Fatalf("%+v, %+v", alex.AssignedLicenses, alex.LicenseStates)
	}
	if alex, err := s.AssignLicenses(alex.ID, nil, []string{sku}); err != nil || len(alex.AssignedLicenses) != 1 || len(alex.LicenseStates) != 1 {
		t.Errorf("without its own licence: %+v, %v", alex.LicenseStates, err)
	}
	_, err := s.AssignLicenses(alex.ID, nil, []string{sku})
	wantRefusal(t, err, Invalid, "inherited from a group membership")
}
