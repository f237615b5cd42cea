// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

func (a *api) registerConsent(front *graph.Front) {
	of := graph.Collection(grants)
	front.Handle("GET", "/oauth2PermissionGrants", a.listGrants, of)
	front.Handle("POST", "/oauth2PermissionGrants", a.createGrant, of)
	front.Handle("GET", grantPath, a.getGrant, of)
	front.Handle("PATCH", grantPath, a.patchGrant, of)
	front.Handle("DELETE", grantPath, a.deleteGrant, of)
	front.Handle("GET", principalPath+"/oauth2PermissionGrants", a.listGrantsOfPrincipal, of, graph.SameAs("GET /oauth2PermissionGrants"))

	of = graph.Collection(assignments)
	for _, side := range []string{"appRoleAssignedTo", "appRoleAssignments"} {
		path := principalPath + "/" + side
		front.Handle("GET", path, a.listAssignments(side), of)
		front.Handle("POST", path, a.createAssignment(side), of)
		front.Handle("GET", path+"/{assignment-id}", a.getAssignment(side), of, graph.SameAs("GET "+path))
		front.Handle("DELETE", path+"/{assignment-id}", a.deleteAssignment(side), of)
	}
}

func bornGrant(g directory.Grant) time.Time { return g.Born }

func (a *api) listGrants(call *graph.Call) (*graph.Response, error) {
	return list(a, call, grants, a.dir.Grants(), bornGrant)
}

func (a *api) listGrantsOfPrincipal(call *graph.Call) (*graph.Response, error) {
	principal, err := a.principal(call)
	if err != nil {
		return nil, err
	}
	var own []directory.Grant
	for _, g := range a.dir.Grants() {
		if g.ClientID == principal.ID {
			own = append(own, g)
		}
	}
	return list(a, call, grants, own, bornGrant)
}

func (a *api) grant(call *graph.Call) (directory.Grant, error) {
	id := call.Path["grant-id"]
	g, ok := a.dir.Grant(id)
	if !ok || a.lag.Hidden(grants, g.Born) {
		return directory.Grant{}, graph.NotFound(id)
	}
	return g, nil
}

func (a *api) getGrant(call *graph.Call) (*graph.Response, error) {
	g, err := a.grant(call)
	if err != nil {
		return nil, err
	}
	return one(call, grants, g)
}

func (a *api) createGrant(call *graph.Call) (*graph.Response, error) {
	var g directory.Grant
	if err := call.Decode(&g); err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	for _, id := range []string{g.ClientID, g.ResourceID} {
		if principal, ok := a.dir.ServicePrincipal(id); !ok || a.lag.Hidden(servicePrincipals, principal.Born) {
			return nil, graph.BadRequest("Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
		}
	}
	g, err := a.dir.CreateGrant(g)
	if err != nil {
		return nil, refusal(err)
	}
	document, err := graph.Entity(call, grants, g)
	if err != nil {
		return nil, err
	}
	return graph.Created(document, call.BaseURL+"/v1.0/oauth2PermissionGrants/"+g.ID), nil
}

func (a *api) patchGrant(call *graph.Call) (*graph.Response, error) {
	g, err := a.grant(call)
	if err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	var body struct {
		Scope *string `json:"scope"`
	}
	if err := call.Decode(&body); err != nil {
		return nil, err
	}
	if body.Scope != nil {
		if err := a.dir.SetGrantScope(g.ID, *body.Scope); err != nil {
			return nil, refusal(err)
		}
	}
	return graph.NoContent(), nil
}

func (a *api) deleteGrant(call *graph.Call) (*graph.Response, error) {
	g, err := a.grant(call)
	if err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	if err := a.dir.DeleteGrant(g.ID); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

// belongs says whether an assignment shows on a side of a service principal: roles of it that others have
// (appRoleAssignedTo), or roles that it has elsewhere (appRoleAssignments).
func belongs(x directory.Assignment, side, principalID string) bool {
	if side == "appRoleAssignedTo" {
		return x.ResourceID == principalID
	}
	return x.PrincipalID == principalID
}

func (a *api) listAssignments(side string) graph.Handler {
	return func(call *graph.Call) (*graph.Response, error) {
		principal, err := a.principal(call)
		if err != nil {
			return nil, err
		}
		var own []directory.Assignment
		for _, x := range a.dir.Assignments() {
			if belongs(x, side, principal.ID) {
				own = append(own, x)
			}
		}
		return list(a, call, assignments, own, func(x directory.Assignment) time.Time { return x.Born })
	}
}

func (a *api) assignment(call *graph.Call, side string) (directory.Assignment, error) {
	principal, err := a.principal(call)
	if err != nil {
		return directory.Assignment{}, err
	}
	for _, x := range a.dir.Assignments() {
		if x.ID == call.Path["assignment-id"] && belongs(x, side, principal.ID) && !a.lag.Hidden(assignments, x.Born) {
			return x, nil
		}
	}
	return directory.Assignment{}, graph.NotFound(call.Path["assignment-id"])
}

func (a *api) getAssignment(side string) graph.Handler {
	return func(call *graph.Call) (*graph.Response, error) {
		x, err := a.assignment(call, side)
		if err != nil {
			return nil, err
		}
		return one(call, "appRoleAssignments", x)
	}
}

func (a *api) createAssignment(side string) graph.Handler {
	return func(call *graph.Call) (*graph.Response, error) {
		// Assigning needs a second permission: one that reads service principals.
		if err := call.Require("GET /servicePrincipals"); err != nil {
			return nil, err
		}
		if err := mustBeAdmin(call); err != nil {
			return nil, err
		}
		principal, err := a.principal(call)
		if err != nil {
			return nil, err
		}
		var body struct{ PrincipalID, ResourceID, AppRoleID string }
		if err := call.Decode(&body); err != nil {
			return nil, err
		}
		addressed := body.PrincipalID
		if side == "appRoleAssignedTo" {
			addressed = body.ResourceID
		}
		if !strings.EqualFold(addressed, principal.ID) {
			return nil, graph.BadRequest("Not a valid reference update")
		}
		for _, id := range []string{body.PrincipalID, body.ResourceID} {
			if p, ok := a.dir.ServicePrincipal(id); ok && a.lag.Hidden(servicePrincipals, p.Born) {
				return nil, graph.BadRequest("Not a valid reference update")
			}
		}
		x, err := a.dir.Assign(body.PrincipalID, body.ResourceID, body.AppRoleID)
		if err != nil {
			return nil, refusal(err)
		}
		document, err := graph.Entity(call, "appRoleAssignments", x)
		if err != nil {
			return nil, err
		}
		return graph.Created(document, call.BaseURL+"/v1.0/servicePrincipals/"+principal.ID+"/"+side+"/"+x.ID), nil
	}
}

func (a *api) deleteAssignment(side string) graph.Handler {
	return func(call *graph.Call) (*graph.Response, error) {
		if err := mustBeAdmin(call); err != nil {
			return nil, err
		}
		x, err := a.assignment(call, side)
		if err != nil {
			return nil, err
		}
		if err := a.dir.Unassign(x.ID); err != nil {
			return nil, refusal(err)
		}
		return graph.NoContent(), nil
	}
}
