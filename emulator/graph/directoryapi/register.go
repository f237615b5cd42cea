// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"errors"
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

// Parts are what the routes stand on.
type Parts struct {
	Directory  *directory.State
	Visibility directory.Visibility // replication lag; nil for none
}

type api struct {
	dir *directory.State
	lag directory.Visibility
}

// Collections that replication lag can be asked for.
const (
	applications      = "applications"
	servicePrincipals = "servicePrincipals"
	grants            = "oauth2PermissionGrants"
	assignments       = "appRoleAssignedTo"
	users             = "users"
)

const (
	applicationPath = "/applications/{app-object-id}"
	principalPath   = "/servicePrincipals/{sp-id}"
	userPath        = "/users/{user-id}"
	grantPath       = "/oauth2PermissionGrants/{grant-id}"
	deletedPath     = "/directory/deletedItems/{id}"
)

// Register adds the routes to a front.
func Register(front *graph.Front, parts Parts) {
	a := &api{dir: parts.Directory, lag: parts.Visibility}
	if a.lag == nil {
		a.lag = atOnce{}
	}
	a.registerApplications(front)
	a.registerPrincipals(front)
	a.registerConsent(front)
	a.registerUsers(front)
	a.registerOrganization(front)
	a.registerDeleted(front)
}

// atOnce is a directory without replication lag.
type atOnce struct{}

func (atOnce) Hidden(string, time.Time) bool       { return false }
func (atOnce) HiddenInList(string, time.Time) bool { return false }

// refusal turns an error of the directory into Graph's.
func refusal(err error) error {
	var refused *directory.Error
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Kind {
	case directory.Missing:
		return &graph.Error{Status: http.StatusNotFound, Code: "Request_ResourceNotFound", Message: refused.Message}
	case directory.Duplicate:
		return &graph.Error{
			Status: http.StatusConflict, Code: "Request_MultipleObjectsWithSameKeyValue", Message: refused.Message,
			Details: []graph.ErrorDetail{{Code: "ObjectConflict", Message: refused.Message, Target: refused.Target}},
		}
	}
	return &graph.Error{Status: http.StatusBadRequest, Code: "Request_BadRequest", Message: refused.Message}
}

// list answers a list of directory objects: replication lag, $filter, then a page. Graph's pages hold 100 objects
// unless $top asks for up to 999.
func list[T any](a *api, call *graph.Call, collection string, objects []T, born func(T) time.Time) (*graph.Response, error) {
	items := []any{}
	for _, object := range objects {
		if collection == "" || !a.lag.HiddenInList(collection, born(object)) {
			items = append(items, object)
		}
	}
	items, err := graph.FilterDirectory(call, items)
	if err != nil {
		return nil, err
	}
	return graph.Page(call, items, 100, 999)
}

// one answers a single object.
func one(call *graph.Call, entitySet string, object any) (*graph.Response, error) {
	document, err := graph.Entity(call, entitySet, object)
	if err != nil {
		return nil, err
	}
	return graph.OK(document), nil
}

// created answers a new object with the address that Graph gives it.
func (a *api) created(call *graph.Call, entitySet, id, kind string, object any) (*graph.Response, error) {
	document, err := graph.Entity(call, entitySet, object)
	if err != nil {
		return nil, err
	}
	return graph.Created(document, "https://graph.microsoft.com/v2/"+a.dir.Tenant().ID+"/directoryObjects/"+id+"/Microsoft.DirectoryServices."+kind), nil
}

// mustBeAdmin is the second condition of delegated writes: the user must have the right too, and not the application
// alone.
func mustBeAdmin(call *graph.Call) error {
	if !call.Caller.AppOnly() && !call.Caller.Admin {
		return graph.Denied()
	}
	return nil
}
