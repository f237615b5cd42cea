// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/oauth2permissiongrants"
)

// Consent is what the tenant as a whole has granted to one application on Microsoft Graph.
type Consent struct {
	Delegated   []string // names of scopes, granted for all users
	Application []string // ids of app roles

	Users []UserGrant // what single users have granted; read-only
}

// UserGrant is a delegated permission that one user has granted for themselves.
type UserGrant struct {
	User  ObjectID
	Scope string
}

// String is the user's object id and the name of the scope, with a colon between them.
func (g UserGrant) String() string { return string(g.User) + ":" + g.Scope }

// IsEmpty says whether nothing is granted for everybody.
func (c Consent) IsEmpty() bool { return len(c.Delegated)+len(c.Application) == 0 }

// everybody is the consent type of a grant for all users of the tenant.
const everybody = "AllPrincipals"

// grantState is a Consent with the ids under which Graph keeps its parts.
type grantState struct {
	graph   ObjectID
	grantID string            // "" = no tenant-wide grant
	scopes  []string          // of that grant
	users   []UserGrant       // of the grants of single users
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
	consent := Consent{Delegated: s.scopes, Users: s.users}
	for role := range s.roles {
		consent.Application = append(consent.Application, role)
	}
	slices.Sort(consent.Application)
	return consent
}

// SetConsent makes the tenant-wide consent exactly what want says: what is missing is granted, what is more is revoked,
// and a grant that is there is adopted. It returns, when Graph lists the result, what had been granted before.
func (c *Client) SetConsent(ctx context.Context, principal ObjectID, want Consent) (before Consent, err error) {
	var state grantState
	err = c.policy.Retry(ctx, isLag, func(ctx context.Context) (err error) {
		state, err = c.grants(ctx, principal)
		return err
	})
	if err != nil {
		return before, err
	}
	before = state.consent()
	if err := c.setScopes(ctx, principal, state, want.Delegated); err != nil {
		return before, err
	}
	if err := c.setRoles(ctx, principal, state, want.Application); err != nil {
		return before, err
	}
	return before, c.policy.Await(ctx, "Microsoft Graph to list the new consent", func(ctx context.Context) (bool, error) {
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
	client, resource, consentType, scope := string(principal), string(graph), everybody, strings.Join(scopes, " ")
	body := models.NewOAuth2PermissionGrant()
	body.SetClientId(&client)
	body.SetResourceId(&resource)
	body.SetConsentType(&consentType)
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

// grants reads the two lists of one application's consent in one request, and drops what is granted on other APIs.
func (c *Client) grants(ctx context.Context, principal ObjectID) (grantState, error) {
	var (
		graph  ServicePrincipal
		scopes models.OAuth2PermissionGrantCollectionResponseable
		roles  models.AppRoleAssignmentCollectionResponseable
	)
	items := []batchItem{
		{
			call: "GET /oauth2PermissionGrants", method: http.MethodGet,
			url: "/oauth2PermissionGrants?$filter=" + escapeQuery("clientId eq '"+quoted(string(principal))+"'"),
			read: func(body json.RawMessage) (err error) {
				scopes, err = parse[models.OAuth2PermissionGrantCollectionResponseable](body, models.CreateOAuth2PermissionGrantCollectionResponseFromDiscriminatorValue)
				return err
			},
		},
		{
			call: "GET /servicePrincipals/{sp-id}/appRoleAssignments", method: http.MethodGet,
			url: "/servicePrincipals/" + url.PathEscape(string(principal)) + "/appRoleAssignments",
			read: func(body json.RawMessage) (err error) {
				roles, err = parse[models.AppRoleAssignmentCollectionResponseable](body, models.CreateAppRoleAssignmentCollectionResponseFromDiscriminatorValue)
				return err
			},
		},
	}
	known := c.knownGraphPrincipal()
	if known == "" {
		items = append(items, graphPrincipalItem(&graph))
	}
	if err := c.readBatch(ctx, items); err != nil {
		return grantState{}, err
	}
	if known == "" {
		known = c.rememberGraphPrincipal(graph)
	}
	state := grantState{graph: known, roles: map[string]string{}}
	if err := c.readScopes(ctx, scopes, &state); err != nil {
		return grantState{}, err
	}
	return state, c.readRoles(ctx, principal, roles, &state)
}

// readScopes takes the first page of delegated grants and reads the others.
func (c *Client) readScopes(ctx context.Context, page models.OAuth2PermissionGrantCollectionResponseable, state *grantState) (err error) {
	builder := oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(c.path(), c.adapter)
	for {
		for _, grant := range page.GetValue() {
			if !strings.EqualFold(text(grant.GetResourceId()), string(state.graph)) {
				continue
			}
			names := strings.Fields(text(grant.GetScope()))
			if text(grant.GetConsentType()) == everybody {
				state.grantID, state.scopes = text(grant.GetId()), names
				continue
			}
			for _, name := range names {
				state.users = append(state.users, UserGrant{ObjectID(text(grant.GetPrincipalId())), name})
			}
		}
		next := text(page.GetOdataNextLink())
		if next == "" {
			return nil
		}
		if err = c.checkPage(next); err != nil {
			return err
		}
		page, err = call(ctx, "GET /oauth2PermissionGrants", func(ctx context.Context) (models.OAuth2PermissionGrantCollectionResponseable, error) {
			return builder.WithUrl(next).Get(ctx, nil)
		})
		if err != nil {
			return err
		}
	}
}

// readRoles is readScopes for app roles.
func (c *Client) readRoles(ctx context.Context, principal ObjectID, page models.AppRoleAssignmentCollectionResponseable, state *grantState) (err error) {
	builder := c.servicePrincipal(principal).AppRoleAssignments()
	for {
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
		page, err = call(ctx, "GET /servicePrincipals/{sp-id}/appRoleAssignments", func(ctx context.Context) (models.AppRoleAssignmentCollectionResponseable, error) {
			return builder.WithUrl(next).Get(ctx, nil)
		})
		if err != nil {
			return err
		}
	}
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
