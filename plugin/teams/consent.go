// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Consent is what of the permissions at Microsoft Graph is granted for the whole tenant.
type Consent struct {
	Wanted  int      // how many permissions
	Missing []string // e.g. "User.Read.All (application)"
}

// errNoPrincipal tells that nobody ever consented to anything: that makes the service principal.
var errNoPrincipal = errors.New("the application has no service principal in the tenant")

// Consent compares what the application's registration requests with what is granted, as the account's owner: the set-up
// guide's permissions let no application read its own grants, but do let people (Directory.Read.All). A registration of
// another tenant, or one that requests nothing, is compared with the set-up guide.
func (c *Client) Consent(ctx context.Context, as bridge.AccountID) (Consent, error) {
	own, err := c.principal(ctx, as, c.config.ClientID)
	if err != nil {
		return Consent{}, err
	}
	graph, err := c.principal(ctx, as, catalog.GraphAppID)
	if err != nil {
		return Consent{}, err
	}
	wanted, err := c.requested(ctx, as)
	if err != nil {
		return Consent{}, err
	}
	granted, err := c.granted(ctx, as, own, graph)
	if err != nil {
		return Consent{}, err
	}
	consent := Consent{Wanted: len(wanted)}
	for _, permission := range wanted {
		if !slices.ContainsFunc(granted, func(have string) bool { return strings.EqualFold(have, permission) }) {
			consent.Missing = append(consent.Missing, permission)
		}
	}
	return consent, nil
}

// principal returns the object id of an application's service principal.
func (c *Client) principal(ctx context.Context, as bridge.AccountID, appID string) (string, error) {
	found, err := list[struct{ ID string }](ctx, c, request{method: "GET", route: "/servicePrincipals", query: "$select=id&$filter=" + equals("appId", appID), as: as, repeat: true})
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", &bridge.Failure{Class: bridge.UserAction, Err: errNoPrincipal}
	}
	return found[0].ID, nil
}

// requested returns what the registration requests at Graph.
func (c *Client) requested(ctx context.Context, as bridge.AccountID) ([]string, error) {
	type access struct{ ID, Type string }
	registrations, err := list[struct {
		Required []struct {
			Resource string   `json:"resourceAppId"`
			Access   []access `json:"resourceAccess"`
		} `json:"requiredResourceAccess"`
	}](ctx, c, request{method: "GET", route: "/applications", query: "$select=id,requiredResourceAccess&$filter=" + equals("appId", c.config.ClientID), as: as, repeat: true})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, registration := range registrations {
		for _, required := range registration.Required {
			if !strings.EqualFold(required.Resource, catalog.GraphAppID) {
				continue
			}
			for _, a := range required.Access {
				kind := catalog.Delegated
				if a.Type == "Role" {
					kind = catalog.Application
				}
				names = append(names, permissionName(kind, a.ID))
			}
		}
	}
	if len(names) > 0 {
		return names, nil
	}
	for _, kind := range []catalog.Kind{catalog.Delegated, catalog.Application} {
		for _, name := range catalog.Guide(kind) {
			names = append(names, spelt(kind, name))
		}
	}
	return names, nil
}

// granted returns what is granted at Graph for everybody.
func (c *Client) granted(ctx context.Context, as bridge.AccountID, own, graph string) ([]string, error) {
	roles, err := list[struct {
		Resource string `json:"resourceId"`
		Role     string `json:"appRoleId"`
	}](ctx, c, request{method: "GET", route: "/servicePrincipals/{sp-id}/appRoleAssignments", path: []string{own}, as: as, repeat: true})
	if err != nil {
		return nil, err
	}
	grants, err := list[struct {
		Resource string `json:"resourceId"`
		For      string `json:"consentType"`
		Scope    string
	}](ctx, c, request{method: "GET", route: "/oauth2PermissionGrants", query: "$filter=" + equals("clientId", own), as: as, repeat: true})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range roles {
		if r.Resource == graph {
			names = append(names, permissionName(catalog.Application, r.Role))
		}
	}
	for _, g := range grants {
		if g.Resource == graph && g.For == "AllPrincipals" {
			for _, name := range strings.Fields(g.Scope) {
				names = append(names, spelt(catalog.Delegated, name))
			}
		}
	}
	return names, nil
}

// equals is a filter, encoded.
func equals(property, value string) string {
	return strings.ReplaceAll(url.QueryEscape(fmt.Sprintf("%s eq '%s'", property, strings.ReplaceAll(value, "'", "''"))), "+", "%20")
}

// permissionName spells a permission of Graph; one that is not in the catalogue by its id.
func permissionName(kind catalog.Kind, id string) string {
	if permission, ok := catalog.ByID(kind, id); ok {
		return spelt(kind, permission.Name)
	}
	return spelt(kind, id)
}

func spelt(kind catalog.Kind, name string) string { return fmt.Sprintf("%s (%s)", name, kind) }
