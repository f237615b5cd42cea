// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

func (a *api) registerApplications(front *graph.Front) {
	of := graph.Collection(applications)
	front.Handle("GET", "/applications", a.listApplications, of)
	front.Handle("POST", "/applications", a.createApplication, of)
	front.Handle("GET", applicationPath, a.getApplication, of)
	front.Handle("PATCH", applicationPath, a.patchApplication, of)
	front.Handle("DELETE", applicationPath, a.deleteApplication, of)
	front.Handle("POST", applicationPath+"/addPassword", a.addPassword, of)
	front.Handle("POST", applicationPath+"/removePassword", a.removePassword, of)
	a.registerOwners(front, applicationPath, ownersOf{
		check: a.mayChangeApplication,
		find: func(call *graph.Call) (string, error) {
			app, err := a.application(call)
			return app.ID, err
		},
		list: a.dir.ApplicationOwners, add: a.dir.AddApplicationOwner, remove: a.dir.RemoveApplicationOwner,
	})
	a.registerFederated(front)
}

// application finds the addressed registration by object id, (appId='…') or (uniqueName='…').
func (a *api) application(call *graph.Call) (directory.Application, error) {
	name, value := graph.Key(call.Path["app-object-id"])
	var app directory.Application
	var ok bool
	switch name {
	case "":
		app, ok = a.dir.Application(value)
	case "appId":
		app, ok = a.dir.ApplicationByAppID(value)
	case "uniqueName":
		app, ok = a.dir.ApplicationByUniqueName(value)
	default:
		return app, graph.BadRequest("The key property '%s' does not exist on type 'microsoft.graph.application'.", name)
	}
	if !ok || a.lag.Hidden(applications, app.Born) {
		return directory.Application{}, graph.NotFound(value)
	}
	return app, nil
}

// mayChangeApplication is the condition of writes beyond the permission itself: with Application.ReadWrite.OwnedBy
// alone an application changes those registrations only that it owns.
func (a *api) mayChangeApplication(call *graph.Call, id string) error {
	if !call.Caller.AppOnly() {
		owners, err := a.dir.ApplicationOwners(id)
		if err == nil && slices.Contains(owners, call.Caller.UserID) {
			return nil
		}
		return mustBeAdmin(call)
	}
	if call.Caller.Has("Application.ReadWrite.All", "Directory.ReadWrite.All") {
		return nil
	}
	owners, err := a.dir.ApplicationOwners(id)
	if err != nil {
		return refusal(err)
	}
	if !slices.Contains(owners, call.Caller.ServicePrincipalID) {
		return graph.Denied()
	}
	return nil
}

func (a *api) listApplications(call *graph.Call) (*graph.Response, error) {
	return list(a, call, applications, a.dir.Applications(), func(app directory.Application) time.Time { return app.Born })
}

func (a *api) getApplication(call *graph.Call) (*graph.Response, error) {
	app, err := a.application(call)
	if err != nil {
		return nil, err
	}
	if slices.Contains(call.Query.Select, "keyCredentials") {
		// The certificates themselves are returned to those only who ask for them by name.
		app.KeyCredentials = slices.Clone(app.KeyCredentials)
		for i, key := range app.KeyCredentials {
			if text, ok := a.dir.CertificateText(app.ID, key.KeyID); ok {
				app.KeyCredentials[i].Key = &text
			}
		}
	}
	return one(call, applications, app)
}

func (a *api) createApplication(call *graph.Call) (*graph.Response, error) {
	properties, owners, err := decodeObject(call)
	if err != nil {
		return nil, err
	}
	app, err := a.dir.CreateApplication(properties, ownersWithCaller(call, owners))
	if err != nil {
		return nil, refusal(err)
	}
	return a.created(call, applications, app.ID, "Application", app)
}

// ownersWithCaller adds the owner that Graph adds by itself: the user who registers an application, and an application
// that may touch nothing but what it owns.
func ownersWithCaller(call *graph.Call, owners []string) []string {
	switch {
	case !call.Caller.AppOnly():
		return append(owners, call.Caller.UserID)
	case !call.Caller.Has("Application.ReadWrite.All"):
		return append(owners, call.Caller.ServicePrincipalID)
	}
	return owners
}

func (a *api) patchApplication(call *graph.Call) (*graph.Response, error) {
	properties, owners, err := decodeObject(call)
	if err != nil {
		return nil, err
	}
	app, err := a.application(call)
	if key, uniqueName := graph.Key(call.Path["app-object-id"]); err != nil && key == "uniqueName" && call.Prefers("create-if-missing") {
		app, isNew, err := a.dir.UpsertApplication(uniqueName, properties, true, ownersWithCaller(call, owners))
		if err != nil {
			return nil, refusal(err)
		}
		if isNew {
			return a.created(call, applications, app.ID, "Application", app)
		}
		return graph.NoContent(), nil
	}
	if err != nil {
		return nil, err
	}
	if err := a.mayChangeApplication(call, app.ID); err != nil {
		return nil, err
	}
	if _, err := a.dir.UpdateApplication(app.ID, properties); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

func (a *api) deleteApplication(call *graph.Call) (*graph.Response, error) {
	app, err := a.application(call)
	if err != nil {
		return nil, err
	}
	if err := a.mayChangeApplication(call, app.ID); err != nil {
		return nil, err
	}
	if err := a.dir.DeleteApplication(app.ID); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

func (a *api) addPassword(call *graph.Call) (*graph.Response, error) {
	app, err := a.application(call)
	if err != nil {
		return nil, err
	}
	if err := a.mayChangeApplication(call, app.ID); err != nil {
		return nil, err
	}
	var body struct {
		PasswordCredential directory.NewPassword `json:"passwordCredential"`
	}
	if err := call.DecodeOptional(&body); err != nil {
		return nil, err
	}
	credential, err := a.dir.AddPassword(app.ID, body.PasswordCredential)
	if err != nil {
		return nil, refusal(err)
	}
	document, err := graph.Document(credential)
	if err != nil {
		return nil, err
	}
	document["@odata.context"] = call.BaseURL + "/" + call.Version + "/$metadata#microsoft.graph.passwordCredential"
	return graph.OK(document), nil
}

func (a *api) removePassword(call *graph.Call) (*graph.Response, error) {
	app, err := a.application(call)
	if err != nil {
		return nil, err
	}
	if err := a.mayChangeApplication(call, app.ID); err != nil {
		return nil, err
	}
	var body struct {
		KeyID string `json:"keyId"`
	}
	if err := call.Decode(&body); err != nil {
		return nil, err
	}
	if err := a.dir.RemovePassword(app.ID, body.KeyID); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}

// decodeObject reads the body of a POST or PATCH: properties, and the owners that it binds.
func decodeObject(call *graph.Call) (directory.Properties, []string, error) {
	var body directory.Properties
	if err := call.Decode(&body); err != nil {
		return nil, nil, err
	}
	if body == nil {
		return nil, nil, graph.BadRequest("Unable to read JSON request payload. An object was expected.")
	}
	var owners []string
	if raw, bound := body["owners@odata.bind"]; bound {
		var references []string
		if err := unmarshal(raw, &references); err != nil {
			return nil, nil, err
		}
		for _, reference := range references {
			id, err := referencedID(reference)
			if err != nil {
				return nil, nil, err
			}
			owners = append(owners, id)
		}
	}
	return body, owners, nil
}

// referencedID is the object id at the end of a reference such as https://…/v1.0/directoryObjects/{id}.
func referencedID(reference string) (string, error) {
	at := strings.LastIndexAny(reference, "/('")
	id := strings.TrimRight(reference[at+1:], "')")
	if id == "" {
		return "", &graph.Error{Status: http.StatusBadRequest, Code: "Request_BadRequest", Message: "Invalid URL format specified in payload."}
	}
	return id, nil
}
