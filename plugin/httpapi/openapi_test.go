// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi_test

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
)

type operation struct {
	Summary     string
	Role        string         `yaml:"x-role"`
	RequestBody map[string]any `yaml:"requestBody"`
	Responses   map[string]any
}

// described returns the operations of openapi.yaml by "METHOD path".
func described(t *testing.T) map[string]operation {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]operation
	}
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	operations := map[string]operation{}
	for path, methods := range document.Paths {
		for method, o := range methods {
			operations[strings.ToUpper(method)+" "+path] = o
		}
	}
	return operations
}

func TestTheDescriptionIsTheTableOfRoutes(t *testing.T) {
	operations := described(t)
	for _, route := range httpapi.Routes() {
		name := route.Method + " " + route.Path
		o, ok := operations[name]
		if !ok {
			t.Errorf("%s is not in openapi.yaml", name)
			continue
		}
		delete(operations, name)
		if o.Role != route.Role.String() {
			t.Errorf("%s: openapi.yaml says x-role %q, the table %q", name, o.Role, route.Role)
		}
		if o.Summary == "" {
			t.Errorf("%s has no summary", name)
		}
		if route.Role != httpapi.Anonymous && o.Responses["401"] == nil {
			t.Errorf("%s: openapi.yaml does not say that it answers 401", name)
		}
		if route.Role == httpapi.SystemAdmin && o.Responses["403"] == nil {
			t.Errorf("%s: openapi.yaml does not say that it answers 403", name)
		}
		if o.RequestBody != nil && route.MaxBody == 0 {
			t.Errorf("%s: openapi.yaml describes a body, the table lets none in", name)
		}
	}
	for name := range operations {
		t.Errorf("%s is in openapi.yaml and not in the table", name)
	}
}
