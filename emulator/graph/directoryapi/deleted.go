// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

// The permission for a deleted object depends on what it was, so the routes decide after looking.
func (a *api) registerDeleted(front *graph.Front) {
	front.Handle("GET", "/directory/deletedItems/microsoft.graph.application", a.listDeletedApplications, graph.SameAs("GET /applications"))
	front.Handle("GET", "/directory/deletedItems/microsoft.graph.servicePrincipal", a.listDeletedPrincipals, graph.SameAs("GET /servicePrincipals"))
	front.Handle("GET", "/directory/deletedItems/microsoft.graph.user", a.listDeletedUsers, graph.SameAs("GET /directory/deletedItems/{user-id}"))
	front.Handle("GET", deletedPath, a.getDeleted, graph.NoPermission())
	front.Handle("DELETE", deletedPath, a.purge, graph.NoPermission())
	front.Handle("POST", deletedPath+"/restore", a.restore, graph.NoPermission())
}

// deleted finds an object in the recycle bin and checks the caller against the calls of the catalogue for its kind.
func (a *api) deleted(call *graph.Call, method, suffix string) (directory.Deleted, error) {
	found, ok := a.dir.DeletedObject(call.Path["id"])
	placeholder := "{app-object-id}"
	if found.User != nil {
		placeholder = "{user-id}"
	}
	// An object that does not exist needs a permission too: without one nobody may probe for ids.
	if err := call.Require(method + " /directory/deletedItems/" + placeholder + suffix); err != nil {
		return found, err
	}
	if !ok {
		return found, graph.NotFound(call.Path["id"])
	}
	return found, nil
}

// render returns the object with its type.
func render(found directory.Deleted) (map[string]any, error) {
	var kind string
	var object any
	switch {
	case found.Application != nil:
		kind, object = "#microsoft.graph.application", *found.Application
	case found.ServicePrincipal != nil:
		kind, object = "#microsoft.graph.servicePrincipal", *found.ServicePrincipal
	default:
		kind, object = "#microsoft.graph.user", *found.User
	}
	document, err := graph.Document(object)
	if err != nil {
		return nil, err
	}
	document["@odata.type"] = kind
	return document, nil
}

func (a *api) getDeleted(call *graph.Call) (*graph.Response, error) {
	found, err := a.deleted(call, "GET", "")
	if err != nil {
		return nil, err
	}
	document, err := render(found)
	if err != nil {
		return nil, err
	}
	return one(call, "directoryObjects", document)
}

func (a *api) purge(call *graph.Call) (*graph.Response, error) {
	if _, err := a.deleted(call, "DELETE", ""); err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	if err := a.dir.Purge(call.Path["id"]); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

func (a *api) restore(call *graph.Call) (*graph.Response, error) {
	if _, err := a.deleted(call, "POST", "/restore"); err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	restored, err := a.dir.Restore(call.Path["id"])
	if err != nil {
		return nil, refusal(err)
	}
	document, err := render(restored)
	if err != nil {
		return nil, err
	}
	return one(call, "directoryObjects", document)
}

func (a *api) listDeletedApplications(call *graph.Call) (*graph.Response, error) {
	return list(a, call, "", a.dir.DeletedApplications(), func(directory.Application) time.Time { return time.Time{} })
}

func (a *api) listDeletedPrincipals(call *graph.Call) (*graph.Response, error) {
	return list(a, call, "", a.dir.DeletedServicePrincipals(), func(directory.ServicePrincipal) time.Time { return time.Time{} })
}

func (a *api) listDeletedUsers(call *graph.Call) (*graph.Response, error) {
	return list(a, call, "", a.dir.DeletedUsers(), func(directory.User) time.Time { return time.Time{} })
}
