// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

func (a *api) registerUsers(front *graph.Front) {
	of := graph.Collection(users)
	front.Handle("GET", "/users", a.listUsers, of)
	front.Handle("POST", "/users", a.createUser, of)
	front.Handle("GET", "/users/delta", a.userDelta, of, graph.SameAs("GET /users"))
	front.Handle("GET", userPath+"/photo", a.photo, of)
	front.Handle("GET", userPath+"/photo/$value", a.photoValue, of)
	front.Handle("GET", userPath, a.getUser, of)
	front.Handle("PATCH", userPath, a.patchUser, of)
	front.Handle("DELETE", userPath, a.deleteUser, of)
	front.Handle("POST", userPath+"/assignLicense", a.assignLicense, of)
	front.Handle("POST", userPath+"/revokeSignInSessions", a.revokeSessions, of, graph.SameAs("PATCH "+userPath))
	front.Handle("GET", userPath+"/manager", a.noManager, of, graph.SameAs("GET "+userPath))
	front.Handle("GET", userPath+"/licenseDetails", a.licenseDetails, of, graph.SameAs("GET "+userPath))
	front.Handle("GET", "/me", a.getMe, of)
}

func (a *api) user(call *graph.Call) (directory.User, error) {
	_, id := graph.Key(call.Path["user-id"])
	user, ok := a.dir.User(id)
	if !ok || a.lag.Hidden(users, user.Born) {
		return directory.User{}, graph.NotFound(id)
	}
	return user, nil
}

// withDefaultProperties selects what Graph v1.0 returns of a user when the caller does not choose.
func withDefaultProperties(call *graph.Call) *graph.Call {
	if len(call.Query.Select) > 0 || call.Version == "beta" {
		return call
	}
	chosen := *call
	chosen.Query.Select = directory.DefaultUserProperties
	return &chosen
}

func (a *api) listUsers(call *graph.Call) (*graph.Response, error) {
	return list(a, withDefaultProperties(call), users, a.dir.Users(), func(u directory.User) time.Time { return u.Born })
}

func (a *api) getUser(call *graph.Call) (*graph.Response, error) {
	user, err := a.user(call)
	if err != nil {
		return nil, err
	}
	// User.Read opens the signed-in user alone.
	readsOthers := call.Caller.Has("User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
	if !call.Caller.AppOnly() && !readsOthers && user.ID != call.Caller.UserID {
		return nil, graph.Denied()
	}
	return one(withDefaultProperties(call), users, user)
}

func (a *api) getMe(call *graph.Call) (*graph.Response, error) {
	if call.Caller.AppOnly() {
		return nil, graph.BadRequest("/me request is only valid with delegated authentication flow.")
	}
	user, ok := a.dir.User(call.Caller.UserID)
	if !ok {
		return nil, graph.NotFound(call.Caller.UserID)
	}
	return one(withDefaultProperties(call), users, user)
}

func (a *api) createUser(call *graph.Call) (*graph.Response, error) {
	properties, _, err := decodeObject(call)
	if err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	user, err := a.dir.CreateUser(properties)
	if err != nil {
		return nil, refusal(err)
	}
	return a.created(withDefaultProperties(call), users, user.ID, "User", user)
}

func (a *api) patchUser(call *graph.Call) (*graph.Response, error) {
	properties, _, err := decodeObject(call)
	if err != nil {
		return nil, err
	}
	user, err := a.user(call)
	if err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	if _, err := a.dir.UpdateUser(user.ID, properties); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

func (a *api) deleteUser(call *graph.Call) (*graph.Response, error) {
	user, err := a.user(call)
	if err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	if err := a.dir.DeleteUser(user.ID); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

func (a *api) assignLicense(call *graph.Call) (*graph.Response, error) {
	user, err := a.user(call)
	if err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	var body struct {
		AddLicenses    *[]directory.AssignedLicense `json:"addLicenses"`
		RemoveLicenses *[]string                    `json:"removeLicenses"`
	}
	if err := call.Decode(&body); err != nil {
		return nil, err
	}
	if body.AddLicenses == nil || body.RemoveLicenses == nil {
		return nil, graph.BadRequest("One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: addLicenses, removeLicenses.")
	}
	if user, err = a.dir.AssignLicenses(user.ID, *body.AddLicenses, *body.RemoveLicenses); err != nil {
		return nil, refusal(err)
	}
	return one(withDefaultProperties(call), users, user)
}

func (a *api) revokeSessions(call *graph.Call) (*graph.Response, error) {
	user, err := a.user(call)
	if err != nil {
		return nil, err
	}
	if err := mustBeAdmin(call); err != nil {
		return nil, err
	}
	if err := a.dir.RevokeSessions(user.ID); err != nil {
		return nil, refusal(err)
	}
	return graph.OK(map[string]any{"@odata.context": call.BaseURL + "/" + call.Version + "/$metadata#Edm.Boolean", "value": true}), nil
}

// noManager answers for everybody: nobody here has a manager.
func (a *api) noManager(call *graph.Call) (*graph.Response, error) {
	if _, err := a.user(call); err != nil {
		return nil, err
	}
	return nil, graph.NotFound("manager")
}

func (a *api) licenseDetails(call *graph.Call) (*graph.Response, error) {
	user, err := a.user(call)
	if err != nil {
		return nil, err
	}
	details := []any{}
	for _, licence := range user.AssignedLicenses {
		for _, sku := range a.dir.SKUs() {
			if sku.SKUID == licence.SKUID {
				details = append(details, map[string]any{"id": sku.SKUID, "skuId": sku.SKUID, "skuPartNumber": sku.SKUPartNumber, "servicePlans": servicePlans(sku)})
			}
		}
	}
	return graph.Page(call, details, 100, 999)
}
