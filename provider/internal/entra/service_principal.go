// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipalswithappid"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// ServicePrincipal is an application's account in the tenant ("Enterprise application" in the portal).
type ServicePrincipal struct {
	ObjectID           ObjectID // read-only
	ClientID           ClientID // read-only
	DisplayName        string   // read-only
	Enabled            bool
	AssignmentRequired bool // "Assignment required?"; true takes the validation tokens from change notifications
}

var servicePrincipalFields = []string{"id", "appId", "displayName", "accountEnabled", "appRoleAssignmentRequired"}

// CreateServicePrincipal makes the account of an application, or adopts the one that is there.
func (c *Client) CreateServicePrincipal(ctx context.Context, id ClientID) (principal ServicePrincipal, err error) {
	appID := string(id)
	body := models.NewServicePrincipal()
	body.SetAppId(&appID)
	err = c.policy.Retry(ctx, isLagOrUnknown, func(ctx context.Context) error {
		created, err := call(ctx, "POST /servicePrincipals", func(ctx context.Context) (models.ServicePrincipalable, error) {
			return serviceprincipals.NewServicePrincipalsRequestBuilderInternal(c.path(), c.adapter).Post(ctx, body, nil)
		})
		if alreadyExists(err) {
			principal, err = c.ServicePrincipalByClientID(ctx, id)
			return err
		}
		if err == nil {
			principal = readServicePrincipal(created)
		}
		return err
	})
	return principal, err
}

// ServicePrincipal reads an account by its object id.
func (c *Client) ServicePrincipal(ctx context.Context, id ObjectID) (ServicePrincipal, error) {
	found, err := call(ctx, "GET /servicePrincipals/{sp-id}", func(ctx context.Context) (models.ServicePrincipalable, error) {
		return c.servicePrincipal(id).Get(ctx, &serviceprincipals.ServicePrincipalItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &serviceprincipals.ServicePrincipalItemRequestBuilderGetQueryParameters{Select: servicePrincipalFields},
		})
	})
	if err != nil {
		return ServicePrincipal{}, err
	}
	return readServicePrincipal(found), nil
}

// ServicePrincipalByClientID reads an account by the client id of its application.
func (c *Client) ServicePrincipalByClientID(ctx context.Context, id ClientID) (ServicePrincipal, error) {
	appID := string(id)
	found, err := call(ctx, "GET /servicePrincipals/{sp-id}", func(ctx context.Context) (models.ServicePrincipalable, error) {
		return serviceprincipalswithappid.NewServicePrincipalsWithAppIdRequestBuilderInternal(c.path(), c.adapter, &appID).
			Get(ctx, &serviceprincipalswithappid.ServicePrincipalsWithAppIdRequestBuilderGetRequestConfiguration{
				QueryParameters: &serviceprincipalswithappid.ServicePrincipalsWithAppIdRequestBuilderGetQueryParameters{Select: servicePrincipalFields},
			})
	})
	if err != nil {
		return ServicePrincipal{}, err
	}
	return readServicePrincipal(found), nil
}

// AwaitServicePrincipal reads the account of an application. It waits for one that this run of Terraform has made and for
// one whose application exists; an id that nothing in the tenant has is decided after a second look.
func (c *Client) AwaitServicePrincipal(ctx context.Context, id ClientID) (principal ServicePrincipal, err error) {
	if c.Claimed(string(id)) {
		return c.awaitServicePrincipal(ctx, c.policy, id)
	}
	secondLook := c.policy
	secondLook.Timeout = min(secondLookWait, c.policy.Limit())
	principal, err = c.awaitServicePrincipal(ctx, secondLook, id)
	if !IsNotFound(err) {
		return principal, err
	}
	var missing *Error // without the words about the time that was waited
	errors.As(err, &missing)
	app, appErr := c.ApplicationByClientID(ctx, id)
	switch {
	case IsNotFound(appErr):
		return principal, fmt.Errorf("the tenant has no application with the client id %s, neither an app registration nor a service principal; check the id for a typing error, and that it is the client id and not the object id: %w", id, missing)
	case appErr == nil && time.Since(app.Created) > c.policy.Limit():
		return principal, fmt.Errorf("the app registration %q with the client id %s has no service principal in this tenant; declare it as msteamssync_application, or make one under Enterprise applications in the portal: %w", app.DisplayName, id, missing)
	}
	return c.awaitServicePrincipal(ctx, c.policy, id)
}

// secondLookWait is how long an id that nothing points to is looked for.
const secondLookWait = 3 * time.Second

func (c *Client) awaitServicePrincipal(ctx context.Context, policy consistency.Policy, id ClientID) (principal ServicePrincipal, err error) {
	err = policy.Retry(ctx, isLag, func(ctx context.Context) (err error) {
		principal, err = c.ServicePrincipalByClientID(ctx, id)
		return err
	})
	return principal, err
}

// UpdateServicePrincipal writes Enabled and AssignmentRequired.
func (c *Client) UpdateServicePrincipal(ctx context.Context, principal ServicePrincipal) error {
	body := models.NewServicePrincipal()
	body.SetAccountEnabled(&principal.Enabled)
	body.SetAppRoleAssignmentRequired(&principal.AssignmentRequired)
	return c.policy.Retry(ctx, isLagOrUnknown, func(ctx context.Context) error {
		return send(ctx, "PATCH /servicePrincipals/{sp-id}", func(ctx context.Context) error {
			_, err := c.servicePrincipal(principal.ObjectID).Patch(ctx, body, nil)
			return err
		})
	})
}

// knownGraphPrincipal is the object id of Microsoft Graph's own service principal, or empty before it was read.
func (c *Client) knownGraphPrincipal() ObjectID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.graphID
}

func (c *Client) rememberGraphPrincipal(graph ServicePrincipal) ObjectID {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.graphID = graph.ObjectID
	return graph.ObjectID
}

// graphPrincipalItem reads Microsoft Graph's service principal. Its full answer has two megabytes, so little is selected.
func graphPrincipalItem(graph *ServicePrincipal) batchItem {
	return batchItem{
		call: "GET /servicePrincipals/{sp-id}", method: http.MethodGet, url: "/servicePrincipals(appId='" + catalog.GraphAppID + "')?$select=id,appId",
		read: func(body json.RawMessage) error {
			found, err := parse[models.ServicePrincipalable](body, models.CreateServicePrincipalFromDiscriminatorValue)
			if err == nil {
				*graph = readServicePrincipal(found)
			}
			return err
		},
	}
}

func (c *Client) servicePrincipal(id ObjectID) *serviceprincipals.ServicePrincipalItemRequestBuilder {
	return serviceprincipals.NewServicePrincipalsRequestBuilderInternal(c.path(), c.adapter).ByServicePrincipalId(string(id))
}

func readServicePrincipal(m models.ServicePrincipalable) ServicePrincipal {
	return ServicePrincipal{
		ObjectID: ObjectID(text(m.GetId())), ClientID: ClientID(text(m.GetAppId())), DisplayName: text(m.GetDisplayName()),
		Enabled: truth(m.GetAccountEnabled()), AssignmentRequired: truth(m.GetAppRoleAssignmentRequired()),
	}
}
