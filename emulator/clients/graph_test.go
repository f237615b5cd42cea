// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	graphdirectory "github.com/microsoftgraph/msgraph-sdk-go/directory"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/microsoftgraph/msgraph-sdk-go/oauth2permissiongrants"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"
	"github.com/microsoftgraph/msgraph-sdk-go/subscribedskus"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// wantGraphError fails unless err is Graph's error with this status and code.
func wantGraphError(t *testing.T, err error, status int, code string) {
	t.Helper()
	var failed *odataerrors.ODataError
	if !errors.As(err, &failed) {
		t.Errorf("error = %v, want %d %s", err, status, code)
		return
	}
	main := failed.GetErrorEscaped()
	if failed.ResponseStatusCode != status || *main.GetCode() != code {
		t.Errorf("error = %d %s %q, want %d %s", failed.ResponseStatusCode, *main.GetCode(), *main.GetMessage(), status, code)
	}
	if main.GetInnerError() == nil || main.GetInnerError().GetRequestId() == nil {
		t.Error("the error has no request id")
	}
}

// TestRegistrationLifecycle registers an application with permissions, credential and consent, and takes it down again.
func TestRegistrationLifecycle(t *testing.T) {
	server := emulator.Start(t)
	ctx := t.Context()
	graph := adapter(t, server, provisioner(t, server), false)
	apps := applications.NewApplicationsRequestBuilderInternal(path(graph), graph)
	principals := serviceprincipals.NewServicePrincipalsRequestBuilderInternal(path(graph), graph)
	permissionGrants := oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(path(graph), graph)

	registration := models.NewApplication()
	registration.SetDisplayName(ptr("Mattermost MS Teams Sync"))
	registration.SetSignInAudience(ptr("AzureADMyOrg"))
	web := models.NewWebApplication()
	web.SetRedirectUris([]string{redirectURI})
	registration.SetWeb(web)
	registration.SetRequiredResourceAccess([]models.RequiredResourceAccessable{guidePermissions(t)})
	app, err := apps.Post(ctx, registration, nil)
	if err != nil {
		t.Fatal(err)
	}

	principal := models.NewServicePrincipal()
	principal.SetAppId(app.GetAppId())
	created, err := principals.Post(ctx, principal, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = principals.Post(ctx, principal, nil)
	wantGraphError(t, err, http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue")

	found, err := principals.Get(ctx, &serviceprincipals.ServicePrincipalsRequestBuilderGetRequestConfiguration{
		QueryParameters: &serviceprincipals.ServicePrincipalsRequestBuilderGetQueryParameters{Filter: ptr("appId eq '" + catalog.GraphAppID + "'")},
	})
	if err != nil || len(found.GetValue()) != 1 {
		t.Fatalf("Microsoft Graph's service principal: %v, %v", found, err)
	}
	graphPrincipal := found.GetValue()[0]
	if roles, scopes := len(graphPrincipal.GetAppRoles()), len(graphPrincipal.GetOauth2PermissionScopes()); roles+scopes != len(catalog.All()) {
		t.Errorf("Microsoft Graph offers %d roles and %d scopes, want %d in all", roles, scopes, len(catalog.All()))
	}

	password, err := apps.ByApplicationId(*app.GetId()).AddPassword().Post(ctx, applications.NewItemAddPasswordPostRequestBody(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if text := *password.GetSecretText(); len(text) != 40 || *password.GetHint() != text[:3] {
		t.Errorf("secret of %d characters, hint %q", len(text), *password.GetHint())
	}

	grant := models.NewOAuth2PermissionGrant()
	grant.SetClientId(created.GetId())
	grant.SetConsentType(ptr("AllPrincipals"))
	grant.SetResourceId(graphPrincipal.GetId())
	grant.SetScope(ptr("User.Read"))
	granted, err := permissionGrants.Post(ctx, grant, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = permissionGrants.Post(ctx, grant, nil)
	wantGraphError(t, err, http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue")
	change := models.NewOAuth2PermissionGrant()
	change.SetScope(ptr("User.Read ChannelMessage.Send"))
	if _, err := permissionGrants.ByOAuth2PermissionGrantId(*granted.GetId()).Patch(ctx, change, nil); err != nil {
		t.Fatal(err)
	}
	listed, err := permissionGrants.Get(ctx, &oauth2permissiongrants.Oauth2PermissionGrantsRequestBuilderGetRequestConfiguration{
		QueryParameters: &oauth2permissiongrants.Oauth2PermissionGrantsRequestBuilderGetQueryParameters{Filter: ptr("clientId eq '" + *created.GetId() + "'")},
	})
	if err != nil || len(listed.GetValue()) != 1 || *listed.GetValue()[0].GetScope() != "User.Read ChannelMessage.Send" {
		t.Fatalf("grants = %v, %v", listed, err)
	}

	assign := func(role string) (models.AppRoleAssignmentable, error) {
		permission, ok := catalog.Lookup(catalog.Application, role)
		if !ok {
			t.Fatalf("no role %s", role)
		}
		assignment := models.NewAppRoleAssignment()
		assignment.SetPrincipalId(ptr(uuid.MustParse(*created.GetId())))
		assignment.SetResourceId(ptr(uuid.MustParse(*graphPrincipal.GetId())))
		assignment.SetAppRoleId(ptr(uuid.MustParse(permission.ID)))
		return principals.ByServicePrincipalId(*graphPrincipal.GetId()).AppRoleAssignedTo().Post(ctx, assignment, nil)
	}
	assigned, err := assign("ChannelMessage.Read.All")
	if err != nil {
		t.Fatal(err)
	}
	_, err = assign("ChannelMessage.Read.All")
	wantGraphError(t, err, http.StatusBadRequest, "Request_BadRequest")
	held, err := principals.ByServicePrincipalId(*created.GetId()).AppRoleAssignments().Get(ctx, nil)
	if err != nil || len(held.GetValue()) != 1 || *held.GetValue()[0].GetId() != *assigned.GetId() {
		t.Fatalf("assignments = %v, %v", held, err)
	}

	// The application signs in with its secret and has the role that it was given.
	token, err := tokenFor(ctx, server, secretCredential(t, server, *app.GetAppId(), *password.GetSecretText()))
	if err != nil {
		t.Fatal(err)
	}
	if caller, err := server.Entra().Authenticate(token); err != nil || !slices.Equal(caller.Roles, []string{"ChannelMessage.Read.All"}) {
		t.Errorf("caller = %+v, %v", caller, err)
	}

	if err := apps.ByApplicationId(*app.GetId()).Delete(ctx, nil); err != nil {
		t.Fatal(err)
	}
	_, err = apps.ByApplicationId(*app.GetId()).Get(ctx, nil)
	wantGraphError(t, err, http.StatusNotFound, "Request_ResourceNotFound")
	deleted := graphdirectory.NewDirectoryRequestBuilderInternal(path(graph), graph).DeletedItems()
	if _, err := deleted.ByDirectoryObjectId(*app.GetId()).Restore().Post(ctx, nil); err != nil {
		t.Fatal(err)
	}
	restored, err := apps.ByApplicationId(*app.GetId()).Get(ctx, nil)
	if err != nil || *restored.GetAppId() != *app.GetAppId() {
		t.Fatalf("restored = %v, %v", restored, err)
	}
	_, err = principals.ByServicePrincipalId(*created.GetId()).Get(ctx, nil)
	wantGraphError(t, err, http.StatusNotFound, "Request_ResourceNotFound")
}

func guidePermissions(t *testing.T) models.RequiredResourceAccessable {
	t.Helper()
	required := models.NewRequiredResourceAccess()
	required.SetResourceAppId(ptr(catalog.GraphAppID))
	var all []models.ResourceAccessable
	for kind, name := range map[catalog.Kind]string{catalog.Delegated: "Scope", catalog.Application: "Role"} {
		for _, each := range catalog.Guide(kind) {
			permission, _ := catalog.Lookup(kind, each)
			access := models.NewResourceAccess()
			access.SetId(ptr(uuid.MustParse(permission.ID)))
			access.SetTypeEscaped(ptr(name))
			all = append(all, access)
		}
	}
	required.SetResourceAccess(all)
	return required
}

func TestBotUserWithLicense(t *testing.T) {
	server := emulator.Start(t)
	ctx := t.Context()
	graph := adapter(t, server, provisioner(t, server), false)
	people := users.NewUsersRequestBuilderInternal(path(graph), graph)
	bot := func() models.Userable {
		user := models.NewUser()
		user.SetAccountEnabled(ptr(true))
		user.SetDisplayName(ptr("Sync Bot"))
		user.SetMailNickname(ptr("sync-bot"))
		user.SetUserPrincipalName(ptr("sync-bot@demo.example"))
		profile := models.NewPasswordProfile()
		profile.SetPassword(ptr("Very-Secret-1"))
		user.SetPasswordProfile(profile)
		return user
	}
	weak := bot()
	weak.GetPasswordProfile().SetPassword(ptr("weak"))
	_, err := people.Post(ctx, weak, nil)
	wantGraphError(t, err, http.StatusBadRequest, "Request_BadRequest")
	user, err := people.Post(ctx, bot(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = people.Post(ctx, bot(), nil)
	wantGraphError(t, err, http.StatusBadRequest, "Request_BadRequest")

	skus, err := subscribedskus.NewSubscribedSkusRequestBuilderInternal(path(graph), graph).Get(ctx, nil)
	if err != nil || len(skus.GetValue()) != 1 {
		t.Fatalf("SKUs = %v, %v", skus, err)
	}
	assign := func() error {
		licence := models.NewAssignedLicense()
		licence.SetSkuId(skus.GetValue()[0].GetSkuId())
		licence.SetDisabledPlans([]uuid.UUID{})
		body := users.NewItemAssignLicensePostRequestBody()
		body.SetAddLicenses([]models.AssignedLicenseable{licence})
		body.SetRemoveLicenses([]uuid.UUID{})
		_, err := people.ByUserId(*user.GetId()).AssignLicense().Post(ctx, body, nil)
		return err
	}
	wantGraphError(t, assign(), http.StatusBadRequest, "Request_BadRequest") // no usage location yet
	located := models.NewUser()
	located.SetUsageLocation(ptr("DE"))
	if _, err := people.ByUserId(*user.GetId()).Patch(ctx, located, nil); err != nil {
		t.Fatal(err)
	}
	if err := assign(); err != nil {
		t.Fatal(err)
	}
	if !server.Directory().HasLicense(*user.GetId(), directory.TeamsServicePlan) {
		t.Error("the bot has no Teams licence")
	}
	if err := people.ByUserId(*user.GetId()).Delete(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := people.Post(ctx, bot(), nil); err != nil { // a deleted user's name is free at once
		t.Fatal(err)
	}
}

func TestGzipBodiesAndPaging(t *testing.T) {
	server := emulator.Start(t)
	ctx := t.Context()
	graph := adapter(t, server, provisioner(t, server), true) // the SDK compresses every body
	apps := applications.NewApplicationsRequestBuilderInternal(path(graph), graph)
	for _, name := range []string{"One", "Two", "Three"} {
		registration := models.NewApplication()
		registration.SetDisplayName(ptr(name))
		if _, err := apps.Post(ctx, registration, nil); err != nil {
			t.Fatal(err)
		}
	}
	names := []string{}
	page, err := apps.Get(ctx, &applications.ApplicationsRequestBuilderGetRequestConfiguration{
		QueryParameters: &applications.ApplicationsRequestBuilderGetQueryParameters{Top: ptr(int32(2)), Select: []string{"displayName"}, Count: ptr(true)},
		Headers:         consistent(),
	})
	for pages := 0; ; pages++ {
		if err != nil {
			t.Fatal(err)
		}
		if first := page.GetOdataCount(); pages == 0 && (first == nil || *first != 4) {
			t.Errorf("count = %v, want 4", first)
		}
		for _, app := range page.GetValue() {
			names = append(names, *app.GetDisplayName())
		}
		if page.GetOdataNextLink() == nil {
			break
		}
		page, err = apps.WithUrl(*page.GetOdataNextLink()).Get(ctx, &applications.ApplicationsRequestBuilderGetRequestConfiguration{Headers: consistent()})
	}
	if !slices.Equal(names, []string{"Demo Provisioner", "One", "Two", "Three"}) {
		t.Errorf("names = %v", names)
	}
}

func consistent() *abstractions.RequestHeaders {
	headers := abstractions.NewRequestHeaders()
	headers.Add("ConsistencyLevel", "eventual")
	return headers
}

func TestCallerNeedsThePermission(t *testing.T) {
	server := emulator.Start(t)
	s := register(t, server)
	graph := adapter(t, server, secretCredential(t, server, s.config.ClientID, s.config.ClientSecret), false)
	_, err := applications.NewApplicationsRequestBuilderInternal(path(graph), graph).Get(t.Context(), nil)
	wantGraphError(t, err, http.StatusForbidden, "Authorization_RequestDenied")
}
