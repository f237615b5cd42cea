// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

func (a *api) registerPrincipals(front *graph.Front) {
	of := graph.Collection(servicePrincipals)
	front.Handle("GET", "/servicePrincipals", a.listPrincipals, of)
	front.Handle("POST", "/servicePrincipals", a.createPrincipal, of)
	front.Handle("GET", principalPath, a.getPrincipal, of)
	front.Handle("PATCH", principalPath, a.patchPrincipal, of)
	front.Handle("DELETE", principalPath, a.deletePrincipal, of)
	front.Handle("GET", "/directoryObjects/{object-id}", a.getDirectoryObject, graph.SameAs("GET /servicePrincipals"))
	a.registerOwners(front, principalPath, ownersOf{
		check: a.mayChangePrincipal,
		find: func(call *graph.Call) (string, error) {
			principal, err := a.principal(call)
			return principal.ID, err
		},
		list: a.dir.ServicePrincipalOwners, add: a.dir.AddServicePrincipalOwner, remove: a.dir.RemoveServicePrincipalOwner,
	})
}

// principal finds the addressed service principal by object id or (appId='…').
func (a *api) principal(call *graph.Call) (directory.ServicePrincipal, error) {
	name, value := graph.Key(call.Path["sp-id"])
	var principal directory.ServicePrincipal
	var ok bool
	switch name {
	case "":
		principal, ok = a.dir.ServicePrincipal(value)
	case "appId":
		principal, ok = a.dir.ServicePrincipalByAppID(value)
	default:
		return principal, graph.BadRequest("The key property '%s' does not exist on type 'microsoft.graph.servicePrincipal'.", name)
	}
	if !ok || a.lag.Hidden(servicePrincipals, principal.Born) {
		return directory.ServicePrincipal{}, graph.NotFound(value)
	}
	return principal, nil
}

func (a *api) mayChangePrincipal(call *graph.Call, id string) error {
	if !call.Caller.AppOnly() {
		return mustBeAdmin(call)
	}
	if call.Caller.Has("Application.ReadWrite.All", "Directory.ReadWrite.All") {
		return nil
	}
	owners, err := a.dir.ServicePrincipalOwners(id)
	if err != nil {
		return refusal(err)
	}
	if !slices.Contains(owners, call.Caller.ServicePrincipalID) {
		return graph.Denied()
	}
	return nil
}

func (a *api) listPrincipals(call *graph.Call) (*graph.Response, error) {
	return list(a, call, servicePrincipals, a.dir.ServicePrincipals(), func(p directory.ServicePrincipal) time.Time { return p.Born })
}

func (a *api) getPrincipal(call *graph.Call) (*graph.Response, error) {
	principal, err := a.principal(call)
	if err != nil {
		return nil, err
	}
	return one(call, servicePrincipals, principal)
}

func (a *api) createPrincipal(call *graph.Call) (*graph.Response, error) {
	properties, owners, err := decodeObject(call)
	if err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	var appID string
	if raw, sent := properties["appId"]; !sent || unmarshal(raw, &appID) != nil || appID == "" {
		return nil, graph.BadRequest("The appId property is required to create a service principal.")
	}
	if app, ok := a.dir.ApplicationByAppID(appID); ok {
		if a.lag.Hidden(applications, app.Born) {
			return nil, graph.BadRequest("The appId '%s' of the service principal does not reference a valid application object.", appID)
		}
		if call.Caller.AppOnly() && !call.Caller.Has("Application.ReadWrite.All", "Directory.ReadWrite.All") {
			if err := a.mayChangeApplication(call, app.ID); err != nil {
				return nil, err
			}
			owners = append(owners, call.Caller.ServicePrincipalID)
		}
	}
	principal, err := a.dir.CreateServicePrincipal(appID, properties, owners)
	if err != nil {
		return nil, refusal(err)
	}
	return a.created(call, servicePrincipals, principal.ID, "ServicePrincipal", principal)
}

func (a *api) patchPrincipal(call *graph.Call) (*graph.Response, error) {
	properties, _, err := decodeObject(call)
	if err != nil {
		return nil, err
	}
	principal, err := a.principal(call)
	if err != nil {
		return nil, err
	}
	if err := a.mayChangePrincipal(call, principal.ID); err != nil {
		return nil, err
	}
	if _, err := a.dir.UpdateServicePrincipal(principal.ID, properties); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

func (a *api) deletePrincipal(call *graph.Call) (*graph.Response, error) {
	principal, err := a.principal(call)
	if err != nil {
		return nil, err
	}
	if err := a.mayChangePrincipal(call, principal.ID); err != nil {
		return nil, err
	}
	if err := a.dir.DeleteServicePrincipal(principal.ID); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

func (a *api) getDirectoryObject(call *graph.Call) (*graph.Response, error) {
	object, ok := a.directoryObject(call.Path["object-id"])
	if !ok {
		return nil, graph.NotFound(call.Path["object-id"])
	}
	return one(call, "directoryObjects", object)
}
