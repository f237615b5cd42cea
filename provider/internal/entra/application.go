// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/applicationswithappid"
	"github.com/microsoftgraph/msgraph-sdk-go/applicationswithuniquename"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Application is an app registration as the set-up guide describes it. For the sets, nil and empty are the same: none.
type Application struct {
	ObjectID ObjectID  // read-only
	ClientID ClientID  // read-only
	Created  time.Time // read-only
	Deleted  time.Time // read-only; zero unless it stands in the deleted items

	UniqueName string // read-only

	DisplayName    string
	SignInAudience string // e.g. AzureADMyOrg

	RedirectURIs             []string // platform "Web"
	SPARedirectURIs          []string // platform "Single-page application"
	PublicClientRedirectURIs []string // platform "Mobile and desktop applications"
	ImplicitAccessTokens     bool     // tokens straight from the authorize endpoint, used for implicit flows
	ImplicitIDTokens         bool
	FallbackPublicClient     bool // "Allow public client flows"

	Delegated   []string // ids of the Microsoft Graph scopes that the registration requests
	Application []string // ids of the Microsoft Graph app roles that the registration requests

	// Certificates are those that the registration may log in with. Unlike for the sets, nil leaves them alone when the
	// registration is written, and empty removes them all.
	Certificates []Certificate

	otherKeys []models.KeyCredentialable          // key credentials of other types and usages, kept as they are
	otherAPIs []models.RequiredResourceAccessable // requested permissions of other APIs, kept as they are
}

var applicationFields = []string{
	"id", "appId", "createdDateTime", "deletedDateTime", "uniqueName", "displayName", "signInAudience", "web", "spa", "publicClient",
	"isFallbackPublicClient", "requiredResourceAccess",
}

// credentialFields hold the certificates' bytes only when they are asked for by name, for one registration at a time.
var credentialFields = append(slices.Clone(applicationFields), "passwordCredentials", "keyCredentials")

// CreateApplication registers an application. It is an upsert under a random unique name, so that a dropped answer is
// repeated without registering a second one (Graph docs, "Upsert application").
func (c *Client) CreateApplication(ctx context.Context, app Application) (Application, error) {
	name := uniqueNamePrefix + uuid.NewString()
	upsert := applicationswithuniquename.NewApplicationsWithUniqueNameRequestBuilderInternal(c.path(), c.adapter, &name)
	prefer := abstractions.NewRequestHeaders()
	prefer.Add("Prefer", "create-if-missing")
	var created models.Applicationable
	err := c.policy.Retry(ctx, IsUnknownOutcome, func(ctx context.Context) (err error) {
		created, err = call(ctx, "PATCH /applications(uniqueName='{unique-name}')", func(ctx context.Context) (models.Applicationable, error) {
			return upsert.Patch(ctx, app.body(), &applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilderPatchRequestConfiguration{Headers: prefer})
		})
		return err
	})
	if err == nil && created == nil { // 204: an earlier attempt had registered it
		err = c.policy.Retry(ctx, isLag, func(ctx context.Context) (err error) {
			created, err = call(ctx, "GET /applications/{app-object-id}", func(ctx context.Context) (models.Applicationable, error) {
				return upsert.Get(ctx, nil)
			})
			return err
		})
	}
	if err != nil {
		return Application{}, err
	}
	return c.remember(created), nil
}

// Application reads a registration by its object id.
func (c *Client) Application(ctx context.Context, id ObjectID) (Application, error) {
	found, err := call(ctx, "GET /applications/{app-object-id}", func(ctx context.Context) (models.Applicationable, error) {
		return c.application(id).Get(ctx, &applications.ApplicationItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &applications.ApplicationItemRequestBuilderGetQueryParameters{Select: applicationFields},
		})
	})
	if err != nil {
		return Application{}, err
	}
	return c.remember(found), nil
}

// AwaitApplication reads a registration that was made a moment ago.
func (c *Client) AwaitApplication(ctx context.Context, id ObjectID) (app Application, err error) {
	err = c.policy.Retry(ctx, isLag, func(ctx context.Context) (err error) {
		app, err = c.Application(ctx, id)
		return err
	})
	return app, err
}

// ApplicationByClientID reads a registration by its client id.
func (c *Client) ApplicationByClientID(ctx context.Context, id ClientID) (Application, error) {
	found, err := c.applicationWith(ctx, id, applicationFields)
	if err != nil {
		return Application{}, err
	}
	return c.remember(found), nil
}

// UpdateApplication makes the registration what app says, as far as it is not that already. Requested permissions of
// other APIs than Microsoft Graph stay, and so do the certificates when app does not name them.
func (c *Client) UpdateApplication(ctx context.Context, app Application) error {
	var current Application
	err := c.policy.Retry(ctx, isLag, func(ctx context.Context) error {
		found, err := call(ctx, "GET /applications/{app-object-id}", func(ctx context.Context) (models.Applicationable, error) {
			return c.application(app.ObjectID).Get(ctx, &applications.ApplicationItemRequestBuilderGetRequestConfiguration{
				QueryParameters: &applications.ApplicationItemRequestBuilderGetQueryParameters{Select: credentialFields},
			})
		})
		if err == nil {
			current = readApplication(found)
		}
		return err
	})
	if err != nil || app.matches(current) {
		return err
	}
	app.otherAPIs, app.otherKeys = current.otherAPIs, current.otherKeys
	app.Certificates = keepKeyIDs(app.Certificates, current.Certificates)
	return c.policy.Retry(ctx, isLagOrUnknown, func(ctx context.Context) error {
		return send(ctx, "PATCH /applications/{app-object-id}", func(ctx context.Context) error {
			_, err := c.application(app.ObjectID).Patch(ctx, app.body(), nil)
			return err
		})
	})
}

// matches says whether writing a over current would change nothing.
func (a Application) matches(current Application) bool {
	same := func(x, y []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y)))
	}
	return a.DisplayName == current.DisplayName && a.SignInAudience == current.SignInAudience &&
		same(a.RedirectURIs, current.RedirectURIs) && same(a.SPARedirectURIs, current.SPARedirectURIs) &&
		same(a.PublicClientRedirectURIs, current.PublicClientRedirectURIs) &&
		a.ImplicitAccessTokens == current.ImplicitAccessTokens && a.ImplicitIDTokens == current.ImplicitIDTokens &&
		a.FallbackPublicClient == current.FallbackPublicClient &&
		SameNames(a.Delegated, current.Delegated) && SameNames(a.Application, current.Application) &&
		(a.Certificates == nil || SameNames(thumbprints(a.Certificates), thumbprints(current.Certificates)))
}

// DeleteApplication moves a registration to the deleted items, where it stays for 30 days. A missing one is no error.
func (c *Client) DeleteApplication(ctx context.Context, id ObjectID) error {
	return c.delete(ctx, "DELETE /applications/{app-object-id}", func(ctx context.Context) error {
		return c.application(id).Delete(ctx, nil)
	})
}

// delete repeats an unknown outcome and takes "not found" for done.
func (c *Client) delete(ctx context.Context, name string, do func(context.Context) error) error {
	err := c.policy.Retry(ctx, IsUnknownOutcome, func(ctx context.Context) error { return send(ctx, name, do) })
	if IsNotFound(err) {
		return nil
	}
	return err
}

func (c *Client) application(id ObjectID) *applications.ApplicationItemRequestBuilder {
	return applications.NewApplicationsRequestBuilderInternal(c.path(), c.adapter).ByApplicationId(string(id))
}

func (c *Client) applicationWith(ctx context.Context, id ClientID, fields []string) (models.Applicationable, error) {
	appID := string(id)
	return call(ctx, "GET /applications/{app-object-id}", func(ctx context.Context) (models.Applicationable, error) {
		return applicationswithappid.NewApplicationsWithAppIdRequestBuilderInternal(c.path(), c.adapter, &appID).
			Get(ctx, &applicationswithappid.ApplicationsWithAppIdRequestBuilderGetRequestConfiguration{
				QueryParameters: &applicationswithappid.ApplicationsWithAppIdRequestBuilderGetQueryParameters{Select: fields},
			})
	})
}

// remember converts a registration and keeps its object id for calls that are given the client id.
func (c *Client) remember(m models.Applicationable) Application {
	app := readApplication(m)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.objects[app.ClientID] = app.ObjectID
	return app
}

// objectID returns the object id of a registration that is known by its client id, asking Graph once.
func (c *Client) objectID(ctx context.Context, id ClientID) (ObjectID, error) {
	c.mu.Lock()
	known, ok := c.objects[id]
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	var app Application
	err := c.policy.Retry(ctx, isLag, func(ctx context.Context) (err error) {
		app, err = c.ApplicationByClientID(ctx, id)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("looking for the app registration with client id %s: %w", id, err)
	}
	return app.ObjectID, nil
}

func readApplication(m models.Applicationable) Application {
	app := Application{
		ObjectID: ObjectID(text(m.GetId())), ClientID: ClientID(text(m.GetAppId())),
		DisplayName: text(m.GetDisplayName()), SignInAudience: text(m.GetSignInAudience()),
		FallbackPublicClient: truth(m.GetIsFallbackPublicClient()),
	}
	if created := m.GetCreatedDateTime(); created != nil {
		app.Created = *created
	}
	if deleted := m.GetDeletedDateTime(); deleted != nil {
		app.Deleted = *deleted
	}
	app.UniqueName = text(m.GetUniqueName())
	app.Certificates, app.otherKeys = readCertificates(m.GetKeyCredentials())
	if web := m.GetWeb(); web != nil {
		app.RedirectURIs = web.GetRedirectUris()
		if implicit := web.GetImplicitGrantSettings(); implicit != nil {
			app.ImplicitAccessTokens = truth(implicit.GetEnableAccessTokenIssuance())
			app.ImplicitIDTokens = truth(implicit.GetEnableIdTokenIssuance())
		}
	}
	if spa := m.GetSpa(); spa != nil {
		app.SPARedirectURIs = spa.GetRedirectUris()
	}
	if public := m.GetPublicClient(); public != nil {
		app.PublicClientRedirectURIs = public.GetRedirectUris()
	}
	for _, api := range m.GetRequiredResourceAccess() {
		if !strings.EqualFold(text(api.GetResourceAppId()), catalog.GraphAppID) {
			app.otherAPIs = append(app.otherAPIs, api)
			continue
		}
		for _, access := range api.GetResourceAccess() {
			if access.GetId() == nil {
				continue
			}
			if text(access.GetTypeEscaped()) == "Role" {
				app.Application = append(app.Application, access.GetId().String())
			} else {
				app.Delegated = append(app.Delegated, access.GetId().String())
			}
		}
	}
	return app
}

// body is the registration as a request body. Empty sets are written, because leaving them out would leave them alone.
func (a Application) body() models.Applicationable {
	m := models.NewApplication()
	m.SetDisplayName(&a.DisplayName)
	m.SetSignInAudience(&a.SignInAudience)
	m.SetIsFallbackPublicClient(&a.FallbackPublicClient)

	implicit := models.NewImplicitGrantSettings()
	implicit.SetEnableAccessTokenIssuance(&a.ImplicitAccessTokens)
	implicit.SetEnableIdTokenIssuance(&a.ImplicitIDTokens)
	web := models.NewWebApplication()
	web.SetRedirectUris(orEmpty(a.RedirectURIs))
	web.SetImplicitGrantSettings(implicit)
	m.SetWeb(web)
	spa := models.NewSpaApplication()
	spa.SetRedirectUris(orEmpty(a.SPARedirectURIs))
	m.SetSpa(spa)
	public := models.NewPublicClientApplication()
	public.SetRedirectUris(orEmpty(a.PublicClientRedirectURIs))
	m.SetPublicClient(public)

	apis := append([]models.RequiredResourceAccessable{}, a.otherAPIs...)
	if len(a.Delegated)+len(a.Application) > 0 {
		graph, graphAppID := models.NewRequiredResourceAccess(), catalog.GraphAppID
		graph.SetResourceAppId(&graphAppID)
		graph.SetResourceAccess(append(resourceAccess("Scope", a.Delegated), resourceAccess("Role", a.Application)...))
		apis = append(apis, graph)
	}
	m.SetRequiredResourceAccess(apis)
	if a.Certificates != nil {
		m.SetKeyCredentials(append(keyCredentials(a.Certificates), a.otherKeys...))
	}
	return m
}

func resourceAccess(kind string, ids []string) []models.ResourceAccessable {
	var list []models.ResourceAccessable
	for _, id := range ids {
		parsed, err := uuid.Parse(id)
		if err != nil {
			continue // the plan has refused it
		}
		access := models.NewResourceAccess()
		access.SetId(&parsed)
		access.SetTypeEscaped(&kind)
		list = append(list, access)
	}
	return list
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func truth(b *bool) bool { return b != nil && *b }

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
