// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

func id(t *testing.T, object map[string]any) string {
	t.Helper()
	text, ok := object["id"].(string)
	if !ok || text == "" {
		t.Fatalf("no id in %v", object)
	}
	return text
}

func values(page map[string]any) []any { list, _ := page["value"].([]any); return list }

func query(path string, options ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(options); i += 2 {
		v.Set(options[i], options[i+1])
	}
	return path + "?" + v.Encode()
}

// TestRequestsOfTheAzureADProvider makes the requests that Terraform's azuread provider is known to make for an
// application with consent, in its order and with its bodies.
func TestRequestsOfTheAzureADProvider(t *testing.T) {
	c := start(t)
	status, meta := c.call(t, "GET", "/metadata/endpoints?api-version=2022-09-01", nil)
	authentication, _ := meta["authentication"].(map[string]any)
	if status != http.StatusOK || meta["name"] == "" || meta["resourceManager"] != c.URL() || meta["microsoftGraphResourceId"] != c.URL() || authentication["loginEndpoint"] != c.URL() {
		t.Fatalf("metadata = %d %v", status, meta)
	}
	claims := strings.Split(c.token, ".")
	if len(claims) != 3 {
		t.Fatal("the token does not have three parts")
	}
	caller, _ := c.Directory().ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	owner := c.URL() + "/v1.0/directoryObjects/" + caller.ID

	// Application: POST with a temporary name, PATCH with the real one, reads in v1.0 and beta.
	app := c.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{
		"@odata.type": "#microsoft.graph.application", "displayName": "TERRAFORM_UPDATE_1", "owners@odata.bind": []string{owner},
		"api":   map[string]any{"@odata.type": "#microsoft.graph.apiApplication", "acceptMappedClaims": nil, "knownClientApplications": []string{}, "oauth2PermissionScopes": []any{}, "requestedAccessTokenVersion": 1},
		"notes": nil, "serviceManagementReference": nil, "signInAudience": "AzureADMyOrg", "appRoles": []any{}, "identifierUris": []string{}, "isFallbackPublicClient": nil,
		"requiredResourceAccess": []any{map[string]any{"resourceAppId": catalog.GraphAppID, "resourceAccess": []any{map[string]any{"id": "ebf0f66e-9fb1-49e4-a278-222f76911cf4", "type": "Scope"}}}},
		"web":                    map[string]any{"@odata.type": "#microsoft.graph.webApplication", "homePageUrl": nil, "logoutUrl": nil, "redirectUris": []string{"https://chat.demo.example/x"}, "implicitGrantSettings": map[string]any{"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false}},
		"spa":                    map[string]any{"redirectUris": []string{}}, "publicClient": map[string]any{"redirectUris": []string{}}, "optionalClaims": nil, "tags": []string{}, "groupMembershipClaims": nil,
		"oauth2RequirePostResponse": false,
	})
	appPath := "/v1.0/applications/" + id(t, app)
	c.want(t, http.StatusNoContent, "PATCH", appPath, map[string]any{"@odata.type": "#microsoft.graph.application", "displayName": "Sync"})
	if got := c.want(t, http.StatusOK, "GET", appPath, nil); got["displayName"] != "Sync" || got["deletedDateTime"] != nil {
		t.Errorf("application = %v", got)
	}
	c.want(t, http.StatusOK, "GET", "/beta/applications/"+id(t, app)+"?$select=oauth2RequirePostResponse", nil)
	if owners := values(c.want(t, http.StatusOK, "GET", appPath+"/owners", nil)); len(owners) != 1 || owners[0].(map[string]any)["@odata.type"] != "#microsoft.graph.servicePrincipal" {
		t.Errorf("owners = %v", owners)
	}
	if found := values(c.want(t, http.StatusOK, "GET", query("/v1.0/applications", "$filter", "displayName eq 'Sync'"), nil)); len(found) != 1 {
		t.Errorf("by name: %v", found)
	}
	secret := c.want(t, http.StatusOK, "POST", appPath+"/addPassword", map[string]any{"passwordCredential": map[string]any{"displayName": "terraform", "startDateTime": nil, "endDateTime": nil, "customKeyIdentifier": nil}})

	// Service principal: POST with a temporary description, PATCH.
	appID := app["appId"].(string)
	if found := values(c.want(t, http.StatusOK, "GET", query("/v1.0/servicePrincipals", "$filter", "appId eq '"+appID+"'"), nil)); len(found) != 0 {
		t.Errorf("service principals = %v", found)
	}
	principal := c.want(t, http.StatusCreated, "POST", "/v1.0/servicePrincipals", map[string]any{
		"@odata.type": "#microsoft.graph.servicePrincipal", "accountEnabled": true, "appId": appID, "appRoleAssignmentRequired": false, "description": "TERRAFORM_UPDATE_2", "owners@odata.bind": []string{owner},
	})
	principalPath := "/v1.0/servicePrincipals/" + id(t, principal)
	c.want(t, http.StatusNoContent, "PATCH", principalPath, map[string]any{
		"@odata.type": "#microsoft.graph.servicePrincipal", "accountEnabled": true, "alternativeNames": []string{}, "appRoleAssignmentRequired": false, "description": nil, "loginUrl": nil,
		"notes": nil, "notificationEmailAddresses": []string{}, "preferredSingleSignOnMode": nil, "samlSingleSignOnSettings": map[string]any{"relayState": nil}, "tags": []string{},
	})
	c.want(t, http.StatusOK, "GET", "/beta/servicePrincipals/"+id(t, principal)+"?$select=samlMetadataUrl", nil)
	alex, _ := c.Directory().User("alex@demo.example")
	c.want(t, http.StatusNoContent, "POST", principalPath+"/owners/$ref", map[string]any{"@odata.id": c.URL() + "/v1.0/directoryObjects/" + alex.ID})
	c.want(t, http.StatusNoContent, "DELETE", principalPath+"/owners/"+alex.ID+"/$ref", nil)

	// Consent: one grant, one role.
	graph, _ := c.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
	grant := c.want(t, http.StatusCreated, "POST", "/v1.0/oauth2PermissionGrants", map[string]any{
		"@odata.type": "#microsoft.graph.oAuth2PermissionGrant", "clientId": id(t, principal), "consentType": "AllPrincipals", "principalId": nil, "resourceId": graph.ID, "scope": "User.Read",
	})
	grantPath := "/v1.0/oauth2PermissionGrants/" + id(t, grant)
	c.want(t, http.StatusNoContent, "PATCH", grantPath, map[string]any{"scope": "User.Read ChannelMessage.Send"})
	if got := c.want(t, http.StatusOK, "GET", grantPath, nil); got["scope"] != "User.Read ChannelMessage.Send" || got["principalId"] != nil {
		t.Errorf("grant = %v", got)
	}
	role, _ := catalog.Lookup(catalog.Application, "Chat.Read.All")
	assignments := "/v1.0/servicePrincipals/" + graph.ID + "/appRoleAssignedTo"
	assigned := c.want(t, http.StatusCreated, "POST", assignments, map[string]any{
		"@odata.type": "#microsoft.graph.appRoleAssignment", "appRoleId": role.ID, "principalId": id(t, principal), "resourceId": graph.ID,
	})
	if got := c.want(t, http.StatusOK, "GET", assignments+"/"+id(t, assigned), nil); got["principalType"] != "ServicePrincipal" || got["resourceDisplayName"] != "Microsoft Graph" {
		t.Errorf("assignment = %v", got)
	}

	// User: POST, reads with a long $select, PATCH in beta, no manager.
	user := c.want(t, http.StatusCreated, "POST", "/v1.0/users", map[string]any{
		"@odata.type": "#microsoft.graph.user", "accountEnabled": true, "displayName": "Bot", "mailNickname": "bot", "userPrincipalName": "bot@demo.example", "usageLocation": "DE",
		"passwordPolicies": "DisablePasswordExpiration", "passwordProfile": map[string]any{"password": "Some-Secret-1", "forceChangePasswordNextSignIn": false}, "otherMails": []string{}, "businessPhones": []string{},
	})
	userPath := "/users/" + id(t, user)
	c.want(t, http.StatusOK, "GET", "/v1.0"+userPath+"?$select=accountEnabled,ageGroup,businessPhones,city,companyName,consentProvidedForMinor,costCenter,country,creationType,department,displayName,division,employeeId,employeeHireDate,employeeOrgData,employeeType,externalUserState,faxNumber,givenName,id,imAddresses,jobTitle,mail,mailNickname,mobilePhone,officeLocation,onPremisesDistinguishedName,onPremisesDomainName,onPremisesImmutableId,onPremisesSamAccountName,onPremisesSecurityIdentifier,onPremisesSyncEnabled,onPremisesUserPrincipalName,otherMails,passwordPolicies,postalCode,preferredLanguage,proxyAddresses,showInAddressList,state,streetAddress,surname,usageLocation,userPrincipalName,userType", nil)
	c.want(t, http.StatusNoContent, "PATCH", "/beta"+userPath, map[string]any{"showInAddressList": true})
	if got := c.want(t, http.StatusOK, "GET", "/beta"+userPath, nil); got["showInAddressList"] != true {
		t.Errorf("user = %v", got)
	}
	c.want(t, http.StatusNotFound, "GET", "/v1.0"+userPath+"/manager", nil)

	// And everything down again.
	c.want(t, http.StatusNoContent, "DELETE", "/v1.0"+userPath, nil)
	c.want(t, http.StatusNoContent, "DELETE", assignments+"/"+id(t, assigned), nil)
	c.want(t, http.StatusNoContent, "DELETE", grantPath, nil)
	c.want(t, http.StatusNoContent, "POST", appPath+"/removePassword", map[string]any{"keyId": secret["keyId"]})
	c.want(t, http.StatusNoContent, "DELETE", principalPath, nil)
	c.want(t, http.StatusNoContent, "DELETE", appPath, nil)
	for _, path := range []string{appPath, principalPath, grantPath, assignments + "/" + id(t, assigned), "/v1.0" + userPath} {
		if code, _ := failure(c.want(t, http.StatusNotFound, "GET", path, nil)); code != "Request_ResourceNotFound" {
			t.Errorf("%s: %s", path, code)
		}
	}
	assertNoSecrets(t, c.Server, secret["secretText"].(string), "Some-Secret-1", directory.DemoProvisionerSecret, c.token)
}

// assertNoSecrets searches the request log.
func assertNoSecrets(t *testing.T, server *emulator.Server, secrets ...string) {
	t.Helper()
	raw, err := json.Marshal(server.Requests())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the request log holds a secret that starts with %.4s", secret)
		}
	}
}

func TestUpsertByUniqueName(t *testing.T) {
	c := start(t)
	const path = "/v1.0/applications(uniqueName='sync')"
	body := map[string]any{"displayName": "Sync"}
	c.want(t, http.StatusNotFound, "PATCH", path, body)
	app := c.want(t, http.StatusCreated, "PATCH", path, body, "Prefer", "create-if-missing")
	c.want(t, http.StatusNoContent, "PATCH", path, map[string]any{"displayName": "Renamed"}, "Prefer", "create-if-missing")
	for _, key := range []string{id(t, app), "(uniqueName='sync')", "(appId='" + app["appId"].(string) + "')"} {
		path := "/v1.0/applications" + key
		if !strings.HasPrefix(key, "(") {
			path = "/v1.0/applications/" + key
		}
		if got := c.want(t, http.StatusOK, "GET", path, nil); got["displayName"] != "Renamed" {
			t.Errorf("%s = %v", key, got)
		}
	}
	c.want(t, http.StatusNoContent, "DELETE", "/v1.0/applications/"+id(t, app), nil)
	if _, message := failure(c.want(t, http.StatusBadRequest, "PATCH", path, body, "Prefer", "create-if-missing")); !strings.Contains(message, "uniqueName") {
		t.Errorf("a name in the recycle bin: %s", message)
	}
}

func TestReplicationLag(t *testing.T) {
	c := start(t)
	lag := func(collection string, effect faults.Effect) {
		t.Helper()
		if _, err := c.Faults().Add(faults.Rule{Effect: effect, Collection: collection, Delay: faults.Duration(5 * time.Second)}); err != nil {
			t.Fatal(err)
		}
	}
	lag("applications", faults.Lag)
	app := c.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{"displayName": "Sync"})
	appPath := "/v1.0/applications/" + id(t, app)
	c.want(t, http.StatusNotFound, "GET", appPath, nil)
	c.want(t, http.StatusNotFound, "PATCH", appPath, map[string]any{"displayName": "x"})
	newPrincipal := map[string]any{"appId": app["appId"]}
	if _, message := failure(c.want(t, http.StatusBadRequest, "POST", "/v1.0/servicePrincipals", newPrincipal)); !strings.Contains(message, "does not reference a valid application object") {
		t.Error(message)
	}
	c.Clock().Shift(5 * time.Second)
	c.want(t, http.StatusOK, "GET", appPath, nil)

	lag("servicePrincipals", faults.Lag)
	principal := c.want(t, http.StatusCreated, "POST", "/v1.0/servicePrincipals", newPrincipal)
	graph, _ := c.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
	role, _ := catalog.Lookup(catalog.Application, "Chat.Read.All")
	assignment := map[string]any{"appRoleId": role.ID, "principalId": id(t, principal), "resourceId": graph.ID}
	assignments := "/v1.0/servicePrincipals/" + graph.ID + "/appRoleAssignedTo"
	if _, message := failure(c.want(t, http.StatusBadRequest, "POST", assignments, assignment)); message != "Not a valid reference update" {
		t.Error(message)
	}
	grant := map[string]any{"clientId": id(t, principal), "consentType": "AllPrincipals", "resourceId": graph.ID, "scope": "User.Read"}
	c.want(t, http.StatusBadRequest, "POST", "/v1.0/oauth2PermissionGrants", grant)
	c.Clock().Shift(5 * time.Second)

	lag("appRoleAssignedTo", faults.Lag)
	lag("appRoleAssignedTo", faults.ListLag)
	assigned := c.want(t, http.StatusCreated, "POST", assignments, assignment)
	c.want(t, http.StatusNotFound, "GET", assignments+"/"+id(t, assigned), nil)
	of := "/v1.0/servicePrincipals/" + id(t, principal) + "/appRoleAssignments"
	if list := values(c.want(t, http.StatusOK, "GET", of, nil)); len(list) != 0 {
		t.Errorf("list = %v", list)
	}
	c.Clock().Shift(5 * time.Second)
	if list := values(c.want(t, http.StatusOK, "GET", of, nil)); len(list) != 1 {
		t.Errorf("list = %v", list)
	}
}

// as switches to an application that has these roles.
func (c *cloud) as(t *testing.T, roles ...string) *cloud {
	t.Helper()
	dir := c.Directory()
	app, err := dir.CreateApplication(directory.Properties{}.Set("displayName", strings.Join(roles, " ")+" app"), nil)
	if err != nil {
		t.Fatal(err)
	}
	principal, err := dir.CreateServicePrincipal(app.AppID, directory.Properties{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	graph, _ := dir.ServicePrincipalByAppID(catalog.GraphAppID)
	for _, name := range roles {
		role, ok := catalog.Lookup(catalog.Application, name)
		if !ok {
			t.Fatalf("no role %s", name)
		}
		if _, err := dir.Assign(principal.ID, graph.ID, role.ID); err != nil {
			t.Fatal(err)
		}
	}
	secret, err := dir.AddPassword(app.ID, directory.NewPassword{})
	if err != nil {
		t.Fatal(err)
	}
	return &cloud{Server: c.Server, token: c.appToken(t, app.AppID, *secret.SecretText, "https://graph.microsoft.com/.default")}
}

func TestAssigningRolesNeedsTwoPermissions(t *testing.T) {
	c := start(t)
	graph, _ := c.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
	provisioner, _ := c.Directory().ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	role, _ := catalog.Lookup(catalog.Application, "Chat.Read.All")
	path, body := "/v1.0/servicePrincipals/"+graph.ID+"/appRoleAssignedTo", map[string]any{"appRoleId": role.ID, "principalId": provisioner.ID, "resourceId": graph.ID}
	c.as(t, "Directory.Read.All").want(t, http.StatusForbidden, "POST", path, body)
	c.as(t, "AppRoleAssignment.ReadWrite.All").want(t, http.StatusForbidden, "POST", path, body)
	c.as(t, "AppRoleAssignment.ReadWrite.All", "Application.Read.All").want(t, http.StatusCreated, "POST", path, body)
}

func TestOwnedByChangesOwnApplicationsOnly(t *testing.T) {
	c := start(t)
	foreign := c.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{"displayName": "Foreign"})
	owner := c.as(t, "Application.ReadWrite.OwnedBy")
	own := owner.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{"displayName": "Own"})
	for _, call := range []struct {
		method, suffix string
		body           any
		ok             int
	}{
		{"PATCH", "", map[string]any{"notes": "n"}, http.StatusNoContent},
		{"POST", "/addPassword", nil, http.StatusOK},
		{"DELETE", "", nil, http.StatusNoContent},
	} {
		owner.want(t, http.StatusForbidden, call.method, "/v1.0/applications/"+id(t, foreign)+call.suffix, call.body)
		owner.want(t, call.ok, call.method, "/v1.0/applications/"+id(t, own)+call.suffix, call.body)
	}
}

func TestFederatedCredentialRoutes(t *testing.T) {
	c := start(t)
	app := c.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{"displayName": "Sync"})
	path := "/v1.0/applications/" + id(t, app) + "/federatedIdentityCredentials"
	body := map[string]any{"name": "ci", "issuer": "https://ci.example", "subject": "main", "audiences": []string{"api://AzureADTokenExchange"}}
	credential := c.want(t, http.StatusCreated, "POST", path, body)
	c.want(t, http.StatusConflict, "POST", path, body)
	c.want(t, http.StatusNoContent, "PATCH", path+"/"+id(t, credential), map[string]any{"subject": "other"})
	if got := c.want(t, http.StatusOK, "GET", path+"/ci", nil); got["subject"] != "other" {
		t.Errorf("credential = %v", got)
	}
	upsert := map[string]any{"issuer": "https://ci.example", "subject": "new", "audiences": []string{"api://AzureADTokenExchange"}}
	c.want(t, http.StatusNotFound, "PATCH", path+"(name='cd')", upsert)
	c.want(t, http.StatusCreated, "PATCH", path+"(name='cd')", upsert, "Prefer", "create-if-missing")
	if list := values(c.want(t, http.StatusOK, "GET", path, nil)); len(list) != 2 {
		t.Errorf("list = %v", list)
	}
	c.want(t, http.StatusNoContent, "DELETE", path+"/"+id(t, credential), nil)
}

func TestBatchGrantsInOneRequest(t *testing.T) {
	c := start(t)
	graph, _ := c.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
	app := c.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{"displayName": "Sync"})
	principal := c.want(t, http.StatusCreated, "POST", "/v1.0/servicePrincipals", map[string]any{"appId": app["appId"]})
	var requests []map[string]any
	for i, name := range catalog.Guide(catalog.Application) {
		role, _ := catalog.Lookup(catalog.Application, name)
		requests = append(requests, map[string]any{
			"id": fmt.Sprint(i), "method": "POST", "url": "/servicePrincipals/" + graph.ID + "/appRoleAssignedTo", "headers": map[string]string{"Content-Type": "application/json"},
			"body": map[string]any{"appRoleId": role.ID, "principalId": id(t, principal), "resourceId": graph.ID},
		})
	}
	answer := c.want(t, http.StatusOK, "POST", "/v1.0/$batch", map[string]any{"requests": requests})
	for _, each := range answer["responses"].([]any) {
		if one := each.(map[string]any); one["status"] != 201.0 {
			t.Errorf("item = %v", one)
		}
	}
	if roles := c.Directory().Roles(id(t, principal), graph.ID); len(roles) != 7 {
		t.Errorf("roles = %v", roles)
	}
}

func TestDeletedItems(t *testing.T) {
	c := start(t)
	app := c.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{"displayName": "Sync"})
	c.want(t, http.StatusNoContent, "DELETE", "/v1.0/applications/"+id(t, app), nil)
	deleted := "/v1.0/directory/deletedItems/"
	if got := c.want(t, http.StatusOK, "GET", deleted+id(t, app), nil); got["@odata.type"] != "#microsoft.graph.application" || got["deletedDateTime"] == nil {
		t.Errorf("deleted = %v", got)
	}
	if list := values(c.want(t, http.StatusOK, "GET", query(deleted+"microsoft.graph.application", "$filter", "displayName eq 'Sync'"), nil)); len(list) != 1 {
		t.Errorf("list = %v", list)
	}
	c.as(t, "User.Read.All").want(t, http.StatusForbidden, "GET", deleted+id(t, app), nil)
	c.want(t, http.StatusOK, "POST", deleted+id(t, app)+"/restore", nil)
	c.want(t, http.StatusOK, "GET", "/v1.0/applications/"+id(t, app), nil)
	c.want(t, http.StatusNoContent, "DELETE", "/v1.0/applications/"+id(t, app), nil)
	c.want(t, http.StatusNoContent, "DELETE", deleted+id(t, app), nil)
	c.want(t, http.StatusNotFound, "GET", deleted+id(t, app), nil)
}

func TestCertificateIsReturnedWhenSelected(t *testing.T) {
	c := start(t)
	app := c.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{"displayName": "Sync"})
	path := "/v1.0/applications/" + id(t, app)
	der := certificate(t, c)
	c.want(t, http.StatusNoContent, "PATCH", path, map[string]any{"keyCredentials": []any{map[string]any{"type": "AsymmetricX509Cert", "usage": "Verify", "key": der}}})
	key := func(path string) map[string]any {
		list, _ := c.want(t, http.StatusOK, "GET", path, nil)["keyCredentials"].([]any)
		if len(list) != 1 {
			t.Fatalf("keys = %v", list)
		}
		return list[0].(map[string]any)
	}
	plain, selected := key(path), key(path+"?$select=keyCredentials")
	if plain["key"] != nil || selected["key"] != der || plain["keyId"] != selected["keyId"] || len(plain["customKeyIdentifier"].(string)) != 40 {
		t.Errorf("plain %v, selected %v", plain, selected)
	}
	// A PATCH that repeats the key as it was read keeps the certificate.
	c.want(t, http.StatusNoContent, "PATCH", path, map[string]any{"keyCredentials": []any{plain}})
	if again := key(path + "?$select=keyCredentials"); again["key"] != der {
		t.Errorf("after the PATCH: %v", again)
	}
}

func TestDelegatedWritesNeedAnAdministrator(t *testing.T) {
	c := start(t)
	provisioner, _ := c.Directory().ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	graph, _ := c.Directory().ServicePrincipalByAppID(catalog.GraphAppID)
	if err := c.Directory().AddConsent(provisioner.ID, graph.ID, "", []string{"User.ReadWrite.All", "User.Read"}); err != nil {
		t.Fatal(err)
	}
	for user, status := range map[string]int{"alex": http.StatusForbidden, "admin": http.StatusNoContent} {
		signedIn := &cloud{Server: c.Server, token: c.userToken(t, user, "User.ReadWrite.All")}
		signedIn.want(t, status, "PATCH", "/v1.0/users/blake@demo.example", map[string]any{"jobTitle": "x"})
		if me := signedIn.want(t, http.StatusOK, "GET", "/v1.0/me", nil); me["userPrincipalName"] != user+"@demo.example" || me["accountEnabled"] != nil {
			t.Errorf("me = %v", me)
		}
	}
	c.want(t, http.StatusForbidden, "GET", "/v1.0/me", nil) // /me is for users
}
