// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

const federatedPath = applicationPath + "/federatedIdentityCredentials"

func (a *api) registerFederated(front *graph.Front) {
	front.Handle("GET", federatedPath, a.listFederated, graph.SameAs("GET "+applicationPath))
	front.Handle("POST", federatedPath, a.createFederated)
	front.Handle("GET", federatedPath+"/{credential-id}", a.getFederated, graph.SameAs("GET "+applicationPath))
	front.Handle("PATCH", federatedPath+"/{credential-id}", a.patchFederated, graph.SameAs("POST "+federatedPath))
	front.Handle("DELETE", federatedPath+"/{credential-id}", a.deleteFederated, graph.SameAs("POST "+federatedPath))
}

// federated finds the addressed credential by id, name or (name='…').
func (a *api) federated(call *graph.Call) (directory.Application, directory.FederatedCredential, error) {
	app, err := a.application(call)
	if err != nil {
		return app, directory.FederatedCredential{}, err
	}
	all, err := a.dir.FederatedCredentials(app.ID)
	if err != nil {
		return app, directory.FederatedCredential{}, refusal(err)
	}
	_, value := graph.Key(call.Path["credential-id"])
	at := slices.IndexFunc(all, func(c directory.FederatedCredential) bool { return c.ID == value || c.Name == value })
	if at < 0 {
		return app, directory.FederatedCredential{}, graph.NotFound(value)
	}
	return app, all[at], nil
}

func (a *api) listFederated(call *graph.Call) (*graph.Response, error) {
	app, err := a.application(call)
	if err != nil {
		return nil, err
	}
	all, err := a.dir.FederatedCredentials(app.ID)
	if err != nil {
		return nil, refusal(err)
	}
	return list(a, call, "", all, func(directory.FederatedCredential) time.Time { return time.Time{} })
}

func (a *api) getFederated(call *graph.Call) (*graph.Response, error) {
	_, credential, err := a.federated(call)
	if err != nil {
		return nil, err
	}
	return one(call, "federatedIdentityCredentials", credential)
}

func (a *api) createFederated(call *graph.Call) (*graph.Response, error) {
	app, err := a.application(call)
	if err != nil {
		return nil, err
	}
	if err := a.mayChangeApplication(call, app.ID); err != nil {
		return nil, err
	}
	var credential directory.FederatedCredential
	if err := call.Decode(&credential); err != nil {
		return nil, err
	}
	credential.ID = ""
	if credential, err = a.dir.PutFederatedCredential(app.ID, credential); err != nil {
		return nil, refusal(err)
	}
	document, err := graph.Entity(call, "federatedIdentityCredentials", credential)
	if err != nil {
		return nil, err
	}
	return graph.Created(document, call.BaseURL+"/v1.0/applications/"+app.ID+"/federatedIdentityCredentials/"+credential.ID), nil
}

// patchFederated changes a credential, and creates it when it is addressed by a name that is free and the caller
// prefers so. Source: Graph docs, "Upsert federatedIdentityCredential".
func (a *api) patchFederated(call *graph.Call) (*graph.Response, error) {
	var changes map[string]json.RawMessage
	if err := call.Decode(&changes); err != nil {
		return nil, err
	}
	app, credential, err := a.federated(call)
	key, name := graph.Key(call.Path["credential-id"])
	isNew := err != nil && app.ID != "" && key == "name" && call.Prefers("create-if-missing")
	if err != nil && !isNew {
		return nil, err
	}
	if err := a.mayChangeApplication(call, app.ID); err != nil {
		return nil, err
	}
	if isNew {
		credential = directory.FederatedCredential{Name: name}
	}
	credential.Audiences = slices.Clone(credential.Audiences)
	for property, target := range map[string]any{
		"name": &credential.Name, "issuer": &credential.Issuer, "subject": &credential.Subject, "audiences": &credential.Audiences, "description": &credential.Description,
	} {
		if raw, sent := changes[property]; sent {
			if err := unmarshal(raw, target); err != nil {
				return nil, err
			}
		}
	}
	if credential, err = a.dir.PutFederatedCredential(app.ID, credential); err != nil {
		return nil, refusal(err)
	}
	if !isNew {
		return graph.NoContent(), nil
	}
	document, err := graph.Entity(call, "federatedIdentityCredentials", credential)
	if err != nil {
		return nil, err
	}
	return graph.Created(document, call.BaseURL+"/v1.0/applications/"+app.ID+"/federatedIdentityCredentials/"+credential.ID), nil
}

func (a *api) deleteFederated(call *graph.Call) (*graph.Response, error) {
	app, credential, err := a.federated(call)
	if err != nil {
		return nil, err
	}
	if err := a.mayChangeApplication(call, app.ID); err != nil {
		return nil, err
	}
	if err := a.dir.RemoveFederatedCredential(app.ID, credential.ID); err != nil {
		return nil, refusal(err)
	}
	return graph.NoContent(), nil
}
