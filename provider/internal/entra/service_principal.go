// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipalswithappid"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
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

// AwaitServicePrincipal reads the account of an application that may have been registered a moment ago.
func (c *Client) AwaitServicePrincipal(ctx context.Context, id ClientID) (principal ServicePrincipal, err error) {
	err = c.policy.Retry(ctx, isLag, func(ctx context.Context) (err error) {
		principal, err = c.ServicePrincipalByClientID(ctx, id)
		return err
	})
	if IsNotFound(err) {
		err = fmt.Errorf("no application with client id %s has an account (service principal) in this tenant: %w", id, err)
	}
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

// graphPrincipal returns the object id of Microsoft Graph's own service principal, asking once.
func (c *Client) graphPrincipal(ctx context.Context) (ObjectID, error) {
	c.mu.Lock()
	known := c.graphID
	c.mu.Unlock()
	if known != "" {
		return known, nil
	}
	graph, err := c.ServicePrincipalByClientID(ctx, catalog.GraphAppID)
	if err != nil {
		return "", fmt.Errorf("looking for Microsoft Graph's service principal in the tenant: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.graphID = graph.ObjectID
	return graph.ObjectID, nil
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
