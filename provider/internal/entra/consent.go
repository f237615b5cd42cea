// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/oauth2permissiongrants"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"
)

// Consent is what the tenant as a whole has granted to one application on Microsoft Graph.
type Consent struct {
	Delegated   []string // names of scopes, granted for all users
	Application []string // ids of app roles
}

// grantState is a Consent with the ids under which Graph keeps its parts.
type grantState struct {
	graph   ObjectID
	grantID string            // "" = no tenant-wide grant
	scopes  []string          // of that grant
	roles   map[string]string // app role id, lower case → assignment id
}

// Consent reads the tenant-wide consent of an application, given its service principal.
func (c *Client) Consent(ctx context.Context, principal ObjectID) (Consent, error) {
	state, err := c.grants(ctx, principal)
	if err != nil {
		return Consent{}, err
	}
	return state.consent(), nil
}

func (s grantState) consent() Consent {
	consent := Consent{Delegated: s.scopes}
	for role := range s.roles {
		consent.Application = append(consent.Application, role)
	}
	slices.Sort(consent.Application)
	return consent
}

// SetConsent makes the tenant-wide consent exactly what want says: what is missing is granted, what is more is revoked,
// and a grant that is there is adopted. It returns when Graph lists the result.
func (c *Client) SetConsent(ctx context.Context, principal ObjectID, want Consent) error {
	var state grantState
	err := c.policy.Retry(ctx, isLag, func(ctx context.Context) (err error) {
		state, err = c.grants(ctx, principal)
		return err
	})
	if err != nil {
		return err
	}
	if err := c.setScopes(ctx, principal, state, want.Delegated); err != nil {
		return err
	}
	if err := c.setRoles(ctx, principal, state, want.Application); err != nil {
		return err
	}
	return c.policy.Await(ctx, "Microsoft Graph to list the new consent", func(ctx context.Context) (bool, error) {
		now, err := c.Consent(ctx, principal)
		if isLag(err) {
			return false, nil
		}
		return err == nil && SameNames(now.Delegated, want.Delegated) && SameNames(now.Application, want.Application), err
	})
}

// RevokeConsent takes all tenant-wide consent on Microsoft Graph away. A service principal that is gone has none.
func (c *Client) RevokeConsent(ctx context.Context, principal ObjectID) error {
	state, err := c.grants(ctx, principal)
	if IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := c.setScopes(ctx, principal, state, nil); err != nil {
		return err
	}
	return c.setRoles(ctx, principal, state, nil)
}

// setScopes writes the delegated half: one grant of type AllPrincipals per client and resource.
func (c *Client) setScopes(ctx context.Context, principal ObjectID, state grantState, want []string) error {
	if SameNames(state.scopes, want) {
		return nil
	}
	if len(want) == 0 {
		return c.delete(ctx, "DELETE /oauth2PermissionGrants/{grant-id}", func(ctx context.Context) error {
			return c.grant(state.grantID).Delete(ctx, nil)
		})
	}
	if state.grantID == "" {
		adopted, err := c.createGrant(ctx, principal, state.graph, want)
		if err != nil || adopted == "" {
			return err
		}
		state.grantID = adopted
	}
	scope := strings.Join(want, " ")
	body := models.NewOAuth2PermissionGrant()
	body.SetScope(&scope)
	return c.policy.Retry(ctx, isLagOrUnknown, func(ctx context.Context) error {
		return send(ctx, "PATCH /oauth2PermissionGrants/{grant-id}", func(ctx context.Context) error {
			_, err := c.grant(state.grantID).Patch(ctx, body, nil)
			return err
		})
	})
}

// createGrant makes the tenant-wide grant. If there is one already, made by somebody else or by an attempt of ours whose
// answer was lost, it returns that one's id.
func (c *Client) createGrant(ctx context.Context, principal, graph ObjectID, scopes []string) (adopted string, err error) {
	client, resource, everybody, scope := string(principal), string(graph), "AllPrincipals", strings.Join(scopes, " ")
	body := models.NewOAuth2PermissionGrant()
	body.SetClientId(&client)
	body.SetResourceId(&resource)
	body.SetConsentType(&everybody)
	body.SetScope(&scope)
	err = c.policy.Retry(ctx, isLagOrUnknown, func(ctx context.Context) error {
		_, err := call(ctx, "POST /oauth2PermissionGrants", func(ctx context.Context) (models.OAuth2PermissionGrantable, error) {
			return oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(c.path(), c.adapter).Post(ctx, body, nil)
		})
		return err
	})
	if !alreadyExists(err) {
		return "", err
	}
	err = c.policy.Await(ctx, "Microsoft Graph to list the grant that is there", func(ctx context.Context) (bool, error) {
		found, err := c.grants(ctx, principal)
		adopted = found.grantID
		return adopted != "", err
	})
	return adopted, err
}

// setRoles writes the application half: one assignment per app role.
func (c *Client) setRoles(ctx context.Context, principal ObjectID, state grantState, want []string) error {
	var work []batchItem
	for _, role := range want {
		if _, granted := state.roles[strings.ToLower(role)]; !granted {
			work = append(work, batchItem{
				call: "POST /servicePrincipals/{sp-id}/appRoleAssignedTo", method: http.MethodPost,
				url:  "/servicePrincipals/" + url.PathEscape(string(state.graph)) + "/appRoleAssignedTo",
				body: map[string]string{"principalId": string(principal), "resourceId": string(state.graph), "appRoleId": role},
				done: alreadyExists,
			})
		}
	}
	for role, assignment := range state.roles {
		if !containsFold(want, role) {
			work = append(work, batchItem{
				call: "DELETE /servicePrincipals/{sp-id}/appRoleAssignments/{assignment-id}", method: http.MethodDelete,
				url:  "/servicePrincipals/" + url.PathEscape(string(principal)) + "/appRoleAssignments/" + url.PathEscape(assignment),
				done: IsNotFound,
			})
		}
	}
	return c.batch(ctx, work)
}

// grants reads the two lists of one application's consent, and drops what is granted for single users or on other APIs.
func (c *Client) grants(ctx context.Context, principal ObjectID) (grantState, error) {
	graph, err := c.graphPrincipal(ctx)
	if err != nil {
		return grantState{}, err
	}
	state := grantState{graph: graph, roles: map[string]string{}}
	if err := c.readScopes(ctx, principal, &state); err != nil {
		return grantState{}, err
	}
	return state, c.readRoles(ctx, principal, &state)
}

func (c *Client) readScopes(ctx context.Context, principal ObjectID, state *grantState) error {
	const name = "GET /oauth2PermissionGrants"
	filter := "clientId eq '" + string(principal) + "'"
	builder := oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(c.path(), c.adapter)
	page, err := call(ctx, name, func(ctx context.Context) (models.OAuth2PermissionGrantCollectionResponseable, error) {
		return builder.Get(ctx, &oauth2permissiongrants.Oauth2PermissionGrantsRequestBuilderGetRequestConfiguration{
			QueryParameters: &oauth2permissiongrants.Oauth2PermissionGrantsRequestBuilderGetQueryParameters{Filter: &filter},
		})
	})
	for err == nil {
		for _, grant := range page.GetValue() {
			if text(grant.GetConsentType()) == "AllPrincipals" && strings.EqualFold(text(grant.GetResourceId()), string(state.graph)) {
				state.grantID, state.scopes = text(grant.GetId()), strings.Fields(text(grant.GetScope()))
			}
		}
		next := text(page.GetOdataNextLink())
		if next == "" {
			return nil
		}
		if err = c.checkPage(next); err != nil {
			return err
		}
		page, err = call(ctx, name, func(ctx context.Context) (models.OAuth2PermissionGrantCollectionResponseable, error) {
			return builder.WithUrl(next).Get(ctx, nil)
		})
	}
	return err
}

func (c *Client) readRoles(ctx context.Context, principal ObjectID, state *grantState) error {
	const name = "GET /servicePrincipals/{sp-id}/appRoleAssignments"
	builder := c.servicePrincipal(principal).AppRoleAssignments()
	page, err := call(ctx, name, func(ctx context.Context) (models.AppRoleAssignmentCollectionResponseable, error) {
		return builder.Get(ctx, (*serviceprincipals.ItemAppRoleAssignmentsRequestBuilderGetRequestConfiguration)(nil))
	})
	for err == nil {
		for _, assignment := range page.GetValue() {
			resource, role := assignment.GetResourceId(), assignment.GetAppRoleId()
			if resource != nil && role != nil && strings.EqualFold(resource.String(), string(state.graph)) {
				state.roles[role.String()] = text(assignment.GetId())
			}
		}
		next := text(page.GetOdataNextLink())
		if next == "" {
			return nil
		}
		if err = c.checkPage(next); err != nil {
			return err
		}
		page, err = call(ctx, name, func(ctx context.Context) (models.AppRoleAssignmentCollectionResponseable, error) {
			return builder.WithUrl(next).Get(ctx, nil)
		})
	}
	return err
}

func (c *Client) grant(id string) *oauth2permissiongrants.OAuth2PermissionGrantItemRequestBuilder {
	return oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(c.path(), c.adapter).ByOAuth2PermissionGrantId(id)
}

// checkPage refuses a next page on another host: the token would not go there, and nothing good would come back.
func (c *Client) checkPage(next string) error {
	u, err := url.Parse(next)
	if err != nil || u.Host != c.pageHost {
		return fmt.Errorf("refusing a page of a list: Microsoft Graph names a next page on another host than %s: %q", c.pageHost, next)
	}
	return nil
}

// SameNames compares two sets of names without case and order.
func SameNames(a, b []string) bool { return slices.Equal(normalised(a), normalised(b)) }

func normalised(names []string) []string {
	list := make([]string, 0, len(names))
	for _, name := range names {
		list = append(list, strings.ToLower(name))
	}
	slices.Sort(list)
	return slices.Compact(list)
}
