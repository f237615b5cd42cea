// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"encoding/json"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

// ownersOf is a collection whose objects have owners.
type ownersOf struct {
	check  func(call *graph.Call, id string) error // may the caller change the object?
	find   func(call *graph.Call) (id string, err error)
	list   func(id string) ([]string, error)
	add    func(id, owner string) error
	remove func(id, owner string) error
}

func (a *api) registerOwners(front *graph.Front, path string, o ownersOf) {
	front.Handle("GET", path+"/owners", func(call *graph.Call) (*graph.Response, error) {
		id, err := o.find(call)
		if err != nil {
			return nil, err
		}
		owners, err := o.list(id)
		if err != nil {
			return nil, refusal(err)
		}
		objects := []any{}
		for _, owner := range owners {
			if object, ok := a.directoryObject(owner); ok {
				objects = append(objects, object)
			}
		}
		return list(a, call, "", objects, func(any) time.Time { return time.Time{} })
	}, graph.SameAs("GET "+path))
	front.Handle("POST", path+"/owners/$ref", func(call *graph.Call) (*graph.Response, error) {
		id, err := o.find(call)
		if err != nil {
			return nil, err
		}
		if err := o.check(call, id); err != nil {
			return nil, err
		}
		var body struct {
			Reference string `json:"@odata.id"`
		}
		if err := call.Decode(&body); err != nil {
			return nil, err
		}
		owner, err := referencedID(body.Reference)
		if err != nil {
			return nil, err
		}
		if err := o.add(id, owner); err != nil {
			return nil, refusal(err)
		}
		return graph.NoContent(), nil
	}, graph.SameAs("PATCH "+path))
	front.Handle("DELETE", path+"/owners/{owner-id}/$ref", func(call *graph.Call) (*graph.Response, error) {
		id, err := o.find(call)
		if err != nil {
			return nil, err
		}
		if err := o.check(call, id); err != nil {
			return nil, err
		}
		if err := o.remove(id, call.Path["owner-id"]); err != nil {
			return nil, refusal(err)
		}
		return graph.NoContent(), nil
	}, graph.SameAs("PATCH "+path))
}

// directoryObject finds a user or a service principal and renders it with its type.
func (a *api) directoryObject(id string) (map[string]any, bool) {
	var object any
	kind := "#microsoft.graph.user"
	if user, ok := a.dir.User(id); ok {
		object = user
	} else if principal, ok := a.dir.ServicePrincipal(id); ok {
		object, kind = principal, "#microsoft.graph.servicePrincipal"
	} else if app, ok := a.dir.Application(id); ok {
		object, kind = app, "#microsoft.graph.application"
	} else {
		return nil, false
	}
	document, err := graph.Document(object)
	if err != nil {
		return nil, false
	}
	if _, isUser := object.(directory.User); isUser {
		document = pick(document, directory.DefaultUserProperties)
	}
	document["@odata.type"] = kind
	return document, true
}

func pick(document map[string]any, names []string) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		out[name] = document[name]
	}
	return out
}

func unmarshal(raw json.RawMessage, v any) error {
	if err := json.Unmarshal(raw, v); err != nil {
		return graph.BadRequest("Unable to read JSON request payload: %v", err)
	}
	return nil
}
